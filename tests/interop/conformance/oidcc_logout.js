// OpenID Connect RP-Initiated Logout: a relying party sends the browser to sign the resident out.

import assert from "node:assert/strict";
import { encodeForm } from "../lib/http.js";
import { refusedInTheBrowser, works } from "./expect.js";
import { random } from "../lib/relying_party.js";
import { secret } from "./oidcc_basic.js";

const GOODBYE = "https://rp.example/goodbye";

/** Somebody who is signed in at a client of their own, and the id_token that says so. */
async function signedIn(s) {
  const client = await s.provider.register("oidc", { ...secret("client_secret_basic"), post_logout_redirect_uris: [GOODBYE] });
  const resident = s.resident.elsewhere();
  const tokens = await works(client, resident);
  return { client, resident, id_token_hint: tokens.id_token };
}

/** Sends the browser to sign out, with these parameters, and where that leads. */
async function leave(s, resident, parameters) {
  const address = `${s.provider.metadata.end_session_endpoint}?${encodeForm(parameters)}`;
  return resident.leave(address);
}

/** Nobody is signed in at this browser any more. */
async function isSignedOut(s, client, resident) {
  const { parameters } = client.request({ prompt: "none" });
  const step = await resident.visit(client.address(parameters));
  refusedInTheBrowser(step, { errors: ["login_required", "interaction_required"], mayShowPage: false }, s.provider);
}

/** The browser must not be sent where this request asks; the resident may be asked, and may have their way. */
const staysHere = (change) => async (s) => {
  const { resident, id_token_hint } = await signedIn(s);
  const good = { id_token_hint, post_logout_redirect_uri: GOODBYE, state: random() };
  const { page, away } = await leave(s, resident, { ...good, ...change(good) });
  assert.ok(page, `the browser was sent to ${away}`);
  assert.match(page.headers["content-type"], /^text\/html/);
};

/** The browser comes back to the client, and nobody is signed in. */
const comesBack = (change, expected) => async (s) => {
  const { client, resident, id_token_hint } = await signedIn(s);
  const good = { id_token_hint, post_logout_redirect_uri: GOODBYE, state: random() };
  const { away, page } = await leave(s, resident, { ...good, ...change });
  assert.ok(away, page?.text);
  assert.equal(away.href, GOODBYE + expected(good));
  await isSignedOut(s, client, resident);
};

const altered = (token) => {
  const [header, , signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: "somebody-else" })).toString("base64url"), signature].join(".");
};

export const modules = {
  async discovery_endpoint_verification({ provider }) {
    assert.ok(new URL(provider.metadata.end_session_endpoint));
  },
  rp_initiated_logout: comesBack({}, ({ state }) => `?state=${state}`),
  no_state: comesBack({ state: null }, () => ""),
  bad_post_logout_redirect_uri: staysHere(() => ({ post_logout_redirect_uri: "https://rp.example/elsewhere" })),
  query_added_to_post_logout_redirect_uri: staysHere(() => ({ post_logout_redirect_uri: `${GOODBYE}?foo=bar` })),
  modified_id_token_hint: staysHere(({ id_token_hint }) => ({ id_token_hint: altered(id_token_hint) })),
  bad_id_token_hint: staysHere(() => ({ id_token_hint: "bad-id-token-hint" })),
  no_id_token_hint: staysHere(() => ({ id_token_hint: null })),
  no_params: staysHere(() => ({ id_token_hint: null, post_logout_redirect_uri: null, state: null })),
  no_post_logout_redirect_uri: staysHere(() => ({ post_logout_redirect_uri: null })),
  only_state: staysHere(() => ({ id_token_hint: null, post_logout_redirect_uri: null })),
};
