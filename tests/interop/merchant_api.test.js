// schemathesis, with a fixed seed, calls everything that /api/v1/openapi.json describes for programs of merchants, with good
// and with odd data: no answer is a server error, and none is other than described. Streams are read by hand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import test from "node:test";

import { owner, places, program } from "./lib/merchant.js";

const lionrock = places.lionrock.replace(/\/$/, "");
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];

const { clientId, clientSecret } = await program(await owner(), "http://127.0.0.1:9/hook");
const answer = await fetch(`${lionrock}/oauth/token`, {
  method: "POST",
  headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
  body: new URLSearchParams({ grant_type: "client_credentials", scope: "merchant.payments" }),
});
const { access_token: token } = await answer.json();
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
