// Access tokens at the userinfo endpoint, and what clients ask about tokens: introspection and revocation.

import { decodeProtectedHeader, decodeJwt } from "jose";
import { newKey, signed } from "../lib/keys.js";

/** Shows this token as a bearer's, in the header. */
const show = (c, token) => c.jwt.userinfo(token);
/** A token like a good one, with these changes, signed by this key. */
const forged = (change) => (c) => {
  const good = c.tokens.jwt.access_token;
  const { header = {}, claims = {}, key = newKey() } = change(c) ?? {};
  return show(c, signed({ ...decodeProtectedHeader(good), ...header }, { ...decodeJwt(good), ...claims }, key));
};
const ask = (endpoint, form, client = "fapi") => (c) => c[client].post(endpoint, typeof form === "function" ? form(c) : form);

export const resource = {
  "userinfo.no-token": (c) => c.jwt.userinfo("", { authorization: null }),
  "userinfo.in-query": (c) => c.jwt.userinfo("", { authorization: null, url: `${c.provider.metadata.userinfo_endpoint}?access_token=${c.tokens.jwt.access_token}` }),
  "userinfo.in-body-bound": (c) => c.fapi.userinfo("", { authorization: null, method: "POST", form: { access_token: c.tokens.fapi.access_token }, proof: { accessToken: c.tokens.fapi.access_token } }),
  "userinfo.twice": (c) => c.jwt.userinfo(c.tokens.jwt.access_token, { method: "POST", form: { access_token: c.tokens.jwt.access_token } }),
  "userinfo.scheme": (c) => c.jwt.userinfo("", { authorization: `Basic ${c.tokens.jwt.access_token}` }),
  "userinfo.malformed": (c) => show(c, "not.a.token"),
  "userinfo.id-token": (c) => show(c, c.tokens.jwt.id_token),
  "userinfo.stranger": forged(() => ({})),
  "userinfo.unsigned": forged(() => ({ header: { alg: "none" } })),
  "userinfo.hs256": forged(() => ({ header: { alg: "HS256" } })),
  "userinfo.own-jwk": forged(() => { const key = newKey(); return { header: { jwk: key.jwk, kid: null }, key }; }),
  "userinfo.kid-elsewhere": forged(() => ({ header: { jku: "https://evil.example/jwks", kid: "evil" } })),
  "userinfo.altered": (c) => {
    const [header, , signature] = c.tokens.jwt.access_token.split(".");
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(c.tokens.jwt.access_token), sub: "somebody-else" })).toString("base64url");
    return show(c, `${header}.${claims}.${signature}`);
  },
  "userinfo.bound-as-bearer": (c) => show(c, c.tokens.fapi.access_token),
  "userinfo.bearer-as-bound": (c) => c.fapi.userinfo(c.tokens.jwt.access_token),
  "userinfo.revoked": async (c) => {
    const { access_token } = await c.jwt.tokens(c.resident);
    await c.jwt.post("revocation_endpoint", { token: access_token });
    return show(c, access_token);
  },
  "userinfo.revoked-bound": async (c) => {
    const { access_token } = await c.fapi.tokens(c.resident);
    await c.fapi.post("revocation_endpoint", { token: access_token });
    return c.fapi.userinfo(access_token);
  },
  "userinfo.code-reused": async (c) => {
    const tokens = await c.fapi.tokens(c.resident);
    await c.fapi.redeem(tokens);
    return c.fapi.userinfo(tokens.access_token);
  },
  "userinfo.put": (c) => c.jwt.userinfo(c.tokens.jwt.access_token, { method: "PUT" }),

  "introspect.no-token": ask("introspection_endpoint", {}),
  "introspect.repeated": ask("introspection_endpoint", [["token", "a"], ["token", "b"]]),
  "introspect.public": ask("introspection_endpoint", (c) => ({ token: c.tokens.open.access_token }), "open"),
  "introspect.client": (c) => c.fapi.post("introspection_endpoint", { token: c.tokens.fapi.access_token }, { authentication: {} }),
  "introspect.get": (c) => c.fapi.post("introspection_endpoint", { token: c.tokens.fapi.access_token }, { method: "GET" }),
  "revoke.no-token": ask("revocation_endpoint", {}),
  "revoke.of-other": ask("revocation_endpoint", (c) => ({ token: c.tokens.other.access_token })),
  "revoke.client": (c) => c.fapi.post("revocation_endpoint", { token: c.tokens.fapi.access_token }, { authentication: {} }),
  "revoke.get": (c) => c.fapi.post("revocation_endpoint", { token: c.tokens.fapi.access_token }, { method: "GET" }),
};
