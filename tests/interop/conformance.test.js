// The OpenID conformance suite's server modules, made again and named after them. They run against Lionrock; and
// with JUDGED=oidc-provider against a certified server, so that it is known that the tests themselves are right.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Certified } from "./lib/certified.js";
import { Lionrock } from "./lib/lionrock.js";
import { modules as backchannel } from "./conformance/oidcc_backchannel.js";
import { modules as dpop } from "./conformance/fapi2_dpop.js";
import { modules as requests } from "./conformance/fapi2_request.js";
import { modules as tokens } from "./conformance/fapi2_token.js";
import { modules as basic, secret } from "./conformance/oidcc_basic.js";
import { modules as logout } from "./conformance/oidcc_logout.js";
import { judge } from "./conformance/plan.js";

const judged = process.env.JUDGED ?? "lionrock";

const provider = await (judged === "lionrock" ? Lionrock : Certified).start();
const resident = await provider.resident();
const fapi2 = {
  provider,
  resident,
  client: await provider.register("fapi2", { scope: "openid profile" }),
  other: await provider.register("fapi2"),
};
const oidc = {
  provider,
  resident,
  client: await provider.register("oidc", { ...secret("client_secret_basic"), scope: "openid profile" }),
};
const plans = {
  fapi2_security_profile_final: { setting: fapi2, modules: { ...requests, ...tokens, ...dpop } },
  oidcc: { setting: oidc, modules: basic },
  oidcc_rp_initiated_logout: { setting: oidc, modules: logout },
  oidcc_backchannel: { setting: oidc, modules: backchannel },
};

await judge(plans, provider);

test("the plans have as many modules as the suite has for us", () => {
  const count = ({ modules }) => Object.keys(modules).length;
  assert.deepEqual(Object.values(plans).map(count), [56, 1 + 38, 11, 2]);
});
