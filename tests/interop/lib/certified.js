// The certified server of npm's oidc-provider, for the same tests: what it fails, the test itself has wrong.

import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { Browser, field } from "./browser.js";
import { call } from "./http.js";
import { newKey, registered } from "./keys.js";
import { RelyingParty } from "./relying_party.js";

const CLAIMS = {
  name: "CHAN Tai Man",
  given_name: "Tai Man",
  family_name: "CHAN",
  birthdate: "1988-04-12",
  updated_at: 1_700_000_000,
  email: "taiman@example.hk",
  email_verified: false,
  phone_number: "+85291234567",
  phone_number_verified: false,
  address: { formatted: "1 Lion Rock Road, Kowloon" },
};

export class Certified {
  name = "oidc-provider";

  static async start() {
    const certified = new this();
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    certified.issuer = `http://localhost:${server.address().port}`;
    const quiet = console.warn;
    console.warn = () => {}; // it warns of what a test server may do
    const provider = new Provider(certified.issuer, configuration());
    console.warn = quiet;
    server.on("request", provider.callback());
    server.unref();
    certified.metadata = (await call(`${certified.issuer}/.well-known/openid-configuration`)).json;
    return certified;
  }

  async register(profile, changes = {}) {
    const { keyAlgorithm = "ES256", sector, ...more } = changes;
    const key = newKey(keyAlgorithm);
    const signs = (more.token_endpoint_auth_method ?? "private_key_jwt") === "private_key_jwt";
    const fapi2 = profile === "fapi2";
    const metadata = {
      redirect_uris: ["https://rp.example/callback"],
      token_endpoint_auth_method: "private_key_jwt",
      scope: "openid",
      grant_types: ["authorization_code"],
      id_token_signed_response_alg: fapi2 ? "ES256" : "RS256",
      ...(signs && { jwks: { keys: [registered(key)] }, token_endpoint_auth_signing_alg: keyAlgorithm }),
      ...(fapi2 && { dpop_bound_access_tokens: true, require_pushed_authorization_requests: true }),
      ...more,
    };
    const answer = await call(this.metadata.registration_endpoint, { json: metadata });
    if (answer.status !== 201) throw new Error(`registration: ${answer.status} ${answer.text}`);
    return new RelyingParty(this, answer.json, key);
  }

  async resident() {
    return new Resident();
  }
}

function configuration() {
  const signers = ["ES256", "RS256"].map((alg) => {
    const key = newKey(alg);
    return { ...key.privateKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg };
  });
  return {
    jwks: { keys: signers },
    // Its sign-in page can only follow a posted request with cookies that come along from anywhere.
    enableHttpPostMethods: true,
    cookies: { keys: ["a-key-for-cookies-of-a-test"], long: { sameSite: "none" } },
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "birthdate", "updated_at"],
      email: ["email", "email_verified"],
      phone: ["phone_number", "phone_number_verified"],
      address: ["address"],
    },
    conformIdTokenClaims: true,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...CLAIMS }) }),
    pkce: { required: (_, client) => client.dpopBoundAccessTokens === true },
    enabledJWA: { clientAuthSigningAlgValues: ["ES256", "PS256", "RS256", "EdDSA"], dPoPSigningAlgValues: ["ES256", "PS256", "EdDSA"] },
    features: {
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      dPoP: { enabled: true },
      fapi: { enabled: true, profile: (_, client) => (client?.dpopBoundAccessTokens ? "2.0" : undefined) },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
    },
    renderError: (ctx, out) => {
      ctx.type = "html";
      ctx.body = `<h1>${out.error}</h1><p>${out.error_description}</p>`;
    },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 3_600, IdToken: 300, Interaction: 600, PushedAuthorizationRequest: 60, Session: 3_600, RefreshToken: 3_600 },
    scopes: ["openid", "offline_access"],
    // It calls no address of this machine, where the tests' relying parties are, unless it is let.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  };
}

/** Somebody who types any name and any password, and agrees. */
class Resident {
  browser = new Browser();

  elsewhere() {
    return new Resident();
  }

  /** Follows a relying party's address for signing out; this server always asks, and the answer is yes. */
  async leave(address) {
    const step = await this.browser.go(address);
    const [, action] = step.page?.text.match(/<form[^>]*action="([^"]*)"/) ?? [];
    if (!action) return step;
    const xsrf = field(step.page.text, "xsrf");
    return this.browser.go(action, { form: { xsrf, logout: "yes" } });
  }

  async visit(address, { stopAt, look = false, method, form } = {}) {
    let step = await this.browser.go(address, { method, form });
    for (const [place, mark, answer] of [
      ["sign-in", 'name="login"', { prompt: "login", login: "taiman", password: "any" }],
      ["consent", 'value="consent"', { prompt: "consent" }],
    ]) {
      if (!step.page?.text.includes(mark)) continue;
      if (stopAt === place && look) return step;
      const [, action] = step.page.text.match(/<form[^>]*action="([^"]*)"/);
      step = stopAt === place ? await this.browser.go(`${action}/abort`) : await this.browser.go(action, { form: answer });
    }
    return step;
  }
}
