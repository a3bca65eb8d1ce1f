// The token endpoint (RFC 6749, section 5.2): grants, codes and their verifiers.

import { newKey, sha256, thumbprint } from "../lib/keys.js";
import { random } from "../lib/relying_party.js";

/** A good code of this client, redeemed with these changes. */
const redeem = (changes, client = "fapi") => async (c) => c[client].redeem(await c[client].signIn(c.resident), changes);
const get = (method) => async (c) => c.fapi.redeem(await c.fapi.signIn(c.resident), {}, { method });

export const token = {
  "token.get": get("GET"),
  "token.put": get("PUT"),
  "token.grant-missing": redeem({ grant_type: null }),
  "token.grant-password": redeem({ grant_type: "password", username: "a", password: "b" }),
  "token.grant-unknown": redeem({ grant_type: "urn:example:grant" }),
  "token.code-missing": redeem({ code: null }),
  "token.code-unknown": redeem({ code: random() }),
  "token.code-malformed": redeem({ code: "x" }),
  "token.code-reused": async (c) => {
    const signedIn = await c.fapi.signIn(c.resident);
    await c.fapi.redeem(signedIn);
    return c.fapi.redeem(signedIn);
  },
  "token.code-expired": {
    seconds: 62,
    prepare: (c) => c.fapi.signIn(c.resident),
    act: (c, signedIn) => c.fapi.redeem(signedIn),
  },
  "token.code-of-other": async (c) => c.other.redeem(await c.fapi.signIn(c.resident)),
  "token.redirect-uri-missing": redeem({ redirect_uri: null }),
  "token.redirect-uri": redeem({ redirect_uri: "https://rp.example/other" }),
  "token.verifier-missing": redeem({ code_verifier: null }),
  "token.verifier": redeem({ code_verifier: random() }),
  "token.verifier-short": redeem({ code_verifier: "short" }),
  "token.verifier-without-challenge": async (c) => {
    const signedIn = await c.jwt.signIn(c.resident, { code_challenge: null, code_challenge_method: null });
    return c.jwt.redeem(signedIn);
  },
  "token.verifier-is-challenge": async (c) => {
    const signedIn = await c.fapi.signIn(c.resident);
    return c.fapi.redeem(signedIn, { code_verifier: sha256(signedIn.verifier) });
  },
  "token.proof-missing": async (c) => c.fapi.redeem(await c.fapi.signIn(c.resident, {}, { proof: null }), {}, { proof: null }),
  "token.proof-missing-bound": async (c) => c.fapi.redeem(await c.fapi.signIn(c.resident), {}, { proof: null }),
  "token.proof-by-other-key": async (c) => c.fapi.redeem(await c.fapi.signIn(c.resident), {}, { proof: { key: newKey() } }),
  "token.proof-not-dpop-jkt": async (c) => {
    const dpop_jkt = thumbprint(newKey());
    return c.fapi.redeem(await c.fapi.signIn(c.resident, { dpop_jkt }, { proof: null }));
  },
};

/** A refresh token of the client that may have one, shown with these changes. */
const refresh = (changes = {}, options = {}, client = "offline") => async (c) => {
  const { refresh_token } = await c.offline.tokens(c.resident, OFFLINE);
  return show(c[client], { refresh_token, ...changes }, options);
};
const show = (client, form, options) => client.post("token_endpoint", { grant_type: "refresh_token", ...form }, options);
const alone = (form, client = "machine", options = {}) => (c) => c[client].post("token_endpoint", { grant_type: "client_credentials", ...form }, options);

/** How a client asks to be let in when nobody is there. */
export const OFFLINE = { prompt: "consent", scope: "openid offline_access" };

export const longer = {
  "refresh.missing": refresh({ refresh_token: null }),
  "refresh.unknown": refresh({ refresh_token: random() }),
  "refresh.malformed": refresh({ refresh_token: "x" }),
  "refresh.of-other": refresh({}, {}, "offlineToo"),
  "refresh.not-registered": refresh({}, {}, "fapi"),
  "refresh.scope": refresh({ scope: "openid profile" }),
  "refresh.proof-missing": refresh({}, { proof: null }),
  "refresh.proof-by-other-key": refresh({}, { proof: { key: newKey() } }),
  "refresh.revoked": async (c) => {
    const { refresh_token } = await c.offline.tokens(c.resident, OFFLINE);
    await c.offline.post("revocation_endpoint", { token: refresh_token });
    return show(c.offline, { refresh_token });
  },
  "refresh.code-reused": async (c) => {
    const tokens = await c.offline.tokens(c.resident, OFFLINE);
    await c.offline.redeem(tokens);
    return show(c.offline, { refresh_token: tokens.refresh_token });
  },
  "refresh.replaced": {
    seconds: 61,
    prepare: async (c) => {
      const { refresh_token } = await c.openToo.tokens(c.resident, OFFLINE);
      await show(c.openToo, { refresh_token });
      return refresh_token;
    },
    act: (c, refresh_token) => show(c.openToo, { refresh_token }),
  },
  "machine.not-registered": alone({}, "fapi"),
  "machine.scope": alone({ scope: "openid" }),
  "machine.proof-missing": alone({}, "machine", { proof: null }),
};
