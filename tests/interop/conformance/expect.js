// What the conformance modules look for in an answer.

import assert from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify } from "jose";

/** A refusal of an endpoint that clients call, with one of these errors. */
export function refused(answer, ...errors) {
  const said = `${answer.status} ${answer.text}`;
  assert.ok(answer.status >= 400 && answer.status < 500, said);
  if (answer.status === 405) return;
  assert.ok(errors.includes(answer.json?.error), `${said}; expected ${errors}`);
  assert.equal(answer.status, answer.json.error === "invalid_client" || isOfResource(answer) ? 401 : 400, said);
}

const isOfResource = (answer) => /^(DPoP|Bearer) /.test(answer.headers["www-authenticate"] ?? "");

/** Whatever a resource answers to a request that it must not serve. */
export function unserved(answer) {
  assert.ok([400, 401].includes(answer.status), `${answer.status} ${answer.text}`);
}

export function pushed(answer) {
  assert.equal(answer.status, 201, answer.text);
  assert.match(answer.json.request_uri, /^urn:ietf:params:oauth:request_uri:.{20,}/);
  assert.ok(answer.json.expires_in > 0 && answer.json.expires_in < 600);
}

export function served(answer) {
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** The answer at the redirect URI: a code, the state as it was sent, and who answers (RFC 9207). */
export function answered({ away, page }, { state }, provider) {
  assert.ok(away, `the browser stays on a page: ${page?.status} ${page?.text.slice(0, 500)}`);
  const parameters = Object.fromEntries(away.searchParams);
  assert.equal(parameters.error, undefined, away.href);
  assert.ok(parameters.code?.length >= 22, "128 bits");
  assert.equal(parameters.state, state);
  assert.equal(parameters.iss, provider.issuer);
  assert.equal(away.hash, "");
  return parameters;
}

/** The answer at the redirect URI is one of these errors; or the browser is shown a page. */
export function refusedInTheBrowser({ away, page }, { errors = [], state, mayShowPage = true } = {}, provider) {
  if (page) {
    assert.ok(mayShowPage && page.status >= 400, `a page: ${page.status} ${page.text.slice(0, 500)}`);
    return;
  }
  const parameters = Object.fromEntries(away.searchParams);
  assert.equal(parameters.code, undefined, "a code was given");
  assert.ok(errors.includes(parameters.error), away.href);
  assert.equal(parameters.iss, provider.issuer);
  if (state !== undefined) assert.equal(parameters.state, state);
}

/** Checks an id_token as OpenID Connect Core, section 3.1.3.7, says; gives its claims. */
export async function idToken(client, tokens, expected = {}) {
  const { provider, metadata } = client;
  const { payload, protectedHeader } = await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(provider.metadata.jwks_uri)), {
    issuer: provider.issuer,
    audience: client.id,
    algorithms: [metadata.id_token_signed_response_alg],
    requiredClaims: ["sub", "exp", "iat"],
  });
  assert.ok(protectedHeader.kid, "the key is named");
  assert.ok(payload.exp - payload.iat <= 3_600 && Math.abs(payload.iat - Date.now() / 1_000) < 60);
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(payload[name], value, name);
  return payload;
}

/** A whole flow of this client that must work; gives tokens and the claims of its id_token. */
export async function works(client, resident, changes = {}, options = {}) {
  const signedIn = await client.signIn(resident, changes, options);
  const answer = await client.redeem(signedIn, {}, options.redeem);
  const tokens = { ...signedIn, ...served(answer) };
  assert.equal(tokens.token_type.toLowerCase(), client.provesPossession ? "dpop" : "bearer");
  assert.match(answer.headers["cache-control"], /no-store/);
  if (tokens.id_token) tokens.claims = await idToken(client, tokens, { nonce: signedIn.parameters.nonce });
  return tokens;
}
