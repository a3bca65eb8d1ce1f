// npm's openid-client, as a website uses it: whole sign-ins of every kind of client, and what it makes of refusals.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importJWK } from "jose";
import * as openid from "openid-client";
import { Lionrock } from "../lib/lionrock.js";
import { random } from "../lib/relying_party.js";

const provider = await Lionrock.start();
const resident = await provider.resident();
const supports = (grant) => provider.metadata.grant_types_supported.includes(grant);
/** Whether the provider says so; a test of what it does not say is skipped. */
const unless = (said) => ({ skip: said ? false : "the provider does not say that it does this" });

/** The library's configuration for this registered client. */
async function configured(client) {
  const { client_secret, token_endpoint_auth_method } = client.metadata;
  const authentication = {
    private_key_jwt: async () => openid.PrivateKeyJwt({ key: await privateKey(client.key), kid: client.key.kid }),
    client_secret_basic: () => openid.ClientSecretBasic(client_secret),
    client_secret_post: () => openid.ClientSecretPost(client_secret),
    none: () => openid.None(),
  };
  const { id_token_signed_response_alg } = client.metadata;
  const options = { execute: [openid.allowInsecureRequests] };
  const how = await authentication[token_endpoint_auth_method]();
  const config = await openid.discovery(new URL(provider.issuer), client.id, { id_token_signed_response_alg }, how, options);
  openid.enableNonRepudiationChecks(config); // checks the signatures of id_tokens too
  return config;
}

const privateKey = ({ privateKey, alg }) => importJWK(privateKey.export({ format: "jwk" }), alg);

/** A sign-in as the library's documentation has it. */
async function signIn(config, { pushed = false, DPoP, parameters = {}, jar } = {}) {
  const [verifier, nonce, state] = [openid.randomPKCECodeVerifier(), openid.randomNonce(), openid.randomState()];
  const asked = {
    redirect_uri: "https://rp.example/callback",
    scope: "openid",
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce,
    state,
    ...parameters,
  };
  let address;
  if (jar) {
    address = await openid.buildAuthorizationUrlWithJAR(config, asked, jar);
    if (pushed) address = await openid.buildAuthorizationUrlWithPAR(config, address.searchParams, { DPoP });
  } else if (pushed) address = await openid.buildAuthorizationUrlWithPAR(config, asked, { DPoP });
  else address = openid.buildAuthorizationUrl(config, asked);
  const { away, page } = await resident.visit(address.href);
  assert.ok(away, page?.text);
  const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true };
  const tokens = await openid.authorizationCodeGrant(config, away, checks, undefined, { DPoP });
  return { tokens, away, checks };
}

/** Asks for the claims, about the same subject as the id_token's. */
const told = (config, tokens, DPoP) => openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });

