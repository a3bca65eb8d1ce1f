// OpenID Connect Core, the basic profile with the code flow, and its discovery document.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeJwt, decodeProtectedHeader, UnsecuredJWT } from "jose";
import { basic, random } from "../lib/relying_party.js";
import { answered, refused, refusedInTheBrowser, served, unserved, works } from "./expect.js";

/** What a scope gives at the userinfo endpoint: these claims, of these types. */
const scope = (name, types) => ({
  needs: ({ metadata }) => name.split(" ").every((one) => metadata.scopes_supported.includes(one)),
  async run(s) {
    const client = await s.provider.register("oidc", { ...secret("client_secret_basic"), scope: `openid ${name}` });
    const tokens = await works(client, s.resident);
    const told = served(await client.userinfo(tokens.access_token));
    assert.equal(told.sub, tokens.claims.sub);
    for (const [claim, type] of Object.entries(types)) assert.equal(typeof told[claim], type, claim);
  },
});
const TYPES = {
  profile: { name: "string", birthdate: "string" },
  email: { email: "string", email_verified: "boolean" },
  address: { address: "object" },
  phone: { phone_number: "string", phone_number_verified: "boolean" },
};
export const secret = (token_endpoint_auth_method) => ({ token_endpoint_auth_method, client_secret: random() });

/** The resident's answer to a plain request with these changes. */
const visit = (s, changes = {}, resident = s.resident, options = {}) => {
  const { parameters } = s.client.request(changes);
  return resident.visit(s.client.address(parameters), options).then((step) => ({ ...step, parameters }));
};
const reuse = (seconds) => async (s) => {
  const tokens = await works(s.client, s.resident);
  await sleep(seconds * 1_000);
  refused(await s.client.redeem(tokens), "invalid_grant");
  unserved(await s.client.userinfo(tokens.access_token));
};
const ignored = (changes) => (s) => works(s.client, s.resident, changes);

