// Signed authorization requests (RFC 9101), the resources that tokens are for (RFC 8707), and what is to be authorized in
// detail (RFC 9396).

import { now } from "../lib/keys.js";

/** The members of a good request object of this client, with these changes. */
function claims(c, client, changes = {}) {
  const time = now();
  const good = { ...client.request().parameters, client_id: client.id, iss: client.id, aud: c.provider.issuer, nbf: time, exp: time + 60 };
  // What a client assertion has and a request object has not.
  return { ...good, sub: null, jti: null, iat: null, ...changes };
}
const object = (c, client, changes, { header, key } = {}) => client.assertion({ header, key, claims: claims(c, client, changes) });

/** A pushed request that is good but for this in its object. */
const inside = (changes, how = {}) => (c) => c.fapi.push({ request: object(c, c.fapi, changes, how) });
const by = (key) => (c) => inside({}, { key: key(c), header: { kid: c.fapi.key.kid } })(c);
/** The same, brought by a browser. */
const brought = (changes, how = {}, beside = {}) => (c) =>
  c.resident.visit(c.jwt.address({ ...c.jwt.request().parameters, ...beside, request: object(c, c.jwt, changes, how) }));

export const objects = {
  "object.unsigned": inside({}, { header: { alg: "none", kid: null } }),
  "object.without-keys": (c) => c.basic.push({ request: object(c, c.fapi, {}) }),
  "object.malformed": (c) => c.fapi.push({ request: "not.a.token" }),
  "object.hs256": inside({}, { header: { alg: "HS256" } }),
  "object.rs256": (c) => c.rsa.push({ request: object(c, c.rsa, {}, { header: { alg: "RS256" } }) }),
  "object.stranger": by((c) => c.stranger.key),
  "object.kid": inside({}, { header: { kid: "another" } }),
  "object.critical": inside({}, { header: { crit: ["exp"] } }),
  "object.client-id-missing": inside({ client_id: null }),
  "object.client-id": (c) => inside({ client_id: c.other.id })(c),
  "object.iss-missing": inside({ iss: null }),
  "object.iss": inside({ iss: "https://elsewhere.example" }),
  "object.sub": (c) => inside({ sub: c.fapi.id })(c),
  "object.aud-missing": inside({ aud: null }),
  "object.aud": inside({ aud: "https://elsewhere.example" }),
  "object.exp-missing": inside({ exp: null }),
  "object.exp-past": inside({ exp: now() - 1 }),
  "object.exp-far": inside({ exp: now() + 4_000 }),
  "object.nbf-missing": inside({ nbf: null }),
  "object.nbf-future": inside({ nbf: now() + 120 }),
  "object.nbf-past": inside({ nbf: now() - 4_000 }),
  "object.request-inside": inside({ request: "another" }),
  "object.request-uri-inside": inside({ request_uri: "https://rp.example/request.jwt" }),
  "object.parameters-outside": (c) => {
    const { redirect_uri } = c.fapi.request().parameters;
    return c.fapi.push({ request: object(c, c.fapi, { redirect_uri: null }), redirect_uri });
  },
  "object.bad-inside": inside({ response_type: "token" }),
  "object.brought-unsigned": brought({}, { header: { alg: "none", kid: null } }),
  "object.brought-forged": (c) => brought({}, { key: c.stranger.key, header: { kid: c.jwt.key.kid } })(c),
  "object.brought-redirect-uri": brought({ redirect_uri: "https://evil.example/callback" }),
  "object.brought-with-request-uri": brought({}, {}, { request_uri: "https://rp.example/request.jwt" }),
};

export const PAYMENT = {
  type: "payment_initiation",
  instructedAmount: { currency: "HKD", amount: "12.50" },
  creditorName: "Morning Light Stationery",
  creditorAccount: { proxy: "+852-91234567" },
};
const details = (...list) => JSON.stringify(list);
const pushes = (changes, client = "paying") => (c) => c[client].push(c[client].request(changes).parameters);
const asks = (authorization_details) => pushes({ authorization_details });
const API = "https://api.example/records";

/** A code for one payment and one resource, redeemed for these. */
const redeems = (changes) => async (c) => {
  const signedIn = await c.paying.signIn(c.resident, { authorization_details: details(PAYMENT), resource: API });
  return c.paying.redeem(signedIn, changes);
};

export const targets = {
  "target.resource": pushes({ resource: "https://api.example/other" }),
  "target.resource-longer": pushes({ resource: `${API}/../records` }),
  "target.resource-of-other": pushes({ resource: API }, "fapi"),
  "target.resource-later": redeems({ resource: "https://api.example/payments" }),
  "target.resource-of-machine": (c) => c.machine.post("token_endpoint", { grant_type: "client_credentials", resource: API }),
  "target.details-malformed": asks("not JSON"),
  "target.details-object": asks(JSON.stringify(PAYMENT)),
  "target.details-unknown": asks(details({ ...PAYMENT, type: "account_information" })),
  "target.details-not-registered": pushes({ authorization_details: details(PAYMENT) }, "fapi"),
  "target.details-incomplete": asks(details({ ...PAYMENT, creditorName: undefined })),
  "target.details-unknown-member": asks(details({ ...PAYMENT, executionDate: "2030-01-01" })),
  "target.details-amount": asks(details({ ...PAYMENT, instructedAmount: { currency: "HKD", amount: "0.00" } })),
  "target.details-currency": asks(details({ ...PAYMENT, instructedAmount: { currency: "dollars", amount: "1.00" } })),
  "target.details-many": asks(details(...Array(6).fill(PAYMENT))),
  "target.details-more-later": redeems({ authorization_details: details({ ...PAYMENT, instructedAmount: { currency: "HKD", amount: "99.00" } }) }),
  "target.details-of-machine": (c) => c.machine.post("token_endpoint", { grant_type: "client_credentials", authorization_details: details(PAYMENT) }),
};
