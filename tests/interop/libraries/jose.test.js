// npm's jose opens what we encrypt (RFC 7516) and checks what we signed, and nobody else can.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify } from "jose";
import * as openid from "openid-client";
import { newKey, registered } from "../lib/keys.js";
import { Lionrock } from "../lib/lionrock.js";

const provider = await Lionrock.start();
const resident = await provider.resident();
const published = createRemoteJWKSet(new URL(provider.metadata.jwks_uri));
const ENCRYPTED = { alg: "ECDH-ES+A256KW" };

/** A client with a key to be encrypted to. */
async function register(metadata, profile = "fapi2") {
  const recipient = newKey();
  const recipientJwk = { ...registered(recipient), use: "enc", alg: ENCRYPTED.alg };
  const client = await provider.register(profile, { scope: "openid profile", moreKeys: [recipientJwk], ...metadata });
  return { client, recipient };
}

/** Opens a token for this recipient, and checks who signed what is in it. */
async function opened(token, { privateKey, kid }, enc) {
  const header = decodeProtectedHeader(token);
  assert.deepEqual({ alg: header.alg, enc: header.enc, kid: header.kid, cty: header.cty }, { ...ENCRYPTED, enc, kid, cty: "JWT" });
  const { plaintext } = await compactDecrypt(token, privateKey, { keyManagementAlgorithms: [ENCRYPTED.alg], contentEncryptionAlgorithms: [enc] });
  return jwtVerify(new TextDecoder().decode(plaintext), published, { issuer: provider.issuer });
}

for (const enc of ["A256GCM", "A256CBC-HS512"]) {
  describe(`jose opens what is encrypted by ${enc}`, () => {
    test("an id_token", async () => {
      const { client, recipient } = await register({ id_token_encrypted_response_alg: ENCRYPTED.alg, id_token_encrypted_response_enc: enc });
      const { id_token, parameters } = await client.tokens(resident);
      const { payload } = await opened(id_token, recipient, enc);
      assert.equal(payload.aud, client.id);
      assert.equal(payload.nonce, parameters.nonce);
      const { privateKey } = await generateKeyPair("ECDH-ES+A256KW");
      await assert.rejects(compactDecrypt(id_token, privateKey), "anybody could read it");
    });

    test("a userinfo answer", async () => {
      const metadata = { userinfo_signed_response_alg: "ES256", userinfo_encrypted_response_alg: ENCRYPTED.alg, userinfo_encrypted_response_enc: enc };
      const { client, recipient } = await register(metadata);
      const { access_token } = await client.tokens(resident);
      const answer = await client.userinfo(access_token);
      assert.match(answer.headers["content-type"], /^application\/jwt/);
      const { payload } = await opened(answer.text, recipient, enc);
      assert.equal(payload.aud, client.id);
      assert.equal(payload.name, "CHAN Tai Man");
    });
  });
}

test("a userinfo answer may be signed alone", async () => {
  const client = await provider.register("fapi2", { userinfo_signed_response_alg: "ES256" });
  const { access_token, id_token } = await client.tokens(resident);
  const { payload } = await jwtVerify((await client.userinfo(access_token)).text, published, { issuer: provider.issuer, audience: client.id });
  const { payload: claims } = await jwtVerify(id_token, published);
  assert.equal(payload.sub, claims.sub);
});

test("openid-client reads encrypted answers", async () => {
  const enc = "A256GCM";
  const { client, recipient } = await register({
    token_endpoint_auth_method: "client_secret_basic",
    client_secret: "a-secret-that-both-of-us-know",
    id_token_signed_response_alg: "ES256",
    id_token_encrypted_response_alg: ENCRYPTED.alg,
    id_token_encrypted_response_enc: enc,
    userinfo_signed_response_alg: "ES256",
    userinfo_encrypted_response_alg: ENCRYPTED.alg,
    userinfo_encrypted_response_enc: enc,
  }, "oidc");
  const metadata = { id_token_signed_response_alg: "ES256", userinfo_signed_response_alg: "ES256" };
  const options = { execute: [openid.allowInsecureRequests] };
  const config = await openid.discovery(new URL(provider.issuer), client.id, metadata, openid.ClientSecretBasic(client.metadata.client_secret), options);
  const { subtle } = globalThis.crypto;
  const jwk = recipient.privateKey.export({ format: "jwk" });
  const key = await subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  openid.enableDecryptingResponses(config, [enc], { key, kid: recipient.kid, alg: ENCRYPTED.alg });
  openid.enableNonRepudiationChecks(config);
  const { away, parameters, verifier } = await client.signIn(resident);
  const checks = { pkceCodeVerifier: verifier, expectedNonce: parameters.nonce, expectedState: parameters.state };
  const tokens = await openid.authorizationCodeGrant(config, away, checks);
  const told = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(told.name, "CHAN Tai Man");
});
