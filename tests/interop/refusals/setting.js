// Whom the refused requests come from: clients of every kind, and a resident who has agreed to what they ask.

import { Lionrock } from "../lib/lionrock.js";
import { newKey, registered } from "../lib/keys.js";
import { certificate, MutualTls } from "../lib/mutual_tls.js";
import { RelyingParty } from "../lib/relying_party.js";

export async function setting() {
  const provider = await Lionrock.start();
  const resident = await provider.resident();
  const client_secret = "a-secret-of-forty-three-characters-or-more-0";
  const secret = (token_endpoint_auth_method) => ({ token_endpoint_auth_method, client_secret });
  const fapi = await provider.register("fapi2", { scope: "openid profile" });
  const rsa = await provider.register("fapi2", { keyAlgorithm: "PS256" });
  const withNonce = await provider.register("fapi2", { dpop_nonce_required: true });
  const other = await provider.register("fapi2");
  const jwt = await provider.register("oidc");
  const basic = await provider.register("oidc", secret("client_secret_basic"));
  const post = await provider.register("oidc", secret("client_secret_post"));
  const open = await provider.register("oidc", { token_endpoint_auth_method: "none" });
  const [named, selfSigned] = [await tls("tls_client_auth"), await tls("self_signed_tls_client_auth")];
  const bound = await provider.register("oidc", { tls_client_certificate_bound_access_tokens: true });
  bound.certificate = await certificate("self");
  const all = { named, selfSigned, bound, fapi, rsa, withNonce, other, jwt, basic, post, open };
  const grant_types = ["authorization_code", "refresh_token"];
  const [offline, offlineToo] = [await provider.register("fapi2", { grant_types }), await provider.register("fapi2", { grant_types })];
  const openToo = await provider.register("oidc", { token_endpoint_auth_method: "none", grant_types });
  const formal = await provider.register("oidc", { allowed_sign_in_methods: ["passkey", "password"] });
  const password = { user_name: "taiman@example.hk", password: "correct horse battery" };
  await provider.residentWithPassword(password);
  const leaving = await provider.register("oidc", { post_logout_redirect_uris: ["https://rp.example/goodbye"] });
  const resources = ["https://api.example/records", "https://api.example/payments"];
  const paying = await provider.register("fapi2", { resources, authorization_details_types: ["payment_initiation"] });
  const machine = await provider.register("fapi2", { grant_types: ["client_credentials"], scope: "readings:read", redirect_uris: null });
  // Nothing below fails for want of a good request: each client can do everything right.
  const tokens = {};
  for (const [name, client] of Object.entries(all)) {
    tokens[name] = await client.tokens(resident);
    const told = await client.userinfo(tokens[name].access_token);
    if (told.status !== 200) throw new Error(`userinfo for ${name}: ${told.status} ${told.text}`);
  }
  const more = { offline, offlineToo, openToo, machine, formal, leaving, paying, stranger: stranger(provider, fapi) };
  return { provider, resident, tokens, password, ...more, ...all };
}

/** A client that authenticates with a certificate. */
async function tls(method) {
  const provider = await MutualTls.start();
  provider.method = method;
  return provider.register("fapi2");
}

/** Somebody with another key who says to be this client. */
function stranger(provider, client) {
  const key = newKey();
  const party = new RelyingParty(provider, { ...client.metadata, jwks: { keys: [registered(key)] } }, key);
  return party;
}
