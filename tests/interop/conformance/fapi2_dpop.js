// FAPI 2.0 Security Profile (Final): proofs of possession (DPoP).

import assert from "node:assert/strict";
import { newKey, now, thumbprint } from "../lib/keys.js";
import { pushed, refused, served, unserved, works } from "./expect.js";

const redeemed = async (s, proof, begun = {}) => {
  const { changes = {}, options = {} } = begun;
  return s.client.redeem(await s.client.signIn(s.resident, changes, options), {}, { proof });
};

export const modules = {
  async access_token_type_header_case_sensitivity(s) {
    const { access_token } = await works(s.client, s.resident);
    for (const scheme of ["DPoP", "dpop", "DPOP", "dPoP"]) {
      served(await s.client.userinfo(access_token, { authorization: `${scheme} ${access_token}` }));
    }
  },
  async check_dpop_proof_nbf_exp(s) {
    const claims = { nbf: now() - 10, exp: now() + 60 };
    served(await redeemed(s, { claims }));
  },
  ensure_dpopproof_with_iat_10seconds_before_succeeds: async (s) => served(await redeemed(s, { claims: { iat: now() - 10 } })),
  ensure_dpopproof_with_iat_10seconds_after_succeeds: async (s) => served(await redeemed(s, { claims: { iat: now() + 10 } })),
  async ensure_mismatched_dpop_jkt_fails(s) {
    const answer = await s.client.push(s.client.request({ dpop_jkt: thumbprint(newKey()) }).parameters);
    refused(answer, "invalid_dpop_proof", "invalid_request");
  },
  async ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(s) {
    refused(await redeemed(s, { key: newKey() }), "invalid_dpop_proof", "invalid_grant", "invalid_request");
  },
  async ensure_token_endpoint_fails_with_mismatched_dpop_jkt(s) {
    const begun = { changes: { dpop_jkt: thumbprint(newKey()) }, options: { proof: null } };
    refused(await redeemed(s, {}, begun), "invalid_dpop_proof", "invalid_grant", "invalid_request");
  },
  async ensure_dpopproof_at_par_endpoint_binding_success(s) {
    pushed(await s.client.push(s.client.request().parameters, { proof: {} }));
    served(await redeemed(s, {}));
  },
  async ensure_dpop_auth_code_binding_success(s) {
    served(await redeemed(s, {}, { changes: { dpop_jkt: thumbprint(s.client.proofKey) }, options: { proof: null } }));
  },
  async dpop_negative_tests(s) {
    const { access_token } = await works(s.client, s.resident);
    const url = s.provider.metadata.userinfo_endpoint;
    const proof = (changes = {}) => s.client.proof({ method: "GET", url, accessToken: access_token, ...changes });
    const show = (value, options = {}) => s.client.userinfo(access_token, { proof: value, ...options });
    const rsa = newKey("PS256");
    const privateJwk = s.client.proofKey.privateKey.export({ format: "jwk" });
    const bad = {
      "two headers": [proof(), proof()],
      malformed: "not.a.token",
      ...Object.fromEntries(["typ", "alg", "jwk"].map((name) => [`no ${name}`, proof({ header: { [name]: null } })])),
      ...Object.fromEntries(["jti", "htm", "htu", "iat", "ath"].map((name) => [`no ${name}`, proof({ claims: { [name]: null } })])),
      typ: proof({ header: { typ: "JWT" } }),
      none: proof({ header: { alg: "none" } }),
      RS256: proof({ key: { ...rsa, alg: "RS256" } }),
      signature: proof().slice(0, -8) + "AAAAAAAA",
      "private key": proof({ header: { jwk: privateJwk } }),
      htm: proof({ claims: { htm: "POST" } }),
      htu: proof({ claims: { htu: `${url}/other` } }),
      ath: proof({ accessToken: "another" }),
      "other key": proof({ key: newKey() }),
      "an hour old": proof({ claims: { iat: now() - 3_600 } }),
      "an hour ahead": proof({ claims: { iat: now() + 3_600 } }),
    };
    for (const [why, value] of Object.entries(bad)) {
      const answer = await show(value);
      assert.ok([400, 401].includes(answer.status), `${why}: ${answer.status} ${answer.text}`);
    }
    const once = proof();
    served(await show(once));
    unserved(await show(once));
    unserved(await show(null));
    unserved(await show(null, { authorization: `Bearer ${access_token}` }));
    served(await show(proof({ claims: { htu: `${url}?ignored=1#too` } })));
    served(await show(proof({ claims: { htu: url.replace("http://localhost", "HTTP://LOCALHOST") } })));
  },
};
