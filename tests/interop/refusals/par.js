// Pushed authorization requests (RFC 9126): everything that can be wrong with the request itself.

import { newKey, thumbprint } from "../lib/keys.js";
import { random } from "../lib/relying_party.js";

const with_ = (changes, client = "fapi") => (c) => c[client].push(c[client].request(changes).parameters);
const twice = (name) => (c) => {
  const parameters = Object.entries(c.fapi.request().parameters);
  return c.fapi.push([...parameters, parameters.find(([of]) => of === name)]);
};
const get = (method) => (c) => c.fapi.push(c.fapi.request().parameters, { method });

export const par = {
  "par.get": get("GET"),
  "par.put": get("PUT"),
  "par.request-uri": with_({ request_uri: "urn:ietf:params:oauth:request_uri:x" }),
  "par.redirect-uri-missing": with_({ redirect_uri: null }),
  "par.redirect-uri": with_({ redirect_uri: "https://rp.example/other" }),
  "par.redirect-uri-longer": with_({ redirect_uri: "https://rp.example/callback/../callback" }),
  "par.redirect-uri-query": with_({ redirect_uri: "https://rp.example/callback?a=b" }),
  "par.redirect-uri-twice": twice("redirect_uri"),
  "par.state-twice": twice("state"),
  "par.registration": with_({ registration: "{}" }),
  "par.response-type-missing": with_({ response_type: null }),
  "par.response-type-token": with_({ response_type: "token" }),
  "par.response-type-hybrid": with_({ response_type: "code id_token" }),
  "par.response-mode": with_({ response_mode: "fragment" }),
  "par.scope-missing": with_({ scope: null }),
  "par.scope-without-openid": with_({ scope: "profile" }),
  "par.scope-not-registered": with_({ scope: "openid hkid" }),
  "par.challenge-missing": with_({ code_challenge: null, code_challenge_method: null }),
  "par.challenge-malformed": with_({ code_challenge: "too-short" }),
  "par.challenge-plain": with_({ code_challenge: random(), code_challenge_method: "plain" }),
  "par.challenge-method-missing": with_({ code_challenge_method: null }),
  "par.challenge-missing-public": with_({ code_challenge: null, code_challenge_method: null }, "open"),
  "par.dpop-jkt": with_({ dpop_jkt: "not-a-thumbprint" }),
  "par.dpop-jkt-other": with_({ dpop_jkt: thumbprint(newKey()) }),
  "par.prompt": with_({ prompt: "sudo" }),
  "par.prompt-none-login": with_({ prompt: "none login" }),
  "par.max-age": with_({ max_age: "soon" }),
  "par.max-age-negative": with_({ max_age: "-1" }),
  "par.claims": with_({ claims: "[]" }),
  "par.claims-malformed": with_({ claims: "{" }),
  "par.id-token-hint": with_({ id_token_hint: "not.a.token" }),
  "par.id-token-hint-other": (c) => c.fapi.push(c.fapi.request({ id_token_hint: c.tokens.other.id_token }).parameters),
};