describe("openid-client under the fapi2 profile", () => {
  for (const keyAlgorithm of ["ES256", "PS256", "Ed25519"]) {
    test(`signs in with private_key_jwt by ${keyAlgorithm}, pushed requests and DPoP`, async () => {
      const client = await provider.register("fapi2", { keyAlgorithm, scope: "openid profile" });
      const config = await configured(client);
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(keyAlgorithm));
      const { tokens } = await signIn(config, { pushed: true, DPoP, parameters: { scope: "openid profile" } });
      assert.equal(tokens.token_type, "dpop");
      assert.equal((await told(config, tokens, DPoP)).name, "CHAN Tai Man");
    });
  }

  test("follows the nonces that a client must send", async () => {
    const config = await configured(await provider.register("fapi2", { dpop_nonce_required: true }));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens } = await signIn(config, { pushed: true, DPoP });
    await told(config, tokens, DPoP);
  });

  test("is told whether its token is good, and ends it", async () => {
    const config = await configured(await provider.register("fapi2"));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens } = await signIn(config, { pushed: true, DPoP });
    const about = await openid.tokenIntrospection(config, tokens.access_token);
    assert.equal(about.active, true);
    assert.equal(about.cnf.jkt, await DPoP.calculateThumbprint());
    await openid.tokenRevocation(config, tokens.access_token);
    assert.equal((await openid.tokenIntrospection(config, tokens.access_token)).active, false);
    await assert.rejects(told(config, tokens, DPoP), { status: 401 });
  });

  test("is refused what was not pushed, and told so", async () => {
    const config = await configured(await provider.register("fapi2"));
    await assert.rejects(signIn(config), { name: "AuthorizationResponseError", error: "invalid_request" });
  });

  test("is refused a second use of its code, and loses what the first gave", async () => {
    const config = await configured(await provider.register("fapi2"));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens, away, checks } = await signIn(config, { pushed: true, DPoP });
    const again = openid.authorizationCodeGrant(config, away, checks, undefined, { DPoP });
    await assert.rejects(again, { name: "ResponseBodyError", error: "invalid_grant", status: 400 });
    await assert.rejects(told(config, tokens, DPoP), { name: "WWWAuthenticateChallengeError", status: 401 });
  });

  test("is refused a bound token without its proof", async () => {
    const config = await configured(await provider.register("fapi2"));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens } = await signIn(config, { pushed: true, DPoP });
    await assert.rejects(told(config, tokens), ({ status, cause }) => status === 401 && cause[0].scheme === "dpop");
  });

  test("signs its request (RFC 9101)", unless(provider.metadata.request_parameter_supported), async () => {
    const client = await provider.register("fapi2");
    const config = await configured(client);
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const jar = { key: await privateKey(client.key), kid: client.key.kid };
    const { tokens } = await signIn(config, { pushed: true, DPoP, jar });
    await told(config, tokens, DPoP);
  });

  test("refreshes its tokens, and once more when an answer was lost", unless(supports("refresh_token")), async () => {
    const grant_types = ["authorization_code", "refresh_token"];
    const config = await configured(await provider.register("fapi2", { grant_types, scope: "openid offline_access" }));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens } = await signIn(config, { pushed: true, DPoP, parameters: { scope: "openid offline_access", prompt: "consent" } });
    for (const _ of [1, 2]) {
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
      await openid.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub, { DPoP });
    }
    await openid.tokenRevocation(config, tokens.refresh_token);
    const ended = openid.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    await assert.rejects(ended, { name: "ResponseBodyError", error: "invalid_grant" });
  });

  test("acts for itself", unless(supports("client_credentials")), async () => {
    const config = await configured(await provider.register("fapi2", { grant_types: ["client_credentials"], scope: "readings:read", redirect_uris: null }));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const tokens = await openid.clientCredentialsGrant(config, undefined, { DPoP });
    assert.equal(tokens.token_type, "dpop");
    assert.equal(tokens.refresh_token, undefined);
  });
});

describe("openid-client under the oidc profile", () => {
  const client_secret = random();
  for (const [token_endpoint_auth_method, more] of Object.entries({
    client_secret_basic: { client_secret },
    client_secret_post: { client_secret },
    private_key_jwt: {},
    none: {},
  })) {
    test(`signs in with ${token_endpoint_auth_method}`, async () => {
      const config = await configured(await provider.register("oidc", { token_endpoint_auth_method, ...more }));
      const { tokens } = await signIn(config);
      assert.equal(tokens.token_type, "bearer");
      await told(config, tokens);
    });
  }

  for (const id_token_signed_response_alg of ["ES256", "PS256", "RS256"]) {
    test(`checks id_tokens by ${id_token_signed_response_alg}`, async () => {
      const config = await configured(await provider.register("oidc", { id_token_signed_response_alg }));
      await signIn(config);
    });
  }

  test("may bind its tokens without having to", async () => {
    const config = await configured(await provider.register("oidc"));
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { tokens } = await signIn(config, { DPoP });
    assert.equal(tokens.token_type, "dpop");
    await told(config, tokens, DPoP);
  });

  test("leads the resident out again", unless(provider.metadata.end_session_endpoint), async () => {
    const post_logout_redirect_uris = ["https://rp.example/goodbye"];
    const config = await configured(await provider.register("oidc", { post_logout_redirect_uris }));
    const { tokens } = await signIn(config);
    const state = openid.randomState();
    const asked = { post_logout_redirect_uri: post_logout_redirect_uris[0], id_token_hint: tokens.id_token, state };
    const { away, page } = await resident.browser.go(openid.buildEndSessionUrl(config, asked).href);
    assert.equal(away?.href, `https://rp.example/goodbye?state=${state}`, page?.text);
  });
});
