// FAPI 2.0 Security Profile (Final): the authorization request and its answer.

import assert from "node:assert/strict";
import { random } from "../lib/relying_party.js";
import { answered, pushed, refused, refusedInTheBrowser, served, works } from "./expect.js";

const goodAnswer = async (s, changes = {}) => {
  const begun = await s.client.begin(changes);
  const step = await s.resident.visit(begun.address);
  return { ...begun, ...answered(step, begun.parameters, s.provider) };
};
/** A request that is refused when it is pushed, or at the latest in the browser. */
const fails = async (s, changes, ...errors) => {
  const { parameters } = s.client.request(changes);
  const answer = await s.client.push(parameters);
  if (answer.status !== 201) return refused(answer, ...errors);
  const step = await s.resident.visit(s.client.address({ request_uri: answer.json.request_uri }));
  refusedInTheBrowser(step, { errors, state: parameters.state }, s.provider);
};

export const modules = {
  async discovery_end_point_verification({ provider }) {
    const { metadata } = provider;
    assert.equal(metadata.issuer, provider.issuer);
    for (const endpoint of ["authorization_endpoint", "token_endpoint", "pushed_authorization_request_endpoint", "jwks_uri"]) {
      assert.ok(new URL(metadata[endpoint]), endpoint);
    }
    assert.ok(metadata.code_challenge_methods_supported.includes("S256"));
    assert.ok(!metadata.code_challenge_methods_supported.includes("plain"));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes("private_key_jwt"));
    assert.ok(metadata.grant_types_supported.includes("authorization_code"));
    assert.ok(metadata.response_types_supported.includes("code"));
    for (const [name, algorithms] of Object.entries(metadata).filter(([name]) => /alg_values_supported$/.test(name))) {
      assert.ok(!algorithms.includes("none"), name);
    }
    const strong = ["ES256", "PS256", "EdDSA", "Ed25519"];
    assert.ok(metadata.dpop_signing_alg_values_supported.every((alg) => strong.includes(alg)));
    assert.ok(metadata.token_endpoint_auth_signing_alg_values_supported.some((alg) => strong.includes(alg)));
  },

  async happy_flow(s) {
    for (const client of [s.client, s.other]) {
      const tokens = await works(client, s.resident);
      const told = served(await client.userinfo(tokens.access_token));
      assert.equal(told.sub, tokens.claims.sub);
      const url = `${s.provider.metadata.userinfo_endpoint}?access_token=${tokens.access_token}`;
      const inQuery = await client.userinfo(tokens.access_token, { authorization: null, url });
      assert.ok(inQuery.status >= 400 && inQuery.status < 500, "a token in the query is not taken");
    }
  },

  async user_rejects_authentication(s) {
    for (const stopAt of ["sign-in", "consent"]) {
      const client = await s.provider.register("fapi2");
      const { address, parameters } = await client.begin({});
      const resident = stopAt === "sign-in" ? s.resident.elsewhere() : s.resident;
      const step = await resident.visit(address, { stopAt });
      refusedInTheBrowser(step, { errors: ["access_denied"], state: parameters.state, mayShowPage: false }, s.provider);
    }
  },

  async ensure_authorization_request_without_state_success(s) {
    const { away } = await s.client.signIn(s.resident, { state: null });
    assert.equal(away.searchParams.has("state"), false);
  },
  async ensure_authorization_request_without_nonce_success(s) {
    const { claims } = await works(s.client, s.resident, { nonce: null });
    assert.equal("nonce" in claims, false);
  },
  async ensure_authorization_request_with_64_char_nonce_success(s) {
    await works(s.client, s.resident, { nonce: "n".repeat(64) });
  },
  async ensure_authorization_request_with_long_nonce(s) {
    await works(s.client, s.resident, { nonce: "n".repeat(384) });
  },
  async ensure_authorization_request_with_long_state(s) {
    await goodAnswer(s, { state: "s".repeat(1_024) });
  },
  async ensure_other_scope_order_succeeds(s) {
    const tokens = await works(s.client, s.resident, { scope: s.client.metadata.scope.split(" ").reverse().join(" ") });
    served(await s.client.userinfo(tokens.access_token));
  },
  async test_claims_parameter_identity_claims(s) {
    const claims = { userinfo: { name: { essential: true }, shoe_size: null }, id_token: { birthdate: { essential: true }, shoe_size: { essential: true } } };
    const client = await s.provider.register("fapi2", { scope: "openid profile", ...(s.provider.name === "lionrock" && { claims: ["birthdate"] }) });
    const tokens = await works(client, s.resident, { scope: "openid", claims: JSON.stringify(claims) });
    const told = served(await client.userinfo(tokens.access_token));
    assert.equal(told.name, "CHAN Tai Man");
    assert.equal(tokens.claims.birthdate, "1988-04-12");
    assert.ok(!("shoe_size" in told) && !("shoe_size" in tokens.claims));
  },

  async ensure_different_nonce_inside_and_outside_request_object(s) {
    const begun = await s.client.begin();
    const step = await s.resident.visit(s.client.address({ request_uri: begun.request_uri, nonce: random() }));
    const { code } = answered(step, begun.parameters, s.provider);
    const tokens = { ...begun, code, ...served(await s.client.redeem({ ...begun, code })) };
    assert.equal(JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url")).nonce, begun.parameters.nonce);
  },
  async ensure_different_state_inside_and_outside_request_object(s) {
    const begun = await s.client.begin();
    const step = await s.resident.visit(s.client.address({ request_uri: begun.request_uri, state: random() }));
    answered(step, begun.parameters, s.provider);
  },
  async state_only_outside_request_object_not_used(s) {
    const begun = await s.client.begin({ state: null });
    const step = await s.resident.visit(s.client.address({ request_uri: begun.request_uri, state: random() }));
    answered(step, begun.parameters, s.provider);
  },
  ensure_request_object_without_redirect_uri_fails: (s) => fails(s, { redirect_uri: null }, "invalid_request", "invalid_request_object"),
  async ensure_redirect_uri_in_authorization_request(s) {
    const answer = await s.client.push(s.client.request({ redirect_uri: null }).parameters);
    refused(answer, "invalid_request", "invalid_request_object");
  },
  async plain_fapi_tolerate_unregistered_redirect_uri(s) {
    const answer = await s.client.push(s.client.request({ redirect_uri: "https://rp.example/unregistered" }).parameters);
    if (answer.status !== 201) refused(answer, "invalid_request", "invalid_redirect_uri");
  },
  async ensure_unsigned_authorization_request_without_using_par_fails(s) {
    const { parameters } = s.client.request();
    const step = await s.resident.visit(s.client.address(parameters));
    refusedInTheBrowser(step, { errors: ["invalid_request", "invalid_request_object"] }, s.provider);
  },
  ensure_response_type_code_idtoken_fails: (s) => fails(s, { response_type: "code id_token" }, "unsupported_response_type", "unauthorized_client", "invalid_request"),
  ensure_response_type_token_fails: (s) => fails(s, { response_type: "token" }, "unsupported_response_type", "unauthorized_client", "invalid_request"),

  async par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(s) {
    const begun = await s.client.begin({ prompt: "login" });
    const resident = s.resident.elsewhere();
    await resident.visit(begun.address, { stopAt: "sign-in", look: true });
    answered(await resident.visit(begun.address), begun.parameters, s.provider);
  },
  async par_attempt_reuse_request_uri(s) {
    const { address } = await goodAnswer(s);
    refusedInTheBrowser(await s.resident.visit(address), { errors: ["invalid_request_uri", "invalid_request"] }, s.provider);
  },
  async par_attempt_to_use_request_uri_for_different_client(s) {
    const { request_uri } = await s.client.begin();
    const step = await s.resident.visit(s.other.address({ request_uri }));
    refusedInTheBrowser(step, { errors: ["invalid_request_uri", "invalid_request", "invalid_request_object"] }, s.provider);
  },
  async par_authorization_request_containing_request_uri_form_param(s) {
    const answer = await s.client.push(s.client.request({ request_uri: `urn:ietf:params:oauth:request_uri:${random()}` }).parameters);
    refused(answer, "invalid_request", "request_uri_not_supported");
  },
  async par_attempt_invalid_http_method(s) {
    const answer = await s.client.push(s.client.request().parameters, { method: "PUT" });
    assert.ok([404, 405].includes(answer.status), `${answer.status}`);
  },
  par_ensure_pkce_required: (s) => fails(s, { code_challenge: null, code_challenge_method: null }, "invalid_request"),
  par_plain_pkce_rejected: (s) => fails(s, { code_challenge_method: "plain" }, "invalid_request"),
  async par_without_duplicate_parameters(s) {
    const begun = await s.client.begin();
    assert.deepEqual([...new URL(begun.address).searchParams.keys()].sort(), ["client_id", "request_uri"]);
    answered(await s.resident.visit(begun.address), begun.parameters, s.provider);
  },
  par_attempt_to_use_expired_request_uri: {
    async prepare(s) {
      const { parameters } = s.client.request();
      const answer = await s.client.push(parameters);
      pushed(answer);
      return { seconds: answer.json.expires_in + 1, address: s.client.address({ request_uri: answer.json.request_uri }) };
    },
    async act(s, { address }) {
      refusedInTheBrowser(await s.resident.visit(address), { errors: ["invalid_request_uri", "invalid_request"] }, s.provider);
    },
  },
};
