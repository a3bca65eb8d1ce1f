// Apache's mod_oauth2 checks our access tokens by our published keys and nothing else.
//
// APACHE is where it is: /records takes a bearer's token, /bound one that is bound to a key.

import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "../lib/http.js";
import { Lionrock } from "../lib/lionrock.js";

const provider = await Lionrock.start();
const resident = await provider.resident();
const show = (path, authorization, DPoP) => call(process.env.APACHE + path, { headers: { authorization, ...(DPoP && { DPoP }) } });

test("mod_oauth2 takes a bearer's token, and none that somebody altered", async () => {
  const client = await provider.register("oidc");
  const { access_token } = await client.tokens(resident);
  assert.equal((await show("/records/index.html", `Bearer ${access_token}`)).status, 200);
  const [header, , signature] = access_token.split(".");
  const claims = JSON.parse(Buffer.from(access_token.split(".")[1], "base64url"));
  const altered = Buffer.from(JSON.stringify({ ...claims, sub: "somebody-else" })).toString("base64url");
  assert.equal((await show("/records/index.html", `Bearer ${header}.${altered}.${signature}`)).status, 401);
});

test("mod_oauth2 takes a bound token with its proof alone", async () => {
  const client = await provider.register("fapi2");
  const { access_token } = await client.tokens(resident);
  const proof = (path) => client.proof({ method: "GET", url: process.env.APACHE + path, accessToken: access_token });
  assert.equal((await show("/bound/index.html", `DPoP ${access_token}`, proof("/bound/index.html"))).status, 200);
  assert.equal((await show("/bound/index.html", `DPoP ${access_token}`, proof("/elsewhere"))).status, 401);
  assert.equal((await show("/bound/index.html", `Bearer ${access_token}`)).status, 401);
});
