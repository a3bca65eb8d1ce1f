// What is good once is good once, even when two gateways on one database are asked at the same instant.
//
// LIONROCK_SECOND is the address of the second gateway.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lionrock } from "./lib/lionrock.js";
import { random, relocated } from "./lib/relying_party.js";

const ROUNDS = 40;

const provider = await Lionrock.start();
const gateways = [new URL(provider.issuer).origin, process.env.LIONROCK_SECOND];
const resident = await provider.resident();
const client = await provider.register("fapi2", { scope: "openid profile" });
await client.tokens(resident);

/** Asks both gateways at once, many times. Every time exactly one does it, and the other refuses as it should. */
async function race(prepare, ask, isDone, isRefused) {
  for (let round = 0; round < ROUNDS; round += 1) {
    const prepared = await prepare();
    const answers = await Promise.all(gateways.map((at) => ask(prepared, at)));
    const said = answers.map(({ status, text, headers }) => `${status} ${headers.location ?? text.slice(0, 200)}`).join("\n");
    assert.equal(answers.filter(isDone).length, 1, said);
    assert.equal(answers.filter(isRefused).length, 1, said);
  }
}

const status = (expected) => (answer) => answer.status === expected;
const error = (expected, name) => (answer) => answer.status === expected && answer.json?.error === name;

test("an authorization code", () => race(
  () => client.signIn(resident),
  (signedIn, at) => client.redeem(signedIn, {}, { at }),
  status(200),
  error(400, "invalid_grant"),
));

test("a code that was used twice leaves no token behind", async () => {
  const signedIn = await client.signIn(resident);
  const answers = await Promise.all(gateways.map((at) => client.redeem(signedIn, {}, { at })));
  const { access_token } = answers.find(status(200)).json;
  for (const at of gateways) assert.equal((await client.userinfo(access_token, { at })).status, 401);
});

test("a client assertion", () => race(
  () => client.authentication(),
  (authentication, at) => client.push(client.request().parameters, { authentication, at }),
  status(201),
  error(401, "invalid_client"),
));

test("a proof of possession at the pushed-request endpoint", () => race(
  () => client.proof({ url: provider.metadata.pushed_authorization_request_endpoint }),
  (proof, at) => client.push(client.request().parameters, { proof, at }),
  status(201),
  error(400, "invalid_dpop_proof"),
));

test("a proof of possession beside an access token", async () => {
  const { access_token } = await client.tokens(resident);
  const about = { method: "GET", url: provider.metadata.userinfo_endpoint, accessToken: access_token };
  await race(
    () => client.proof(about),
    (proof, at) => client.userinfo(access_token, { proof, at }),
    status(200),
    error(401, "invalid_dpop_proof"),
  );
});

test("a pushed request that the browser opens twice", () => race(
  () => client.begin(),
  ({ address }, at) => resident.browser.ask(relocated(address, at)),
  (answer) => answer.status === 303 && answer.headers.location.includes("code="),
  (answer) => answer.status === 400 && answer.headers["content-type"].startsWith("text/html"),
));

test("a consent that is sent twice", async () => {
  const asking = await provider.register("oidc", { client_secret: random(), token_endpoint_auth_method: "client_secret_post" });
  await race(
    async () => {
      const { parameters } = asking.request({ prompt: "consent" });
      return resident.visit(asking.address(parameters), { stopAt: "consent", look: true });
    },
    ({ page }, at) => resident.send(page, { decision: "agree" }, at),
    (answer) => answer.status === 303 && answer.headers.location.includes("code="),
    (answer) => answer.status === 400 && answer.headers["content-type"].startsWith("text/html"),
  );
});