export const modules = {
  async discovery_endpoint_verification({ provider }) {
    const { metadata } = provider;
    const listed = ["scopes_supported", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported", "claims_supported"];
    for (const name of listed) assert.ok(Array.isArray(metadata[name]) && metadata[name].length > 0, name);
    for (const name of ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]) assert.ok(new URL(metadata[name]), name);
    assert.ok(metadata.scopes_supported.includes("openid"));
    assert.ok(metadata.id_token_signing_alg_values_supported.includes("RS256"));
    assert.ok(!metadata.response_types_supported.includes("token"));
  },
  async server(s) {
    const tokens = await works(s.client, s.resident);
    assert.ok(tokens.claims.sub.length <= 255);
  },
  async response_type_missing(s) {
    const { parameters, ...step } = await visit(s, { response_type: null });
    refusedInTheBrowser(step, { errors: ["invalid_request", "unsupported_response_type"], state: parameters.state }, s.provider);
  },
  async idtoken_signature(s) {
    const { id_token } = await works(s.client, s.resident);
    assert.equal(decodeProtectedHeader(id_token).alg, "RS256");
  },
  async idtoken_unsigned(s) {
    // A client may not ask for one that nobody signed.
    await assert.rejects(s.provider.register("oidc", { ...secret("client_secret_basic"), id_token_signed_response_alg: "none" }));
  },
  async userinfo_get(s) {
    const tokens = await works(s.client, s.resident);
    assert.equal(served(await s.client.userinfo(tokens.access_token)).sub, tokens.claims.sub);
  },
  async userinfo_post_header(s) {
    const tokens = await works(s.client, s.resident);
    assert.equal(served(await s.client.userinfo(tokens.access_token, { method: "POST", form: {} })).sub, tokens.claims.sub);
  },
  async userinfo_post_body(s) {
    const tokens = await works(s.client, s.resident);
    const form = { access_token: tokens.access_token };
    const answer = await s.client.userinfo("", { authorization: null, method: "POST", form });
    assert.equal(served(answer).sub, tokens.claims.sub);
  },
  async ensure_request_without_nonce_succeeds_for_code_flow(s) {
    const { claims } = await works(s.client, s.resident, { nonce: null });
    assert.equal("nonce" in claims, false);
  },
  scope_profile: scope("profile", TYPES.profile),
  scope_email: scope("email", TYPES.email),
  scope_address: scope("address", TYPES.address),
  scope_phone: scope("phone", TYPES.phone),
  scope_all: scope("profile email address phone", Object.assign({}, ...Object.values(TYPES))),
  async alternate_happy_flow(s) {
    const client = await s.provider.register("oidc", { ...secret("client_secret_basic"), redirect_uris: ["https://rp.example/callback", "https://rp.example/callback?dummy1=lorem&dummy2=ipsum"] });
    const [plain, withQuery] = client.metadata.redirect_uris;
    const { away } = await works(client, s.resident, { redirect_uri: withQuery });
    assert.ok(away.href.startsWith(`${withQuery}&`), away.href);
    assert.ok(away.searchParams.get("code"));
    const mixed = await client.signIn(s.resident, { redirect_uri: withQuery });
    refused(await client.redeem(mixed, { redirect_uri: plain }), "invalid_grant");
  },
  display_page: ignored({ display: "page" }),
  display_popup: ignored({ display: "popup" }),
  async prompt_login(s) {
    const before = await works(s.client, s.resident);
    const look = await visit(s, { prompt: "login" }, s.resident, { stopAt: "sign-in", look: true });
    assert.ok(look.page, "the resident is asked to sign in again");
    await sleep(1_000);
    const again = await works(s.client, s.resident, { prompt: "login" });
    assert.equal(again.claims.sub, before.claims.sub);
    assert.ok(!before.claims.auth_time || again.claims.auth_time > before.claims.auth_time);
    const both = await visit(s, { prompt: "login consent" }, s.resident, { stopAt: "consent", look: true });
    assert.equal(both.page?.status, 200, "and then to agree");
  },
  async prompt_none_not_logged_in(s) {
    const { parameters, ...step } = await visit(s, { prompt: "none" }, s.resident.elsewhere());
    refusedInTheBrowser(step, { errors: ["login_required", "interaction_required"], state: parameters.state, mayShowPage: false }, s.provider);
  },
  async prompt_none_logged_in(s) {
    const first = await works(s.client, s.resident);
    const second = await works(s.client, s.resident, { prompt: "none" });
    assert.equal(second.claims.sub, first.claims.sub);
    assert.equal(second.claims.auth_time, first.claims.auth_time);
  },
  async max_age_1(s) {
    const resident = s.resident.elsewhere();
    const first = await works(s.client, resident, { max_age: "10000" });
    await sleep(2_000);
    const second = await works(s.client, resident, { max_age: "1" });
    assert.ok(second.claims.auth_time > first.claims.auth_time, "the resident signed in again");
  },
  async max_age_10000(s) {
    const first = await works(s.client, s.resident, { max_age: "10000" });
    const second = await works(s.client, s.resident, { max_age: "10000" });
    assert.ok(second.claims.auth_time);
    assert.equal(second.claims.auth_time, first.claims.auth_time);
  },
  ensure_request_with_unknown_parameter_succeeds: ignored({ extra: "foobar" }),
  async id_token_hint(s) {
    const { id_token, claims } = await works(s.client, s.resident);
    const again = await works(s.client, s.resident, { prompt: "none", id_token_hint: id_token });
    assert.equal(again.claims.sub, claims.sub);
  },
  login_hint: ignored({ login_hint: "taiman" }),
  ui_locales: ignored({ ui_locales: "se zh-Hant en" }),
  claims_locales: ignored({ claims_locales: "se zh-Hant en" }),
  async ensure_request_with_acr_values_succeeds(s) {
    await works(s.client, s.resident, { acr_values: "1 2" });
    const listed = s.provider.metadata.acr_values_supported;
    if (!listed) return;
    const { claims } = await works(s.client, s.resident, { acr_values: listed.join(" ") });
    assert.ok(listed.includes(claims.acr), claims.acr);
  },
  codereuse: reuse(0),
  codereuse_30seconds: {
    prepare: async (s) => ({ seconds: 30, tokens: await works(s.client, s.resident) }),
    async act(s, { tokens }) {
      refused(await s.client.redeem(tokens), "invalid_grant");
      unserved(await s.client.userinfo(tokens.access_token));
    },
  },
  async ensure_registered_redirect_uri(s) {
    const step = await visit(s, { redirect_uri: "https://rp.example/other" });
    assert.ok(step.page?.status >= 400, "an error page, and no redirect");
  },
  async ensure_post_request_succeeds(s) {
    const { parameters } = s.client.request();
    const step = await s.resident.visit(s.provider.metadata.authorization_endpoint, { method: "POST", form: { client_id: s.client.id, ...parameters } });
    answered(step, parameters, s.provider);
  },
  async server_client_secret_post(s) {
    const client = await s.provider.register("oidc", secret("client_secret_post"));
    const signedIn = await client.signIn(s.resident);
    served(await client.redeem(signedIn));
    const wrong = { form: { client_id: client.id, client_secret: "wrong-secret" } };
    refused(await client.redeem(await client.signIn(s.resident), {}, { authentication: wrong }), "invalid_client");
    const other = { headers: { authorization: basic(s.client.id, "wrong-secret") } };
    const answer = await s.client.redeem(await s.client.signIn(s.resident), {}, { authentication: other });
    refused(answer, "invalid_client");
    assert.match(answer.headers["www-authenticate"], /^Basic /);
  },
  async request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(s) {
    const step = await visit(s, { request_uri: "https://rp.example/request.jwt" });
    refusedInTheBrowser(step, { errors: ["request_uri_not_supported"] }, s.provider);
  },
  async unsigned_request_object_supported_correctly_or_rejected_as_unsupported(s) {
    const { parameters } = s.client.request();
    const request = new UnsecuredJWT({ client_id: s.client.id, ...parameters }).setIssuer(s.client.id).setAudience(s.provider.issuer).encode();
    const step = await s.resident.visit(s.client.address({ ...parameters, request }));
    refusedInTheBrowser(step, { errors: ["request_not_supported", "invalid_request_object"] }, s.provider);
  },
  async ensure_request_object_with_redirect_uri(s) {
    const { parameters } = s.client.request();
    const request = new UnsecuredJWT({ ...parameters, redirect_uri: "https://rp.example/other" }).setIssuer(s.client.id).encode();
    const step = await s.resident.visit(s.client.address({ ...parameters, request }));
    refusedInTheBrowser(step, { errors: ["request_not_supported", "invalid_request_object"] }, s.provider);
  },
  async claims_essential(s) {
    const client = await s.provider.register("oidc", { ...secret("client_secret_basic"), scope: "openid profile" });
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const tokens = await works(client, s.resident, { scope: "openid", claims });
    assert.equal(served(await client.userinfo(tokens.access_token)).name, "CHAN Tai Man");
  },
  refresh_token: {
    needs: ({ metadata }) => metadata.grant_types_supported.includes("refresh_token"),
    async run(s) {
      const grant_types = ["authorization_code", "refresh_token"];
      const metadata = { ...secret("client_secret_basic"), grant_types, scope: "openid offline_access" };
      const [client, other] = [await s.provider.register("oidc", metadata), await s.provider.register("oidc", metadata)];
      const tokens = await works(client, s.resident, { prompt: "consent" });
      const refreshed = served(await client.post("token_endpoint", { grant_type: "refresh_token", refresh_token: tokens.refresh_token }));
      served(await client.userinfo(refreshed.access_token));
      if (refreshed.id_token) assert.equal(decodeJwt(refreshed.id_token).sub, tokens.claims.sub);
      refused(await other.post("token_endpoint", { grant_type: "refresh_token", refresh_token: tokens.refresh_token }), "invalid_grant");
    },
  },
  async ensure_request_with_valid_pkce_succeeds(s) {
    await works(s.client, s.resident);
    refused(await s.client.redeem(await s.client.signIn(s.resident), { code_verifier: random() }), "invalid_grant");
  },
};
