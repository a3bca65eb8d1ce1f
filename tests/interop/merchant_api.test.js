// schemathesis, with a fixed seed, calls everything that /api/v1/openapi.json describes for programs of merchants, with good
// and with odd data: no answer is a server error, and none is other than described. Streams are read by hand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import test from "node:test";

import { owner, places, program } from "./lib/merchant.js";

const lionrock = places.lionrock.replace(/\/$/, "");
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];

const shop = await owner();

/** Asks for a token in a program's own name. */
function tokenFor({ clientId, clientSecret }, headers = {}) {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "client_credentials", scope: "merchant.payments" });
  return fetch(`${lionrock}/oauth/token`, { method: "POST", headers: { authorization, ...headers }, body });
}

const { access_token: token } = await (await tokenFor(await program(shop, "http://127.0.0.1:9/hook"))).json();
const authorization = `Bearer ${token}`;

function schemathesis(header) {
  const how = ["--seed", "20261123", "--max-examples", "60", "--generation-database", "none", "--no-color"];
  const options = [...how, "--checks", CHECKS.join(","), "--header", `Authorization: ${header}`, "--exclude-path-regex", "/events$"];
  return new Promise((resolve) => {
    const call = ["run", `${lionrock}/api/v1/openapi.json`, ...options];
    execFile("venv/bin/schemathesis", call, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => resolve({ error, said: stdout + stderr }));
  });
}

test("what a merchant's program calls answers as described", async () => {
  const { error, said } = await schemathesis(authorization);
  assert.ok(!error, said);
});

test("without a good token, too", async () => {
  const { error, said } = await schemathesis("Bearer nobody");
  assert.ok(!error, said);
});

/** Reads a stream until it has said all of this. */
async function heard(path, headers, words) {
  const stream = await fetch(`${lionrock}${path}`, { headers: { authorization, ...headers } });
  assert.equal(stream.status, 200);
  assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream.body) {
    text += decoder.decode(chunk, { stream: true });
    if (words.every((word) => text.includes(word))) return text;
  }
  return assert.fail(`the stream ended: ${text}`);
}

test("a stream tells what happens, and goes on behind what was seen", async () => {
  const headers = { authorization, "content-type": "application/json", "idempotency-key": "stream-1" };
  const path = "/api/v1/payment-requests";
  const made = await fetch(`${lionrock}${path}`, { method: "POST", headers, body: JSON.stringify({ amount: "3.00" }) });
  const { id } = await made.json();
  const waiting = await heard(`${path}/${id}/events`, {}, ["event: payment_request.waiting", "\n\n"]);
  const seen = waiting.match(/^id: ([0-9]+)$/m)[1];
  await fetch(`${lionrock}${path}/${id}/cancel`, { method: "POST", headers: { authorization } });
  const later = await heard(`${path}/events`, { "last-event-id": seen }, ["event: payment_request.cancelled", "\n\n"]);
  const data = JSON.parse(later.match(/event: payment_request\.cancelled\ndata: (.*)/)[1]);
  assert.deepEqual([data.payment_request.id, data.payment_request.state], [id, "cancelled"]);
  assert.ok(!later.includes("payment_request.waiting") || !later.includes(`id: ${seen}\n`), "what was seen is told again");
  const odd = await fetch(`${lionrock}${path}/events`, { headers: { authorization, "last-event-id": "x" } });
  assert.equal(odd.status, 400);
});

/** A proof of possession by this key (RFC 9449, section 4.2). */
function proof({ privateKey, publicKey }, method, url, token) {
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(Date.now() / 1000) };
  if (token) claims.ath = createHash("sha256").update(token).digest("base64url");
  const signed = `${encoded({ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } })}.${encoded(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

test("a program whose tokens are bound to its key gets and shows none without it", async () => {
  const bound = await program(shop, "http://127.0.0.1:9/hook", [], "key");
  const [own, anothers] = [1, 2].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
  const tokens = `${lionrock}/oauth/token`;
  const without = await tokenFor(bound);
  assert.equal(without.status, 400);
  assert.equal((await without.json()).error, "invalid_request", "a proof is missing");
  const got = await (await tokenFor(bound, { dpop: proof(own, "POST", tokens) })).json();
  assert.equal(got.token_type, "DPoP");

  const url = `${lionrock}/api/v1/payment-requests`;
  const ask = (authorization, dpop) => {
    const headers = { authorization, "content-type": "application/json", "idempotency-key": randomUUID(), ...dpop };
    return fetch(url, { method: "POST", headers, body: JSON.stringify({ amount: "3.00" }) });
  };
  const shown = (pair) => ({ dpop: proof(pair, "POST", url, got.access_token) });
  assert.equal((await ask(`DPoP ${got.access_token}`, shown(own))).status, 201);
  assert.equal((await ask(`DPoP ${got.access_token}`, shown(anothers))).status, 401, "a thief's own key");
  assert.equal((await ask(`DPoP ${got.access_token}`)).status, 401, "no proof");
  assert.equal((await ask(`Bearer ${got.access_token}`)).status, 401, "as if it were not bound");
});
