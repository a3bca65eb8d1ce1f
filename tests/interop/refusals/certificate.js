// Clients that authenticate with a certificate, and tokens that are bound to one (RFC 8705).

import { certificate } from "../lib/mutual_tls.js";

const NONE = { certificate: null };
/** A pushed request of this client, good but for the certificate of the connection. */
const push = (client, certificate) => client.push(client.request().parameters, { certificate });

export const certificates = {
  "certificate.none": (c) => push(c.named, null),
  "certificate.name": async (c) => push(c.named, await certificate("ca")),
  "certificate.authority": async (c) => push(c.named, await certificate("self", c.named.certificate.name)),
  "certificate.key": async (c) => push(c.selfSigned, await certificate("self", c.selfSigned.certificate.name)),
  "certificate.key-none": (c) => push(c.selfSigned, null),
  "certificate.other-method": (c) => {
    const authentication = { form: { client_id: c.named.id, client_secret: "a-secret-of-some-length" } };
    return c.named.push(c.named.request().parameters, { authentication });
  },
  "certificate.token-none": async (c) => c.bound.redeem(await c.bound.signIn(c.resident), {}, NONE),
  "certificate.userinfo-none": (c) => c.named.userinfo(c.tokens.named.access_token, NONE),
  "certificate.userinfo-other": (c) => c.named.userinfo(c.tokens.named.access_token, { certificate: c.selfSigned.certificate }),
};
