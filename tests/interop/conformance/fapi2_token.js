// FAPI 2.0 Security Profile (Final): the token endpoint and client authentication.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../lib/keys.js";
import { random } from "../lib/relying_party.js";
import { pushed, refused, served, unserved, works } from "./expect.js";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const by = (client, assertion) => ({ form: { client_id: client.id, client_assertion_type: JWT_BEARER, client_assertion: assertion } });
const with_ = (client, changes) => by(client, client.assertion(changes));

/** A good code, redeemed under this authentication. */
const redeemed = async (s, authentication) => s.client.redeem(await s.client.signIn(s.resident), {}, { authentication });
/** A good request, pushed under this authentication. */
const push = (s, claims) => s.client.push(s.client.request().parameters, { authentication: with_(s.client, { claims }) });

export const modules = {
  async ensure_client_id_in_token_endpoint(s) {
    const { form } = s.client.authentication();
    refused(await redeemed(s, { form: { ...form, client_id: s.other.id } }), "invalid_client", "invalid_grant", "invalid_request");
  },
  async ensure_holder_of_key_required(s) {
    const answer = await s.client.redeem(await s.client.signIn(s.resident), {}, { proof: null, certificate: null });
    // Without its certificate a client of mutual TLS is nobody at all.
    const unknown = s.client.certificate ? ["invalid_client"] : [];
    refused(answer, "invalid_request", "invalid_grant", "invalid_dpop_proof", ...unknown);
  },
  async ensure_authorization_code_is_bound_to_client(s) {
    refused(await s.other.redeem(await s.client.signIn(s.resident)), "invalid_grant");
  },
  async attempt_reuse_authorization_code_after_one_second(s) {
    const tokens = await works(s.client, s.resident);
    await sleep(1_000);
    refused(await s.client.redeem(tokens), "invalid_grant");
    unserved(await s.client.userinfo(tokens.access_token));
  },
  ensure_token_endpoint_fails_with_expired_auth_code: {
    prepare: async (s) => ({ seconds: 62, signedIn: await s.client.signIn(s.resident) }),
    async act(s, { signedIn }) {
      refused(await s.client.redeem(signedIn), "invalid_grant");
    },
  },
  async ensure_pkce_code_verifier_required(s) {
    refused(await s.client.redeem(await s.client.signIn(s.resident), { code_verifier: null }), "invalid_grant", "invalid_request");
  },
  async incorrect_pkce_code_verifier_rejected(s) {
    refused(await s.client.redeem(await s.client.signIn(s.resident), { code_verifier: random() }), "invalid_grant");
  },

  async ensure_signed_client_assertion_with_rs256_fails(s) {
    const client = await s.provider.register("fapi2", { keyAlgorithm: "PS256" });
    const signedIn = await client.signIn(s.resident);
    refused(await client.redeem(signedIn, {}, { authentication: with_(client, { header: { alg: "RS256" } }) }), "invalid_client");
  },
  async ensure_client_assertion_in_token_endpoint(s) {
    refused(await redeemed(s, { form: { client_id: s.client.id } }), "invalid_client", "invalid_request");
  },
  async ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(s) {
    refused(await redeemed(s, with_(s.client, { claims: { exp: now() - 300 } })), "invalid_client");
  },
  async ensure_client_assertion_with_wrong_aud_fails(s) {
    refused(await redeemed(s, with_(s.client, { claims: { aud: "https://other.example" } })), "invalid_client");
  },
  async ensure_client_assertion_with_no_sub_fails(s) {
    refused(await redeemed(s, with_(s.client, { claims: { sub: null } })), "invalid_client");
  },
  par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted: async (s) => pushed(await push(s, { nbf: now() + 8, iat: now() + 8 })),
  par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails: async (s) => refused(await push(s, { nbf: now() + 70 }), "invalid_client"),
  par_test_array_as_audience_fails: async (s) => refused(await push(s, { aud: [s.provider.issuer] }), "invalid_client"),
  par_test_par_endpoint_url_as_audience_fails: async (s) => refused(await push(s, { aud: s.provider.metadata.pushed_authorization_request_endpoint }), "invalid_client"),
  par_test_token_endpoint_url_as_audience_fails: async (s) => refused(await push(s, { aud: s.provider.metadata.token_endpoint }), "invalid_client"),

  refresh_token: {
    needs: ({ metadata }) => metadata.grant_types_supported.includes("refresh_token"),
    async run(s) {
      const grant_types = ["authorization_code", "refresh_token"];
      const [client, other] = await Promise.all([1, 2].map(() => s.provider.register("fapi2", { grant_types, scope: "openid offline_access" })));
      const tokens = await works(client, s.resident, { prompt: "consent" });
      const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
      const refresh = (options, who = client) => who.post("token_endpoint", form, options);
      refused(await refresh({}, other), "invalid_grant", "invalid_client");
      const nameAlone = { authentication: { form: { client_id: client.id } }, certificate: null };
      refused(await refresh(nameAlone), "invalid_client", "invalid_request");
      const unknown = client.certificate ? ["invalid_client"] : [];
      refused(await refresh({ proof: null, certificate: null }), "invalid_grant", "invalid_request", "invalid_dpop_proof", ...unknown);
      const again = served(await refresh());
      assert.notEqual(again.access_token, tokens.access_token);
      served(await client.userinfo(again.access_token));
      // An answer may be lost on its way: the same refresh token is good once more.
      served(await refresh());
    },
  },
};
