// Proofs of possession (DPoP, RFC 9449), at the token endpoint and at the userinfo endpoint: each fault on its own.

import { newKey, now } from "../lib/keys.js";

const pem = (key) => key.privateKey.export({ format: "jwk" });
const secret = { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0" };

/** What is changed in a good proof for a call, by what is wrong with it. `proof` makes one for that very call. */
const FAULTS = {
  malformed: () => "not.a.token",
  empty: () => [""],
  two: ({ proof }) => [proof(), proof()],
  "typ-missing": ({ proof }) => proof({ header: { typ: null } }),
  typ: ({ proof }) => proof({ header: { typ: "JWT" } }),
  "alg-missing": ({ proof }) => proof({ header: { alg: null } }),
  "alg-none": ({ proof }) => proof({ header: { alg: "none" } }),
  "alg-hs256": ({ proof }) => proof({ header: { alg: "HS256" } }),
  "alg-hs256-with-secret": ({ proof }) => proof({ header: { alg: "HS256", jwk: secret } }),
  "alg-rs256": ({ proof, rsa }) => proof({ key: { ...rsa, alg: "RS256" } }),
  "alg-of-other-key": ({ proof }) => proof({ header: { alg: "PS256" }, key: { ...newKey("PS256"), jwk: newKey().jwk } }),
  "jwk-missing": ({ proof }) => proof({ header: { jwk: null } }),
  "jwk-private": ({ proof, key }) => proof({ header: { jwk: pem(key) } }),
  "jwk-other": ({ proof }) => proof({ header: { jwk: newKey().jwk } }),
  "jwk-malformed": ({ proof, key }) => proof({ header: { jwk: { ...key.jwk, x: "AAAA" } } }),
  critical: ({ proof }) => proof({ header: { crit: ["nonce"], nonce: "x" } }),
  signature: ({ proof }) => proof().replace(/\.[^.]+$/, `.${"A".repeat(86)}`),
  "jti-missing": ({ proof }) => proof({ claims: { jti: null } }),
  "jti-long": ({ proof }) => proof({ claims: { jti: "x".repeat(256) } }),
  "htm-missing": ({ proof }) => proof({ claims: { htm: null } }),
  htm: ({ proof }) => proof({ claims: { htm: "DELETE" } }),
  "htu-missing": ({ proof }) => proof({ claims: { htu: null } }),
  htu: ({ proof }) => proof({ claims: { htu: "https://elsewhere.example/oauth/token" } }),
  "htu-path": ({ proof, url }) => proof({ claims: { htu: `${url}/more` } }),
  "iat-missing": ({ proof }) => proof({ claims: { iat: null } }),
  "iat-past": ({ proof }) => proof({ claims: { iat: now() - 3_600 } }),
  "iat-future": ({ proof }) => proof({ claims: { iat: now() + 3_600 } }),
  "iat-text": ({ proof }) => proof({ claims: { iat: "now" } }),
  nonce: ({ proof }) => proof({ nonce: "not-one-of-ours" }),
};

/** Faults that only a proof beside an access token can have (section 4.3, item 10). */
const BESIDE_A_TOKEN = {
  "ath-missing": ({ proof }) => proof({ claims: { ath: null } }),
  ath: ({ proof, c }) => proof({ accessToken: c.tokens.other.access_token }),
};

const rsa = newKey("PS256");

async function atTokenEndpoint(c, fault) {
  const [client, url] = [c.fapi, c.provider.metadata.token_endpoint];
  const signedIn = await client.signIn(c.resident);
  const proof = (changes = {}) => client.proof({ url, ...changes });
  return client.redeem(signedIn, {}, { proof: fault({ c, proof, rsa, url, key: client.proofKey }) });
}

function atUserinfo(c, fault) {
  const [client, url] = [c.fapi, c.provider.metadata.userinfo_endpoint];
  const accessToken = c.tokens.fapi.access_token;
  const proof = (changes = {}) => client.proof({ method: "GET", url, accessToken, ...changes });
  return client.userinfo(accessToken, { proof: fault({ c, proof, rsa, url, key: client.proofKey }) });
}

const under = (prefix, faults, act) =>
  Object.fromEntries(Object.entries(faults).map(([name, fault]) => [`${prefix}.${name}`, (c) => act(c, fault)]));

export const dpop = {
  ...under("token-proof", FAULTS, atTokenEndpoint),
  ...under("userinfo-proof", { ...FAULTS, ...BESIDE_A_TOKEN }, atUserinfo),
  "token-proof.replayed": async (c) => {
    const proof = c.fapi.proof({ url: c.provider.metadata.token_endpoint });
    await c.fapi.redeem(await c.fapi.signIn(c.resident), {}, { proof });
    return c.fapi.redeem(await c.fapi.signIn(c.resident), {}, { proof });
  },
  "token-proof.nonce-required": async (c) => c.withNonce.redeem(await c.withNonce.signIn(c.resident), {}, { proof: {} }),
  "userinfo-proof.replayed": async (c) => {
    const accessToken = c.tokens.fapi.access_token;
    const proof = c.fapi.proof({ method: "GET", url: c.provider.metadata.userinfo_endpoint, accessToken });
    await c.fapi.userinfo(accessToken, { proof });
    return c.fapi.userinfo(accessToken, { proof });
  },
  "userinfo-proof.missing": (c) => c.fapi.userinfo(c.tokens.fapi.access_token, { proof: null }),
  "userinfo-proof.by-other-key": (c) => c.fapi.userinfo(c.tokens.fapi.access_token, { proof: { key: newKey() } }),
};
