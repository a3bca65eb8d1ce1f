// npm's oauth4webapi, step by step as FAPI 2.0 has it; and as a resource server that checks our access tokens by
// itself (RFC 9068, RFC 9449).

import assert from "node:assert/strict";
import { test } from "node:test";
import { importJWK } from "jose";
import * as oauth from "oauth4webapi";
import { Lionrock } from "../lib/lionrock.js";

const provider = await Lionrock.start();
const resident = await provider.resident();
const insecure = { [oauth.allowInsecureRequests]: true };

/** Everything up to the tokens, every answer processed by the library. */
async function signIn() {
  const registered = await provider.register("fapi2", { scope: "openid profile" });
  const issuer = new URL(provider.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client = { client_id: registered.id, id_token_signed_response_alg: "ES256" };
  const key = await importJWK(registered.key.privateKey.export({ format: "jwk" }), "ES256");
  const authentication = oauth.PrivateKeyJwt({ key, kid: registered.key.kid });
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  const options = { ...insecure, DPoP };

  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const redirect_uri = "https://rp.example/callback";
  const asked = {
    response_type: "code",
    redirect_uri,
    scope: "openid profile",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  const answer = await oauth.pushedAuthorizationRequest(as, client, authentication, asked, options);
  const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer);
  const { away } = await resident.visit(registered.address({ request_uri }));
  const parameters = oauth.validateAuthResponse(as, client, away, state);
  const granted = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirect_uri, verifier, options);
  const expected = { expectedNonce: nonce, requireIdToken: true, maxAge: 3_600 };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, granted, expected);
  await oauth.validateApplicationLevelSignature(as, granted, insecure);
  return { as, client, authentication, options, tokens };
}

test("oauth4webapi signs a resident in under FAPI 2.0", async () => {
  const { as, client, options, tokens } = await signIn();
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const answer = await oauth.userInfoRequest(as, client, tokens.access_token, options);
  const told = await oauth.processUserInfoResponse(as, client, sub, answer);
  assert.equal(told.name, "CHAN Tai Man");
});

test("oauth4webapi checks an access token as a resource server would", async () => {
  const { as, client, options, tokens } = await signIn();
  const url = new URL("https://resource.example/records");
  const proofs = new Headers();
  await options.DPoP.addProof(url, proofs, "GET", tokens.access_token);
  const headers = { authorization: `DPoP ${tokens.access_token}`, dpop: proofs.get("dpop") };
  const claims = await oauth.validateJwtAccessToken(as, new Request(url, { headers }), provider.issuer, { ...insecure, requireDPoP: true });
  assert.equal(claims.client_id, client.client_id);
  assert.equal(claims.scope, "openid profile");
  const other = new Request("https://resource.example/other", { headers });
  await assert.rejects(oauth.validateJwtAccessToken(as, other, provider.issuer, { ...insecure, requireDPoP: true }));
});

test("oauth4webapi is told about a token, and ends it", async () => {
  const { as, client, authentication, tokens } = await signIn();
  const ask = async () => {
    const answer = await oauth.introspectionRequest(as, client, authentication, tokens.access_token, insecure);
    return oauth.processIntrospectionResponse(as, client, answer);
  };
  assert.equal((await ask()).active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, tokens.access_token, insecure));
  assert.deepEqual(await ask(), { active: false });
});
