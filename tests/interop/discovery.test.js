// The discovery document says what is so: each member is compared with what the provider does. A member that nobody
// compares fails, and so does a comparison of what is not there.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answers } from "./discovery/answers.js";
import { clients } from "./discovery/clients.js";
import { requests } from "./discovery/requests.js";
import { call } from "./lib/http.js";
import { Lionrock } from "./lib/lionrock.js";

const provider = await Lionrock.start();
const resident = await provider.resident({
  given_name: "Tai Man", family_name: "CHAN", middle_name: "M", nickname: "Man", preferred_username: "taiman", gender: "male",
  profile: "https://taiman.example/", picture: "https://taiman.example/p.png", website: "https://taiman.example/w",
  zoneinfo: "Asia/Hong_Kong", locale: "zh-Hant-HK", email_verified: true, phone_number_verified: true,
});
const setting = {
  provider,
  resident,
  fapi: await provider.register("fapi2", { scope: "openid profile" }),
  /** A client that can be asked anything of without a pushed request. */
  plain: await provider.register("oidc", { scope: "openid profile" }),
};
const comparisons = { ...clients, ...requests, ...answers };

test("every member is compared with what is done", () => {
  assert.deepEqual(Object.keys(provider.metadata).sort(), Object.keys(comparisons).sort());
});

test("it is the same under the name of RFC 8414", async () => {
  const { json } = await call(`${provider.issuer}/.well-known/oauth-authorization-server`);
  assert.deepEqual(json, provider.metadata);
});

describe("the discovery document says what is so", () => {
  for (const [name, compare] of Object.entries(comparisons)) test(name, () => compare(provider.metadata[name], setting));
});
