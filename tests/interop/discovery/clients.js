// What the discovery document says about clients: how they authenticate, prove possession, and where.

import assert from "node:assert/strict";
import { call } from "../lib/http.js";
import { newKey, now } from "../lib/keys.js";
import { certificate, MutualTls } from "../lib/mutual_tls.js";
import { random } from "../lib/relying_party.js";

const ENDPOINTS = ["pushed_authorization_request_endpoint", "token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"];
/** Every algorithm of signatures that a client might try. */
const ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256", "HS256", "none"];
const METHODS = ["private_key_jwt", "client_secret_basic", "client_secret_post", "none", "tls_client_auth", "self_signed_tls_client_auth", "client_secret_jwt"];
/** The kind of key that an algorithm is tried with. */
const keyFor = (alg) => newKey({ RS256: "PS256", HS256: "ES256", none: "ES256" }[alg] ?? alg);

/** A call of this client that is good whenever the client is who it says: any answer but 401 says so. */
const CALLS = {
  token_endpoint: { grant_type: "authorization_code", code: random(), redirect_uri: "https://rp.example/callback" },
  introspection_endpoint: { token: random() },
  revocation_endpoint: { token: random() },
};

/** A client that authenticates so; undefined when none can be registered. */
async function registered({ provider }, method) {
  const secret = method.startsWith("client_secret") && { client_secret: random() };
  if (method.includes("tls_client_auth")) {
    const mutualTls = await MutualTls.start();
    mutualTls.method = method;
    return mutualTls.register("oidc");
  }
  return provider.register("oidc", { token_endpoint_auth_method: method, ...secret }).catch(() => undefined);
}

/** The methods that are listed are those that are taken at this endpoint, of all that there are. */
const methods = (endpoint) => async (listed, setting) => {
  const taken = [];
  for (const method of METHODS) {
    const client = await registered(setting, method);
    if (client && (await client.post(endpoint, CALLS[endpoint])).status !== 401) taken.push(method);
  }
  assert.deepEqual([...listed].sort(), taken.sort());
};

/** The same for the algorithms of client assertions. */
const algorithms = (endpoint) => async (listed, { provider }) => {
  const taken = [];
  for (const alg of ALGORITHMS) {
    const client = await provider.register("oidc", { keyAlgorithm: keyFor(alg).alg });
    const authentication = client.authentication();
    authentication.form.client_assertion = client.assertion({ header: { alg } });
    if ((await client.post(endpoint, CALLS[endpoint], { authentication })).status !== 401) taken.push(alg);
  }
  assert.deepEqual([...listed].sort(), taken.sort());
};

/** Something answers there, under the issuer's address. */
const answers = (method = "GET", status = undefined) => async (address, { provider }) => {
  assert.ok(address.startsWith(`${provider.issuer}/`), address);
  const answer = await call(address, { method });
  assert.notEqual(answer.status, 404, address);
  if (status) assert.equal(answer.status, status);
};

export const clients = {
  issuer: (issuer) => assert.equal(issuer, process.env.LIONROCK_ISSUER),
  authorization_endpoint: answers(),
  pushed_authorization_request_endpoint: answers("POST", 401),
  token_endpoint: answers("POST", 401),
  userinfo_endpoint: answers("GET", 401),
  introspection_endpoint: answers("POST", 401),
  revocation_endpoint: answers("POST", 401),
  end_session_endpoint: answers("GET", 200),
  async jwks_uri(address) {
    const { keys } = (await call(address)).json;
    assert.deepEqual([...new Set(keys.map(({ alg }) => alg))].sort(), ["ES256", "EdDSA", "PS256", "RS256"]);
    assert.ok(keys.every((key) => key.kid && key.use === "sig" && !("d" in key)));
  },
  token_endpoint_auth_methods_supported: methods("token_endpoint"),
  introspection_endpoint_auth_methods_supported: methods("introspection_endpoint"),
  revocation_endpoint_auth_methods_supported: methods("revocation_endpoint"),
  token_endpoint_auth_signing_alg_values_supported: algorithms("token_endpoint"),
  introspection_endpoint_auth_signing_alg_values_supported: algorithms("introspection_endpoint"),
  revocation_endpoint_auth_signing_alg_values_supported: algorithms("revocation_endpoint"),

  async dpop_signing_alg_values_supported(listed, { fapi }) {
    const taken = [];
    for (const alg of ALGORITHMS) {
      const proof = { key: keyFor(alg), header: { alg } };
      if ((await fapi.push(fapi.request().parameters, { proof })).status === 201) taken.push(alg);
    }
    assert.deepEqual([...listed].sort(), taken.sort());
  },

  async request_object_signing_alg_values_supported(listed, { provider }) {
    const taken = [];
    for (const alg of ALGORITHMS) {
      const client = await provider.register("fapi2", { keyAlgorithm: keyFor(alg).alg });
      const object = { ...client.request().parameters, client_id: client.id, iss: client.id, aud: provider.issuer, nbf: now(), exp: now() + 60 };
      const request = client.assertion({ header: { alg }, claims: { ...object, sub: null, jti: null } });
      if ((await client.push({ request })).status === 201) taken.push(alg);
    }
    assert.deepEqual([...listed].sort(), taken.sort());
  },

  async tls_client_certificate_bound_access_tokens(said, { provider, resident }) {
    const client = await provider.register("oidc", { tls_client_certificate_bound_access_tokens: true });
    client.certificate = await certificate("self");
    const { access_token } = await client.tokens(resident);
    const unbound = await client.userinfo(access_token, { certificate: null });
    assert.equal(said, unbound.status === 401 && (await client.userinfo(access_token)).status === 200);
  },

  async mtls_endpoint_aliases(aliases, { provider }) {
    assert.deepEqual(Object.keys(aliases).sort(), [...ENDPOINTS].sort());
    const client = await registered({ provider }, "tls_client_auth");
    for (const [name, address] of Object.entries(aliases)) {
      const answer = await call(address, { method: name === "userinfo_endpoint" ? "GET" : "POST", ...client.certificate });
      assert.equal(answer.status, 401, `${name}: somebody listens, and asks who calls`);
    }
  },
};
