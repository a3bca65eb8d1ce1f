// The authorization endpoint, which a browser visits: a page where it is not known where to answer, else a redirect.

import { random } from "../lib/relying_party.js";

const visit = (c, client, parameters, options) => c.resident.visit(c[client].address(parameters), options);
/** A plain request of an ordinary client with these changes. */
const plain = (changes, client = "jwt") => (c) => visit(c, client, c[client].request(changes).parameters);
const twice = (name) => (c) => {
  const parameters = [["client_id", c.jwt.id], ...Object.entries(c.jwt.request().parameters)];
  return visit(c, "jwt", [...parameters, parameters.find(([of]) => of === name)]);
};
/** A pushed request whose reference this gives to the browser. */
const pushed = (reference) => async (c) => {
  const begun = await c.fapi.begin();
  return visit(c, "fapi", await reference(c, begun));
};
const elsewhere = (changes) => (c) => c.resident.elsewhere().visit(c.jwt.address(c.jwt.request(changes).parameters));

export const authorize = {
  "authorize.client-missing": (c) => visit(c, "jwt", Object.entries(c.jwt.request().parameters)),
  "authorize.client-unknown": (c) => visit(c, "jwt", { ...c.jwt.request().parameters, client_id: "nobody" }),
  "authorize.client-twice": twice("client_id"),
  "authorize.redirect-uri-missing": plain({ redirect_uri: null }),
  "authorize.redirect-uri": plain({ redirect_uri: "https://evil.example/callback" }),
  "authorize.redirect-uri-twice": twice("redirect_uri"),
  "authorize.reference-unknown": pushed(() => ({ request_uri: `urn:ietf:params:oauth:request_uri:${random()}` })),
  "authorize.reference-of-other": pushed((c, { request_uri }) => ({ client_id: c.other.id, request_uri })),
  "authorize.reference-used": pushed(async (c, { address, request_uri }) => {
    await c.resident.visit(address);
    return { request_uri };
  }),
  "authorize.reference-expired": {
    seconds: 91,
    prepare: (c) => c.fapi.begin(),
    act: (c, { address }) => c.resident.visit(address),
  },
  "authorize.not-pushed": plain({}, "fapi"),
  "authorize.reference-elsewhere": plain({ request_uri: "https://rp.example/request.jwt" }),
  "authorize.response-type-missing": plain({ response_type: null }),
  "authorize.response-type-token": plain({ response_type: "token" }),
  "authorize.response-type-hybrid": plain({ response_type: "code id_token" }),
  "authorize.response-mode": plain({ response_mode: "fragment" }),
  "authorize.state-twice": twice("state"),
  "authorize.scope-without-openid": plain({ scope: "profile" }),
  "authorize.scope-not-registered": plain({ scope: "openid hkid" }),
  "authorize.challenge-missing": plain({ code_challenge: null, code_challenge_method: null }, "open"),
  "authorize.challenge-plain": plain({ code_challenge_method: "plain" }),
  "authorize.prompt": plain({ prompt: "sudo" }),
  "authorize.prompt-none-login": plain({ prompt: "none login" }),
  "authorize.max-age": plain({ max_age: "soon" }),
  "authorize.claims": plain({ claims: "[]" }),
  "authorize.acr": plain({ claims: JSON.stringify({ id_token: { acr: { essential: true, value: "http://eidas.europa.eu/LoA/high" } } }) }),
  "authorize.sub": plain({ prompt: "none", claims: JSON.stringify({ id_token: { sub: { values: ["somebody", "else"] } } }) }),
  "authorize.id-token-hint": plain({ id_token_hint: "not.a.token" }),
  "authorize.registration": plain({ registration: "{}" }),
  "authorize.nobody-signed-in": elsewhere({ prompt: "none" }),
  "authorize.not-agreed": async (c) => {
    const stricter = await c.provider.register("oidc");
    return c.resident.visit(stricter.address(stricter.request({ prompt: "none" }).parameters));
  },
  "authorize.denied-at-sign-in": (c) => c.resident.elsewhere().visit(c.jwt.address(c.jwt.request().parameters), { stopAt: "sign-in" }),
  "authorize.denied-at-consent": (c) => c.resident.visit(c.jwt.address(c.jwt.request({ prompt: "consent" }).parameters), { stopAt: "consent" }),
  "authorize.forged-consent": async (c) => {
    const { page } = await c.resident.visit(c.jwt.address(c.jwt.request({ prompt: "consent" }).parameters), { stopAt: "consent", look: true });
    return c.resident.decide(page, { decision: "agree", csrf: random() });
  },
  "authorize.consent-elsewhere": async (c) => {
    const { page } = await c.resident.visit(c.jwt.address(c.jwt.request({ prompt: "consent" }).parameters), { stopAt: "consent", look: true });
    return c.resident.elsewhere().decide(page, { decision: "deny" });
  },
};
