// Lionrock under test: the running program, reached by HTTP, and its command line for registrations.
//
// LIONROCK_PROGRAM is the program, LIONROCK_CONFIG its configuration, LIONROCK_ISSUER the address it answers at.

import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { Browser, field } from "./browser.js";
import { call } from "./http.js";
import { newKey, registered } from "./keys.js";
import { Passkey } from "./passkey.js";
import { RelyingParty } from "./relying_party.js";

export class Lionrock {
  name = "lionrock";

  static async start(issuer = process.env.LIONROCK_ISSUER) {
    const provider = new this();
    const answer = await call(`${issuer}/.well-known/openid-configuration`);
    provider.metadata = answer.json;
    provider.issuer = answer.json.issuer;
    return provider;
  }

  /** Runs a command of the program on this installation; gives the JSON that it prints. */
  async run(command, input) {
    const child = execFileWith(process.env.LIONROCK_PROGRAM, [...command, "--json"], input);
    return JSON.parse(await child);
  }

  /** Registers a relying party of this profile. */
  async register(profile, changes = {}) {
    const { keyAlgorithm = "ES256", moreKeys = [], ...more } = changes;
    const key = newKey(keyAlgorithm);
    const signs = (more.token_endpoint_auth_method ?? "private_key_jwt") === "private_key_jwt";
    const keys = [...(signs ? [registered(key)] : []), ...moreKeys];
    const metadata = {
      client_id: `rp-${randomInt(1e12)}`,
      profile,
      client_name: "Peak Tram Tickets",
      "client_name#zh-Hant": "山頂纜車票務",
      redirect_uris: ["https://rp.example/callback"],
      token_endpoint_auth_method: "private_key_jwt",
      scope: "openid",
      ...(keys.length > 0 && { jwks: { keys } }),
      ...more,
    };
    const [stored] = await this.run(["client", "add", "-"], JSON.stringify(metadata));
    const { client_secret } = metadata;
    return new RelyingParty(this, { ...stored, ...(client_secret && { client_secret }) }, key);
  }

  /** Enters a resident into the register, who then takes possession of their identity with a passkey. */
  async resident(attributes = {}) {
    const registration = {
      hkid: anyHkid(),
      name_zh: "陳大文",
      name_en: "CHAN Tai Man",
      birth_date: "1988-04-12",
      phone: "+852-91234567",
      email: "taiman@example.hk",
      ...(this.metadata.scopes_supported.includes("address") && { address: { formatted: "1 Lion Rock Road, Kowloon" } }),
      ...attributes,
    };
    const [{ resident: id, activation_link }] = await this.run(["resident", "add", "-"], JSON.stringify(registration));
    const resident = new Resident(this.issuer);
    resident.id = id;
    await resident.activate(activation_link.split("#")[1]);
    return resident;
  }

  /** Enters somebody who signs in with a user name and a password. */
  async residentWithPassword(password) {
    const registration = { hkid: anyHkid(), name_en: "HO Mei Yee", birth_date: "1985-07-01", ...password };
    await this.run(["resident", "add", "-"], JSON.stringify(registration));
  }
}

/** A resident with a browser and a passkey. */
export class Resident {
  constructor(origin, passkey = new Passkey(new URL(origin).origin)) {
    this.origin = new URL(origin).origin;
    this.passkey = passkey;
    this.browser = new Browser();
  }

  /** The same resident at another browser, where nobody is signed in. */
  elsewhere() {
    return new Resident(this.origin, this.passkey);
  }

  async activate(code) {
    await this.browser.go(`${this.origin}/activate`, { form: { code } });
    await this.#ceremony("/activate/passkey", { label: "telephone" }, (options) => this.passkey.create(options));
  }

  /** Signs in where a page asks for it, and goes on to where the answer leads. */
  async signIn(interaction) {
    const { location } = await this.#ceremony("/sign-in/passkey", { interaction }, (options) => this.passkey.get(options));
    return this.browser.go(new URL(location, this.origin).href);
  }

  async #ceremony(path, fields, act) {
    const options = await this.browser.ask(`${this.origin}${path}/options`, { json: fields });
    if (options.status !== 200) throw new Error(`${path}/options: ${options.status} ${options.text}`);
    const done = await this.browser.ask(`${this.origin}${path}`, { json: { ...fields, credential: act(options.json) } });
    if (done.status !== 200) throw new Error(`${path}: ${done.status} ${done.text}`);
    return done.json;
  }

  /**
   * Follows a relying party's address through sign-in and consent. `stopAt` is "sign-in" or "consent" to say no there
   * (or, with `look`, only to look at the page).
   */
  async visit(address, { stopAt, look = false, method, form } = {}) {
    let step = await this.browser.go(address, { method, form });
    if (step.page && asksToSignIn(step.page)) {
      if (stopAt === "sign-in") return look ? step : this.#deny(step.page);
      step = await this.signIn(field(step.page.text, "interaction"));
    }
    if (step.page && asksToAgree(step.page)) {
      if (stopAt === "consent") return look ? step : this.#deny(step.page);
      step = await this.decide(step.page, { decision: "agree" });
    }
    return step;
  }

  #deny(page) {
    return this.decide(page, { decision: "deny" });
  }

  /** Sends the form of the consent page or of the sign-in page, and goes where the answer leads. */
  decide(page, changes) {
    return this.browser.go(`${this.origin}/oauth/authorize/decision`, { form: decision(page, changes) });
  }

  /** Follows a relying party's address for signing out. */
  leave(address) {
    return this.browser.go(address);
  }

  /** Sends the same form to one gateway, and gives its answer. */
  send(page, changes, at) {
    return this.browser.ask(`${at}/oauth/authorize/decision`, { form: decision(page, changes) });
  }
}

const decision = (page, changes) => ({ interaction: field(page.text, "interaction"), csrf: field(page.text, "csrf"), ...changes });
const asksToSignIn = (page) => page.text.includes('data-passkey="get"');
const asksToAgree = (page) => page.text.includes('value="agree"');

/** The number of an identity card that nobody has, with its check digit. */
function anyHkid() {
  const letter = String.fromCharCode(65 + randomInt(26));
  const digits = String(randomInt(1e6)).padStart(6, "0");
  const sum = [...digits].reduce((sum, digit, at) => sum + Number(digit) * (7 - at), 36 * 9 + (letter.charCodeAt(0) - 55) * 8);
  const check = (11 - (sum % 11)) % 11;
  return `${letter}${digits}(${check === 10 ? "A" : check})`;
}

function execFileWith(program, command, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(program, command, (error, stdout, stderr) => (error ? reject(new Error(`${command.join(" ")}: ${stderr || error}`)) : resolve(stdout)));
    child.stdin.end(input ?? "");
  });
}
