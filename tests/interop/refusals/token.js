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
