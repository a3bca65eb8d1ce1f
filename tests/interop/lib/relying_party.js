// A relying party that can do everything right, and any one thing wrong: each call takes what is to differ from a
// good request. In every such object, null leaves a member out.

import { randomBytes, randomUUID } from "node:crypto";
import { call, encodeForm } from "./http.js";
import { newKey, now, present, sha256, signed } from "./keys.js";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A random text such as states, nonces and verifiers are. */
export const random = () => randomBytes(32).toString("base64url");

export class RelyingParty {
  /** `provider` is the server asked; `metadata` what the client is registered with; `key` signs its assertions. */
  constructor(provider, metadata, key) {
    this.provider = provider;
    this.metadata = metadata;
    this.id = metadata.client_id;
    this.key = key;
    this.proofKey = newKey();
    this.provesPossession = metadata.dpop_bound_access_tokens === true;
    // Set for a client that shows one; it calls the endpoints that take certificates.
    this.certificate = undefined;
  }

  /** Where an endpoint is for who shows this certificate, or none. */
  #endpoint(name, certificate) {
    const { mtls_endpoint_aliases = {}, [name]: usual } = this.provider.metadata;
    return (certificate && mtls_endpoint_aliases[name]) ?? usual;
  }

  /** A client assertion (RFC 7523, section 3). */
  assertion({ header = {}, claims = {}, key = this.key } = {}) {
    const time = now();
    const good = { iss: this.id, sub: this.id, aud: this.provider.issuer, jti: randomUUID(), iat: time, exp: time + 60 };
    return signed({ alg: key.alg, kid: key.kid, ...header }, { ...good, ...claims }, key);
  }

  /** How this client says who it is: parameters of the form, and headers. */
  authentication() {
    const { client_secret: secret, token_endpoint_auth_method: method } = this.metadata;
    const encoded = (text) => encodeForm([["", text]]).slice(1);
    switch (method) {
      case "private_key_jwt":
        return { form: { client_id: this.id, client_assertion_type: JWT_BEARER, client_assertion: this.assertion() } };
      case "client_secret_basic":
        return { headers: { authorization: basic(encoded(this.id), encoded(secret)) } };
      case "client_secret_post":
        return { form: { client_id: this.id, client_secret: secret } };
      default:
        return { form: { client_id: this.id } };
    }
  }

  /** A proof of possession (RFC 9449, section 4.2). */
  proof({ method = "POST", url, accessToken, nonce, header = {}, claims = {}, key = this.proofKey }) {
    const good = { jti: randomUUID(), htm: method, htu: url, iat: now(), nonce, ath: accessToken && sha256(accessToken) };
    return signed({ typ: "dpop+jwt", alg: key.alg, jwk: key.jwk, ...header }, { ...good, ...claims }, key);
  }

  /**
   * Posts a form to an endpoint by its name in discovery. `authentication` stands in for the client's own; `proof` is
   * what differs in the proof, or texts that are sent as they are, or null for none. When the server asks a good
   * request for a nonce, it is sent again with one, as RFC 9449, section 8, says. `certificate` stands in for the
   * client's own, null for none; `at` is another gateway of the same provider that is to be asked.
   */
  async post(endpoint, form, options = {}) {
    const answer = await this.#post(endpoint, form, options);
    if (answer.json?.error !== "use_dpop_nonce" || options.proof !== undefined) return answer;
    return this.#post(endpoint, form, { ...options, proof: { nonce: answer.headers["dpop-nonce"] } });
  }

  #post(endpoint, form, { authentication, proof, at, certificate = this.certificate, headers = {}, ...options }) {
    const url = this.#endpoint(endpoint, certificate);
    const who = authentication ?? this.authentication();
    const all = Array.isArray(form) ? [...Object.entries(present(who.form ?? {})), ...form] : { ...who.form, ...form };
    const dpop = this.#proofs(proof, { url });
    const sent = { ...who.headers, ...(dpop && { DPoP: dpop }), ...headers };
    return call(relocated(url, at), { form: all, headers: sent, ...certificate, ...options });
  }

  /** The values of the DPoP header: of a good proof for this call with these changes, or as they are given. */
  #proofs(asked, about) {
    if (asked === null || (asked === undefined && !this.provesPossession)) return undefined;
    return typeof asked === "string" || Array.isArray(asked) ? asked : this.proof({ ...about, ...asked });
  }

  /** The parameters of a good authorization request, and the verifier that belongs to it. */
  request(changes = {}) {
    const verifier = random();
    const parameters = {
      response_type: "code",
      redirect_uri: this.metadata.redirect_uris[0],
      scope: this.metadata.scope ?? "openid",
      state: random(),
      nonce: random(),
      code_challenge: sha256(verifier),
      code_challenge_method: "S256",
      ...changes,
    };
    return { parameters: present(parameters), verifier };
  }

  push(parameters, options) {
    return this.post("pushed_authorization_request_endpoint", parameters, options);
  }

  /** Pushes a good request, with these changes, and gives the address that the browser is sent to. */
  async begin(changes = {}, options = {}) {
    const { parameters, verifier } = this.request(changes);
    const pushed = await this.push(parameters, options);
    if (pushed.status !== 201) throw new Error(`pushed request: ${pushed.status} ${pushed.text}`);
    const { request_uri } = pushed.json;
    return { address: this.address({ request_uri }), parameters, verifier, request_uri };
  }

  /** The address of the authorization endpoint with these parameters and the client's name. */
  address(parameters) {
    const address = new URL(this.provider.metadata.authorization_endpoint);
    address.search = encodeForm(Array.isArray(parameters) ? parameters : { client_id: this.id, ...parameters });
    return address.href;
  }

  /** A whole sign-in up to the answer at the redirect URI, through the pushed-request endpoint where that is asked. */
  async signIn(resident, changes = {}, options = {}) {
    const begun = this.mustPush ? await this.begin(changes, options) : this.#plain(changes);
    const { away, page } = await resident.visit(begun.address, options);
    if (!away) throw new Error(`the browser stays on a page: ${page.status} ${page.text.slice(0, 2000)}`);
    return { ...begun, away, ...Object.fromEntries(away.searchParams) };
  }

  get mustPush() {
    return this.metadata.require_pushed_authorization_requests === true;
  }

  #plain(changes) {
    const { parameters, verifier } = this.request(changes);
    return { address: this.address(parameters), parameters, verifier };
  }

  /** Redeems the code of a sign-in. */
  redeem({ code, verifier, parameters }, changes = {}, options = {}) {
    const form = { grant_type: "authorization_code", code, redirect_uri: parameters.redirect_uri, code_verifier: verifier };
    return this.post("token_endpoint", { ...form, ...changes }, options);
  }

  /** Signs in and redeems the code, which must work. */
  async tokens(resident, changes = {}, options = {}) {
    const signedIn = await this.signIn(resident, changes, options);
    const answer = await this.redeem(signedIn, {}, options);
    if (answer.status !== 200) throw new Error(`token endpoint: ${answer.status} ${answer.text}`);
    return { ...signedIn, ...answer.json };
  }

  /** Asks for the claims about the resident. `authorization` stands in for the header with the token. */
  userinfo(accessToken, { method = "GET", authorization, proof, url, at, certificate = this.certificate, headers = {}, ...options } = {}) {
    const endpoint = this.#endpoint("userinfo_endpoint", certificate);
    authorization ??= authorization === null ? undefined : `${this.provesPossession ? "DPoP" : "Bearer"} ${accessToken}`;
    const dpop = this.#proofs(proof, { url: endpoint, method, accessToken });
    const sent = { ...(authorization && { authorization }), ...(dpop && { DPoP: dpop }), ...headers };
    return call(relocated(url ?? endpoint, at), { method, headers: sent, ...certificate, ...options });
  }
}

/** The same address at another gateway. */
export function relocated(url, at) {
  return at ? at + new URL(url).pathname + new URL(url).search : url;
}

/** An `Authorization` header of the scheme Basic. */
export function basic(id, secret) {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
}
