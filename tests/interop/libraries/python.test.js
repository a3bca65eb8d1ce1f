// Authlib and idpyoidc, as websites in Python use them. They run in processes of their own: each prints the address
// that the resident is to open, and is told the address that they came back to.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Lionrock } from "../lib/lionrock.js";
import { random } from "../lib/relying_party.js";

const provider = await Lionrock.start();
const resident = await provider.resident();

/** Signs in with this program as the relying party; gives what it says that it learnt. */
async function signIn(program, client, more = {}) {
  const { client_secret, token_endpoint_auth_method, redirect_uris: [redirect_uri], scope } = client.metadata;
  const settings = { metadata: provider.metadata, client_id: client.id, client_secret, token_endpoint_auth_method, redirect_uri, scope, ...more };
  const env = { ...process.env, AUTHLIB_INSECURE_TRANSPORT: "1", PYTHONWARNINGS: "ignore" };
  const python = spawn("venv/bin/python", [`python/${program}.py`], { env, stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  python.stderr.on("data", (text) => { errors += text; });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value ?? assert.fail(errors);
  python.stdin.write(`${JSON.stringify(settings)}\n`);
  const { away, page } = await resident.visit(await next());
  assert.ok(away, page?.text);
  python.stdin.end(`${away.href}\n`);
  return JSON.parse(await next());
}

function learntTheName({ sub, userinfo }) {
  assert.equal(userinfo.sub, sub);
  assert.equal(userinfo.name, "CHAN Tai Man");
}

for (const token_endpoint_auth_method of ["client_secret_basic", "client_secret_post"]) {
  const metadata = () => ({ token_endpoint_auth_method, client_secret: random(), scope: "openid profile" });
  test(`Authlib signs a resident in with ${token_endpoint_auth_method}`, async () => {
    learntTheName(await signIn("authlib_client", await provider.register("oidc", metadata())));
  });
  test(`idpyoidc signs a resident in with ${token_endpoint_auth_method}`, async () => {
    learntTheName(await signIn("idpyoidc_client", await provider.register("oidc", metadata())));
  });
}

test("Authlib signs a resident in with private_key_jwt", async () => {
  const client = await provider.register("oidc", { keyAlgorithm: "PS256", scope: "openid profile" }); // it signs by RSA only
  const private_key = client.key.privateKey.export({ type: "pkcs8", format: "pem" });
  learntTheName(await signIn("authlib_client", client, { private_key, alg: client.key.alg }));
});
