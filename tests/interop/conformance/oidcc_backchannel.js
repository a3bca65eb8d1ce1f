// OpenID Connect Back-Channel Logout: the provider itself tells relying parties that a session has ended.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { encodeForm } from "../lib/http.js";
import { works } from "./expect.js";
import { secret } from "./oidcc_basic.js";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const PATIENCE = 20_000;

/** A relying party's address for such news; `told` is the logout token, once it came. */
async function listener() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  server.unref();
  const told = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("nobody told the relying party")), PATIENCE).unref();
    server.on("request", async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.writeHead(200).end();
      server.close();
      resolve(new URLSearchParams(body).get("logout_token"));
    });
  });
  told.catch(() => {});
  return { address: `http://localhost:${server.address().port}/backchannel`, told };
}

export const modules = {
  async discovery_endpoint_verification({ provider: { metadata } }) {
    assert.equal(metadata.backchannel_logout_supported, true);
    assert.equal(metadata.backchannel_logout_session_supported, true);
  },
  async rp_initiated_logout(s) {
    const { address, told } = await listener();
    const client = await s.provider.register("oidc", {
      ...secret("client_secret_basic"),
      post_logout_redirect_uris: ["https://rp.example/goodbye"],
      backchannel_logout_uri: address,
      backchannel_logout_session_required: true,
    });
    const resident = s.resident.elsewhere();
    const { id_token, claims } = await works(client, resident);
    assert.ok(claims.sid);
    const parameters = { id_token_hint: id_token, post_logout_redirect_uri: "https://rp.example/goodbye" };
    const { away } = await resident.leave(`${s.provider.metadata.end_session_endpoint}?${encodeForm(parameters)}`);
    assert.equal(away?.href, "https://rp.example/goodbye");

    const keys = createRemoteJWKSet(new URL(s.provider.metadata.jwks_uri));
    const expected = { issuer: s.provider.issuer, audience: client.id, algorithms: ["RS256"] };
    const { payload, protectedHeader } = await jwtVerify(await told, keys, { ...expected, requiredClaims: ["iat", "jti", "exp"] });
    assert.equal(protectedHeader.typ, "logout+jwt");
    assert.deepEqual(payload.events, { [EVENT]: {} });
    assert.equal(payload.sid, claims.sid);
    if (payload.sub) assert.equal(payload.sub, claims.sub);
    assert.equal("nonce" in payload, false);
  },
};
