// What the discovery document says about authorization requests: what can be asked, and in which words.

import assert from "node:assert/strict";
import { field } from "../lib/browser.js";

/** What comes of a request with these changes: "taken", or the error that the client is sent. */
async function outcome({ plain, resident }, changes, client = plain) {
  const { parameters } = client.request(changes);
  const { away } = await resident.visit(client.address(parameters));
  return away?.searchParams.get("error") ?? (away ? "taken" : "page");
}

/** Of these values of a parameter, those that are listed are taken, and the others are refused with one of these errors. */
const values = (parameter, all, ...errors) => async (listed, setting) => {
  for (const value of new Set([...listed, ...all])) {
    const came = await outcome(setting, { [parameter]: value });
    if (listed.includes(value)) assert.equal(came, "taken", value);
    else assert.ok(errors.includes(came), `${value}: ${came}`);
  }
};
const all = (listed) => listed.join(" ");
const look = async ({ provider, resident }, changes) => {
  const client = await provider.register("oidc", { scope: "openid" });
  const { page } = await resident.elsewhere().visit(client.address(client.request(changes).parameters), { stopAt: "sign-in", look: true });
  assert.equal(page.status, 200);
  return page.text;
};

export const requests = {
  response_types_supported: values("response_type", ["token", "id_token", "code id_token", "code token", "none"], "unsupported_response_type"),
  response_modes_supported: values("response_mode", ["fragment", "form_post", "jwt", "query.jwt"], "invalid_request"),
  code_challenge_methods_supported: values("code_challenge_method", ["plain", "S512"], "invalid_request"),
  prompt_values_supported: values("prompt", ["create", "sudo"], "invalid_request"),

  async scopes_supported(listed, setting) {
    const client = await setting.provider.register("oidc", { scope: all(listed), grant_types: ["authorization_code", "refresh_token"] });
    assert.equal(await outcome(setting, { scope: all(listed) }, client), "taken");
    assert.deepEqual(client.metadata.scope.split(" ").sort(), [...listed].sort());
    await assert.rejects(setting.provider.register("oidc", { scope: "openid shoe_size" }));
  },

  async claims_parameter_supported(said, { provider, resident }) {
    const client = await provider.register("oidc", { scope: "openid", claims: ["birthdate"] });
    const claims = JSON.stringify({ id_token: { birthdate: { essential: true } } });
    const { id_token } = await client.tokens(resident, { claims });
    assert.equal(said, JSON.parse(Buffer.from(id_token.split(".")[1], "base64url")).birthdate === "1988-04-12");
  },

  async request_parameter_supported(said, { provider, resident, plain }) {
    const { parameters } = plain.request();
    const time = Math.floor(Date.now() / 1_000);
    const object = { ...parameters, client_id: plain.id, aud: provider.issuer, nbf: time, exp: time + 60, sub: null, jti: null };
    const { away } = await resident.visit(plain.address({ request: plain.assertion({ claims: object }) }));
    assert.equal(said, away?.searchParams.has("code") === true);
  },

  async request_uri_parameter_supported(said, setting) {
    assert.equal(said, false);
    assert.equal(await outcome(setting, { request_uri: "https://rp.example/request.jwt" }), "request_uri_not_supported");
  },

  async require_pushed_authorization_requests(said, setting) {
    assert.equal(said, (await outcome(setting, {})) !== "taken");
  },

  async authorization_details_types_supported(listed, { provider }) {
    const client = await provider.register("fapi2", { authorization_details_types: listed });
    assert.deepEqual(client.metadata.authorization_details_types, listed);
    await assert.rejects(provider.register("fapi2", { authorization_details_types: ["account_information"] }));
    const unknown = JSON.stringify([{ type: "account_information" }]);
    const answer = await client.push(client.request({ authorization_details: unknown }).parameters);
    assert.equal(answer.json.error, "invalid_authorization_details");
  },

  async acr_values_supported(listed, { provider, resident }) {
    const levels = ["low", "substantial", "high"].map((level) => `http://eidas.europa.eu/LoA/${level}`);
    const client = await provider.register("oidc", { allowed_sign_in_methods: ["passkey", "password"] });
    for (const level of levels) {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: level } } });
      const { parameters } = client.request({ claims });
      const { away } = await resident.visit(client.address(parameters));
      const came = away.searchParams.get("error") ?? "taken";
      // What is not listed for want of passwords is satisfied by what is better.
      if (listed.includes(level)) assert.equal(came, "taken", level);
      if (level.endsWith("high")) assert.equal(came, listed.includes(level) ? "taken" : "unmet_authentication_requirements");
    }
    const { id_token } = await client.tokens(resident);
    assert.ok(listed.includes(JSON.parse(Buffer.from(id_token.split(".")[1], "base64url")).acr));
  },

  async display_values_supported(listed, setting) {
    const pages = await Promise.all([...listed, "hologram", null].map((display) => look(setting, { display })));
    for (const page of pages) assert.ok(page.includes('name="viewport"') && field(page, "interaction"), "one page for all");
  },

  async ui_locales_supported(listed, setting) {
    const spoken = async (ui_locales) => (await look(setting, { ui_locales })).match(/<html lang="([^"]+)"/)[1];
    for (const tag of listed) assert.ok((await spoken(`fr ${tag}`)).startsWith(tag), tag);
    assert.equal(await spoken("fr"), "en", "what the browser says, when nothing else is known");
  },

  async claims_locales_supported(listed, { provider, resident }) {
    const client = await provider.register("oidc", { scope: "openid profile" });
    const names = async (claims_locales) => {
      const { access_token } = await client.tokens(resident, { claims_locales });
      const { name, "name#zh-Hant": tagged } = (await client.userinfo(access_token)).json;
      return { name, tagged };
    };
    const both = { name: "CHAN Tai Man", tagged: "陳大文" };
    for (const all of [listed.join(" "), "fr", null]) assert.deepEqual(await names(all), both);
    const alone = { en: both.name, "zh-Hant": both.tagged };
    for (const tag of listed) assert.deepEqual(await names(tag), { name: alone[tag], tagged: undefined });
  },
};
