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

/** Signs in a client of this kind that may come back when nobody is there, and refreshes at both gateways at once. */
async function refreshedTwice(profile, metadata) {
  const asked = { grant_types: ["authorization_code", "refresh_token"], scope: "openid offline_access", ...metadata };
  const party = await provider.register(profile, asked);
  let { refresh_token } = await party.tokens(resident, { prompt: "consent" });
  const refresh = (at) => party.post("token_endpoint", { grant_type: "refresh_token", refresh_token }, { at });
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = refresh_token;
    const answers = await Promise.all(gateways.map(refresh));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    const [one, two] = answers.map(({ json }) => json);
    assert.equal(one.refresh_token, two.refresh_token, "whichever answer is lost, the client has the right one");
    assert.notEqual(one.access_token, two.access_token);
    assert.equal(one.refresh_token === before, metadata === undefined, "replaced for public clients only");
    refresh_token = one.refresh_token;
  }
  assert.equal((await refresh(gateways[0])).status, 200, "nobody was locked out");
}

test("a refresh token that is shown twice", () => refreshedTwice("fapi2"));
test("a refresh token of a public client that is shown twice", () => refreshedTwice("oidc", { token_endpoint_auth_method: "none" }));

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
