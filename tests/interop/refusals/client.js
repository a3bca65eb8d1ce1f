// Client authentication, the same at every endpoint that clients call; shown at the pushed-request endpoint.

import { now } from "../lib/keys.js";
import { basic } from "../lib/relying_party.js";

const TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const form = (client, assertion, more = {}) => ({ form: { client_id: client.id, client_assertion_type: TYPE, client_assertion: assertion, ...more } });

/** A pushed request, good but for how the client authenticates. */
const push = (client, authentication) => client.push(client.request().parameters, { authentication });
/** The same with an assertion in which this is changed. */
const assert = (client, changes) => push(client, form(client, client.assertion(changes)));
const claims = (changes) => (c) => assert(c.fapi, { claims: changes });

export const client = {
  "client.none": (c) => push(c.fapi, {}),
  "client.unknown": (c) => push(c.fapi, { form: { client_id: "nobody" } }),
  "client.twice": (c) => push(c.fapi, form(c.fapi, c.fapi.assertion(), { client_secret: "a-secret-of-some-length" })),
  "client.header-and-body": (c) => push(c.basic, { ...c.basic.authentication(), form: { client_secret: c.basic.metadata.client_secret } }),
  "client.repeated": (c) => c.fapi.push([...Object.entries(c.fapi.request().parameters), ["client_id", c.fapi.id]]),
  "client.json": (c) => c.fapi.post("pushed_authorization_request_endpoint", undefined, { json: {}, form: undefined }),
  "client.large": (c) => c.fapi.push(c.fapi.request({ state: "x".repeat(80_000) }).parameters),
  "client.other-method": (c) => push(c.basic, { form: { client_id: c.basic.id, client_secret: c.basic.metadata.client_secret } }),
  "client.post-for-basic": (c) => push(c.post, { headers: { authorization: basic(c.post.id, c.post.metadata.client_secret) } }),
  "client.secret-for-key": (c) => push(c.fapi, { headers: { authorization: basic(c.fapi.id, "a-secret-of-some-length") } }),
  "client.name-for-key": (c) => push(c.fapi, { form: { client_id: c.fapi.id } }),
  "client.name-for-secret": (c) => push(c.basic, { form: { client_id: c.basic.id } }),
  "client.key-for-none": (c) => push(c.open, form(c.open, c.fapi.assertion({ claims: { iss: c.open.id, sub: c.open.id } }))),

  "basic.secret": (c) => push(c.basic, { headers: { authorization: basic(c.basic.id, "another-secret") } }),
  "basic.unknown": (c) => push(c.basic, { headers: { authorization: basic("nobody", "another-secret") } }),
  "basic.malformed": (c) => push(c.basic, { headers: { authorization: "Basic !!!" } }),
  "basic.scheme": (c) => push(c.basic, { headers: { authorization: `Bearer ${c.tokens.basic.access_token}` } }),
  "basic.other-name": (c) => push(c.basic, { ...c.basic.authentication(), form: { client_id: c.other.id } }),
  "post.secret": (c) => push(c.post, { form: { client_id: c.post.id, client_secret: "another-secret" } }),
  "post.secret-of-other": (c) => push(c.basic, { form: { client_id: c.post.id, client_secret: `${c.post.metadata.client_secret}0` } }),

  "assertion.missing": (c) => push(c.fapi, form(c.fapi, null)),
  "assertion.type-missing": (c) => push(c.fapi, form(c.fapi, c.fapi.assertion(), { client_assertion_type: null })),
  "assertion.type": (c) => push(c.fapi, form(c.fapi, c.fapi.assertion(), { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" })),
  "assertion.malformed": (c) => push(c.fapi, form(c.fapi, "not.a.token")),
  "assertion.truncated": (c) => push(c.fapi, form(c.fapi, c.fapi.assertion().slice(0, -4))),
  "assertion.unsigned": (c) => assert(c.fapi, { header: { alg: "none", kid: null } }),
  "assertion.hs256": (c) => assert(c.fapi, { header: { alg: "HS256" } }),
  "assertion.rs256": (c) => assert(c.rsa, { header: { alg: "RS256" } }),
  "assertion.stranger": (c) => push(c.fapi, form(c.fapi, c.stranger.assertion({ header: { kid: c.fapi.key.kid } }))),
  "assertion.kid": (c) => assert(c.fapi, { header: { kid: c.rsa.key.kid } }),
  "assertion.other-client": (c) => push(c.fapi, form(c.fapi, c.other.assertion())),
  "assertion.critical": (c) => assert(c.fapi, { header: { crit: ["exp"], exp: 1 } }),
  "assertion.b64": (c) => assert(c.fapi, { header: { crit: ["b64"], b64: false } }),
  "assertion.iss-missing": claims({ iss: null }),
  "assertion.iss": claims({ iss: "https://elsewhere.example" }),
  "assertion.sub-missing": claims({ sub: null }),
  "assertion.sub": (c) => assert(c.fapi, { claims: { sub: c.other.id } }),
  "assertion.aud-missing": claims({ aud: null }),
  "assertion.aud": claims({ aud: "https://elsewhere.example" }),
  "assertion.aud-list": (c) => assert(c.fapi, { claims: { aud: [c.provider.issuer] } }),
  "assertion.aud-token-endpoint": (c) => assert(c.fapi, { claims: { aud: c.provider.metadata.token_endpoint } }),
  "assertion.aud-par-endpoint": (c) => assert(c.fapi, { claims: { aud: c.provider.metadata.pushed_authorization_request_endpoint } }),
  "assertion.oidc-aud": (c) => assert(c.jwt, { claims: { aud: "https://elsewhere.example" } }),
  "assertion.exp-missing": claims({ exp: null }),
  "assertion.exp-past": (c) => assert(c.fapi, { claims: { exp: now() - 300, iat: now() - 360 } }),
  "assertion.exp-far": (c) => assert(c.fapi, { claims: { exp: now() + 3_600 } }),
  "assertion.exp-text": claims({ exp: "tomorrow" }),
  "assertion.nbf": (c) => assert(c.fapi, { claims: { nbf: now() + 65 } }),
  "assertion.iat": (c) => assert(c.fapi, { claims: { iat: now() + 65, exp: now() + 120 } }),
  "assertion.jti-missing": claims({ jti: null }),
  "assertion.jti-long": claims({ jti: "x".repeat(256) }),
  "assertion.replayed": async (c) => {
    const assertion = c.fapi.assertion();
    await push(c.fapi, form(c.fapi, assertion));
    return push(c.fapi, form(c.fapi, assertion));
  },
};
