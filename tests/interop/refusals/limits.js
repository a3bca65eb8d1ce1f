// Too much and too often: sizes, and how many requests come from where.

import { call } from "../lib/http.js";

/** Asks until it is too often; from an address that is nobody else's, as a proxy on this machine would say. */
async function tooOften(address, ask) {
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask({ "x-forwarded-for": address })));
    const refused = answers.find(({ status }) => status === 429);
    if (refused) return refused;
  }
  throw new Error("nobody minds");
}
const large = "x".repeat(40 * 1024);

export const limits = {
  "limit.header": (c) => c.fapi.push(c.fapi.request().parameters, { headers: { "x-large": large } }),
  "limit.address": (c) => call(`${c.provider.issuer}/oauth/authorize?state=${large}`),
  "limit.form": async (c) => ({ page: await c.resident.browser.ask(`${c.provider.issuer}/oauth/authorize/decision`, { form: { decision: "x".repeat(80_000) } }) }),
  "limit.document-often": (c) => tooOften("203.0.113.10", (headers) => call(c.provider.metadata.jwks_uri, { headers })),
  "limit.page-often": async (c) => ({ page: await tooOften("203.0.113.11", (headers) => call(`${c.provider.issuer}/sign-in`, { headers })) }),
  "limit.guess-often": (c) => tooOften("203.0.113.12", (headers) => {
    const authentication = { form: { client_id: c.post.id, client_secret: "a-guess" } };
    return c.post.post("introspection_endpoint", { token: "x" }, { authentication, headers });
  }),
};
