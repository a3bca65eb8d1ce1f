// schemathesis, with a fixed seed, calls everything that /api/openapi.json describes with good and with odd data: no
// answer is a server error, and none is other than described.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { call } from "./lib/http.js";
import { Lionrock } from "./lib/lionrock.js";
import { basic, random } from "./lib/relying_party.js";

const provider = await Lionrock.start();
const client = await provider.register("oidc", { token_endpoint_auth_method: "client_secret_basic", client_secret: random() });
const { access_token } = await client.tokens(await provider.resident());

const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];

/** Runs schemathesis on the operations that it is told to take, under this header. */
function schemathesis(authorization, ...which) {
  const address = `${provider.issuer}/api/openapi.json`;
  const how = ["--seed", "20261122", "--max-examples", "60", "--generation-database", "none", "--no-color"];
  const options = [...how, "--checks", CHECKS.join(","), "--header", `Authorization: ${authorization}`, ...which];
  return new Promise((resolve) => {
    execFile("venv/bin/schemathesis", ["run", address, ...options], (error, stdout, stderr) => resolve({ error, said: stdout + stderr }));
  });
}

test("what a client calls answers as described", async () => {
  const { error, said } = await schemathesis(basic(client.id, client.metadata.client_secret), "--exclude-path", "/oauth/userinfo");
  assert.ok(!error, said);
});

test("what is called with a token answers as described", async () => {
  const { error, said } = await schemathesis(`Bearer ${access_token}`, "--include-path", "/oauth/userinfo");
  assert.ok(!error, said);
});

test("the description has every endpoint that discovery names for clients", async () => {
  const { paths } = (await call(`${provider.issuer}/api/openapi.json`)).json;
  // The browser's endpoints answer with pages, not with data.
  const pages = ["authorization_endpoint", "end_session_endpoint"];
  const named = Object.entries(provider.metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name) && !pages.includes(name));
  for (const [name, address] of named) assert.ok(paths[new URL(address).pathname], name);
});
