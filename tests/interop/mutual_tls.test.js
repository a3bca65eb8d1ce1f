// The conformance modules of FAPI 2.0 once more, for clients that authenticate with certificates and whose tokens are
// bound to them; and what is refused to whoever has no certificate, or another one.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { modules as requests } from "./conformance/fapi2_request.js";
import { modules as tokens } from "./conformance/fapi2_token.js";
import { refused, served, works } from "./conformance/expect.js";
import { judge } from "./conformance/plan.js";
import { call } from "./lib/http.js";
import { sha256 } from "./lib/keys.js";
import { certificate, MutualTls, noCertificate } from "./lib/mutual_tls.js";

/** Modules about assertions, which these clients do not send. */
const ABOUT_ASSERTIONS = /assertion|audience_fails|client_id_in_token_endpoint/;
const applicable = Object.fromEntries(Object.entries({ ...requests, ...tokens }).filter(([name]) => !ABOUT_ASSERTIONS.test(name)));

const plans = {};
for (const method of ["tls_client_auth", "self_signed_tls_client_auth"]) {
  const provider = await MutualTls.start();
  provider.method = method;
  const setting = {
    provider,
    resident: await provider.resident(),
    client: await provider.register("fapi2", { scope: "openid profile" }),
    other: await provider.register("fapi2"),
  };
  plans[`fapi2_security_profile_final_${method}`] = { setting, modules: applicable };

  test(`${method}: tokens say which certificate they are bound to, and are good with it alone`, async () => {
    const { client, other, resident } = setting;
    const { access_token } = await works(client, resident);
    const { cnf } = JSON.parse(Buffer.from(access_token.split(".")[1], "base64url"));
    assert.deepEqual(cnf, { "x5t#S256": sha256(new X509Certificate(client.certificate.cert).raw) });
    served(await client.userinfo(access_token));
    assert.equal((await client.userinfo(access_token, { certificate: null })).status, 401);
    assert.equal((await client.userinfo(access_token, { certificate: other.certificate })).status, 401);
  });

  test(`${method}: a certificate of somebody else authenticates nobody`, async () => {
    const { client, other } = setting;
    const push = (certificate) => client.push(client.request().parameters, { certificate });
    refused(await push(null), "invalid_client");
    refused(await push(other.certificate), "invalid_client");
    refused(await push(await certificate("self")), "invalid_client");
    refused(await push(await certificate("ca")), "invalid_client");
  });

  test(`${method}: without any certificate there is no connection`, async () => {
    const { mtls_endpoint_aliases } = provider.metadata;
    await assert.rejects(call(mtls_endpoint_aliases.token_endpoint, { form: {}, ...noCertificate() }), /certificate required/);
  });

  test(`${method}: a code goes to its client alone`, async () => {
    const { client, other, resident } = setting;
    refused(await other.redeem(await client.signIn(resident)), "invalid_grant");
  });
}

await judge(plans, Object.values(plans)[0].setting.provider);
