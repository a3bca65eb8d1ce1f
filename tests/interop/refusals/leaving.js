// Passwords, signing out, and what was stopped.

import assert from "node:assert/strict";
import { field } from "../lib/browser.js";
import { encodeForm } from "../lib/http.js";
import { random } from "../lib/relying_party.js";
import { OFFLINE } from "./token.js";

/** Where a browser of their own asks somebody to sign in, for a client that takes passwords. */
async function asked(c, changes = {}, client = c.formal) {
  const resident = c.resident.elsewhere();
  const { page } = await resident.visit(client.address(client.request(changes).parameters), { stopAt: "sign-in", look: true });
  return { browser: resident.browser, interaction: field(page.text, "interaction") };
}
const type = (c, { browser, interaction }, form, headers) =>
  browser.ask(`${c.provider.issuer}/oauth/authorize/password`, { form: { interaction, ...c.password, ...form }, headers });
const typed = (form) => async (c) => ({ page: await type(c, await asked(c), form) });

export const passwords = {
  "password.wrong": typed({ password: "a wrong guess" }),
  "password.unknown": typed({ user_name: "nobody@example.hk" }),
  "password.incomplete": typed({ password: null }),
  "password.not-taken": async (c) => ({ page: await type(c, await asked(c, {}, c.jwt)) }),
  "password.more-is-needed": async (c) => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: "http://eidas.europa.eu/LoA/substantial" } } });
    return { page: await type(c, await asked(c, { claims })) };
  },
  "password.elsewhere": async (c) => {
    const { interaction } = await asked(c);
    return { page: await type(c, { browser: c.resident.elsewhere().browser, interaction }) };
  },
  "password.often": async (c) => {
    const where = await asked(c);
    const guess = (address) => type(c, where, { user_name: random(), password: "guess" }, { "x-forwarded-for": address });
    for (let tries = 0; tries < 60; tries += 1) {
      const page = await guess("203.0.113.20");
      if (page.status !== 429) continue;
      assert.match(page.text, /<h1>Too many passwords were tried/);
      assert.equal((await guess("203.0.113.21")).status, 200, "somebody else behind the same proxy");
      return { page };
    }
    throw new Error("nobody minds");
  },
};

/** Comes to sign out, at a browser where somebody is signed in; the browser stays on a page. */
const leaves = (parameters) => async (c) => {
  const resident = c.resident.elsewhere();
  const { id_token } = await c.leaving.tokens(resident);
  const good = { id_token_hint: id_token, post_logout_redirect_uri: c.leaving.metadata.post_logout_redirect_uris[0], state: random() };
  return resident.leave(`${c.provider.metadata.end_session_endpoint}?${encodeForm({ ...good, ...parameters(c) })}`);
};

export const logout = {
  "logout.no-hint": leaves(() => ({ id_token_hint: null })),
  "logout.hint": leaves(() => ({ id_token_hint: "not.a.token" })),
  "logout.hint-of-other": leaves((c) => ({ id_token_hint: c.tokens.jwt.id_token })),
  "logout.access-token": leaves((c) => ({ id_token_hint: c.tokens.jwt.access_token })),
  "logout.client-id": leaves((c) => ({ client_id: c.jwt.id })),
  "logout.redirect-uri": leaves(() => ({ post_logout_redirect_uri: "https://evil.example/" })),
  "logout.redirect-uri-query": leaves((c) => ({ post_logout_redirect_uri: `${c.leaving.metadata.post_logout_redirect_uris[0]}?a=b` })),
  "logout.forged": async (c) => {
    const resident = c.resident.elsewhere();
    await c.leaving.tokens(resident);
    return { page: await resident.browser.ask(`${c.provider.issuer}/oauth/logout/confirm`, { form: { csrf: random() } }) };
  },
};

/** A client, or a resident, with everything that they may hold; then they are stopped. */
async function stopped(c, what) {
  const client = await c.provider.register("fapi2", { grant_types: ["authorization_code", "refresh_token"] });
  const resident = await c.provider.resident();
  const tokens = await client.tokens(resident, OFFLINE);
  const signedIn = await client.signIn(resident);
  const begun = await client.begin();
  await c.provider.run([what, "stop", what === "client" ? client.id : resident.id]);
  return { client, resident, tokens, signedIn, begun };
}
const refresh = ({ client, tokens }) => client.post("token_endpoint", { grant_type: "refresh_token", refresh_token: tokens.refresh_token });

export const stops = {
  "stop.client-request": async (c) => {
    const { client } = await stopped(c, "client");
    return client.push(client.request().parameters);
  },
  "stop.client-refresh": async (c) => refresh(await stopped(c, "client")),
  "stop.client-token": async (c) => {
    const { client, tokens } = await stopped(c, "client");
    return client.userinfo(tokens.access_token);
  },
  "stop.client-browser": async (c) => {
    const { resident, begun } = await stopped(c, "client");
    return resident.visit(begun.address);
  },
  "stop.resident-code": async (c) => {
    const { client, signedIn } = await stopped(c, "resident");
    return client.redeem(signedIn);
  },
  "stop.resident-refresh": async (c) => refresh(await stopped(c, "resident")),
  "stop.resident-token": async (c) => {
    const { client, tokens } = await stopped(c, "resident");
    return client.userinfo(tokens.access_token);
  },
  "stop.resident-session": async (c) => {
    const { client, resident } = await stopped(c, "resident");
    const silent = await client.begin({ prompt: "none" });
    return resident.visit(silent.address);
  },
};
