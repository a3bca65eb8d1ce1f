// A merchant's program whose access tokens are bound to the certificate of its connection (RFC 8705, section 3): they are
// good over a connection with that certificate, and nowhere else.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import test from "node:test";
import { call } from "./lib/http.js";
import { sha256 } from "./lib/keys.js";
import { owner, places, program } from "./lib/merchant.js";
import { certificate } from "./lib/mutual_tls.js";

const lionrock = places.lionrock.replace(/\/$/, "");

test("a merchant's token is good with its certificate alone", async () => {
  const { clientId, clientSecret } = await program(await owner(), "", [], "certificate");
  const metadata = (await call(`${lionrock}/.well-known/oauth-authorization-server`)).json;
  const [own, anothers] = [await certificate("self"), await certificate("ca")];
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const form = { grant_type: "client_credentials", scope: "merchant.payments" };
  const token = (url, shown) => call(url, { headers: { authorization }, form, ...shown });
  assert.equal((await token(metadata.token_endpoint)).status, 400, "no certificate, no token");
  const { json: got } = await token(metadata.mtls_endpoint_aliases.token_endpoint, own);
  assert.equal(got.token_type, "Bearer");
  const { cnf } = JSON.parse(Buffer.from(got.access_token.split(".")[1], "base64url"));
  assert.deepEqual(cnf, { "x5t#S256": sha256(new X509Certificate(own.cert).raw) });

  const listener = new URL(metadata.mtls_endpoint_aliases.token_endpoint).origin;
  const ask = (origin, key, shown) =>
    call(`${origin}/api/v1/payment-requests`, {
      headers: { authorization: `Bearer ${got.access_token}`, "idempotency-key": key },
      json: { amount: "3.00" },
      ...shown,
    });
  const asked = await ask(listener, "1", own);
  assert.equal(asked.status, 201, asked.text);
  assert.match(asked.json.payment_link, new RegExp(`^${lionrock}/pay/`));
  assert.equal((await ask(listener, "2", anothers)).status, 401, "another certificate");
  assert.equal((await ask(lionrock, "3")).status, 401, "no certificate");
});
