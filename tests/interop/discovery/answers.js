// What the discovery document says about answers: tokens, claims, and how they are signed and encrypted.

import assert from "node:assert/strict";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { newKey, registered } from "../lib/keys.js";
import { random } from "../lib/relying_party.js";

const SIGNED = ["RS256", "ES256", "PS256", "EdDSA", "Ed25519", "HS256", "none"];
const ENCRYPTED = { alg: ["ECDH-ES+A256KW", "ECDH-ES", "RSA-OAEP", "RSA-OAEP-256", "dir"], enc: ["A256GCM", "A256CBC-HS512", "A128GCM", "A128CBC-HS256"] };
const SCOPES = "openid profile email address phone birthdate hkid";

/** A client that is registered with this, and its tokens; undefined when it cannot be. */
async function tokens({ provider, resident }, metadata) {
  const recipient = { ...registered(newKey()), use: "enc", alg: "ECDH-ES+A256KW" };
  const client = await provider.register("oidc", { moreKeys: [recipient], ...metadata }).catch(() => undefined);
  return client && { client, ...(await client.tokens(resident)) };
}

/** A token of this answer is signed as the client registered it, by the algorithms that are listed and no others. */
const signed = (member, token) => async (listed, setting) => {
  const taken = [];
  for (const alg of SIGNED) {
    const given = await tokens(setting, { [member]: alg });
    if (!given) continue;
    assert.equal(decodeProtectedHeader(await token(given)).alg, alg);
    taken.push(alg);
  }
  assert.deepEqual([...listed].sort(), taken.sort());
};
/** The same for encryption: `what` is alg or enc. */
const encrypted = (answer, what, token) => async (listed, setting) => {
  const taken = [];
  for (const value of ENCRYPTED[what]) {
    const members = { alg: ENCRYPTED.alg[0], enc: ENCRYPTED.enc[0], [what]: value };
    const given = await tokens(setting, {
      [`${answer}_signed_response_alg`]: "ES256",
      [`${answer}_encrypted_response_alg`]: members.alg,
      [`${answer}_encrypted_response_enc`]: members.enc,
    });
    if (!given) continue;
    assert.equal(decodeProtectedHeader(await token(given))[what], value);
    taken.push(value);
  }
  assert.deepEqual([...listed].sort(), taken.sort());
};
const idToken = ({ id_token }) => id_token;
const userinfo = async ({ client, access_token }) => (await client.userinfo(access_token)).text;

export const answers = {
  authorization_response_iss_parameter_supported: async (said, { provider, resident, fapi }) => {
    const { away } = await fapi.signIn(resident);
    assert.equal(said, away.searchParams.get("iss") === provider.issuer);
  },

  async grant_types_supported(listed, { provider, resident }) {
    for (const grant of [...listed, "password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"]) {
      const client = await provider.register("fapi2", { grant_types: ["authorization_code", "refresh_token", "client_credentials"], scope: "openid offline_access readings:read" });
      const { refresh_token, ...signedIn } = grant === "refresh_token"
        ? await client.tokens(resident, { scope: "openid offline_access", prompt: "consent" })
        : await client.signIn(resident, { scope: "openid" });
      const scope = grant === "client_credentials" ? { scope: "readings:read" } : {};
      const answer = await client.redeem(signedIn, { grant_type: grant, ...(refresh_token && { refresh_token, code: null }), ...scope });
      if (listed.includes(grant)) assert.equal(answer.status, 200, `${grant}: ${answer.text}`);
      else assert.equal(answer.json.error, "unsupported_grant_type", grant);
    }
  },

  async subject_types_supported(listed, { provider, resident }) {
    assert.deepEqual(listed, ["pairwise"]);
    const [one, two] = await Promise.all(["a.example", "b.example"].map((sector) => provider.register("oidc", { sector })));
    const subject = async (client) => decodeJwt((await client.tokens(resident)).id_token).sub;
    assert.notEqual(await subject(one), await subject(two));
    await assert.rejects(provider.register("oidc", { subject_type: "public" }));
  },

  async claims_supported(listed, { provider, resident }) {
    const client = await provider.register("oidc", { scope: SCOPES });
    const claims = Object.fromEntries(listed.map((name) => [name, { essential: true }]));
    const given = await client.tokens(resident, { claims: JSON.stringify({ id_token: claims }) });
    const told = { ...(await client.userinfo(given.access_token)).json, ...decodeJwt(given.id_token) };
    assert.deepEqual(Object.keys(told).sort(), [...listed].sort());
  },

  async claim_types_supported(listed, { resident, plain }) {
    assert.deepEqual(listed, ["normal"]);
    const told = (await plain.userinfo((await plain.tokens(resident)).access_token)).json;
    assert.ok(!("_claim_names" in told), "neither aggregated nor distributed");
  },

  id_token_signing_alg_values_supported: signed("id_token_signed_response_alg", idToken),
  userinfo_signing_alg_values_supported: signed("userinfo_signed_response_alg", userinfo),
  id_token_encryption_alg_values_supported: encrypted("id_token", "alg", idToken),
  id_token_encryption_enc_values_supported: encrypted("id_token", "enc", idToken),
  userinfo_encryption_alg_values_supported: encrypted("userinfo", "alg", userinfo),
  userinfo_encryption_enc_values_supported: encrypted("userinfo", "enc", userinfo),

  async backchannel_logout_supported(said, { provider }) {
    const client = await provider.register("oidc", { backchannel_logout_uri: "https://rp.example/out", client_secret: random(), token_endpoint_auth_method: "client_secret_basic" });
    assert.equal(said, client.metadata.backchannel_logout_uri === "https://rp.example/out");
  },
  async backchannel_logout_session_supported(said, { resident, plain }) {
    const { sid } = decodeJwt((await plain.tokens(resident)).id_token);
    assert.equal(said, typeof sid === "string");
  },
};
