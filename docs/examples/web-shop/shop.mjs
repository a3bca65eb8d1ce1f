// A web shop in one file, with Node's standard library alone: it asks Lionrock for a payment, sends the customer to the
// payment link, which leads back to the shop, and believes that a basket is paid when a webhook with a good signature says
// so.
//
//   CLIENT_ID=merchant-… CLIENT_SECRET=… LIONROCK=http://localhost:8080 HOME_PAGE=http://127.0.0.1:8099 node shop.mjs

import { createPublicKey, randomUUID, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";

const BUTTON = readFileSync(new URL("pay-button.js", import.meta.url));

export class Shop {
  baskets = new Map();
  #seen = new Set();
  #token = { text: "", until: 0 };
  #keys = [];

  /** `home` is where the shop's own pages are: its page /done is where payers come back to. */
  constructor({ lionrock, clientId, clientSecret, home }) {
    Object.assign(this, { lionrock: lionrock.replace(/\/$/, ""), clientId, clientSecret, home });
  }

  /** Asks for a payment of a basket. The same basket again is the same request: its number is the idempotency key. */
  async checkout(amount, basket = randomUUID()) {
    const answer = await fetch(`${this.lionrock}/api/v1/payment-requests`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await this.#accessToken()}`,
        "content-type": "application/json",
        "idempotency-key": basket,
      },
      body: JSON.stringify({
        amount,
        bill_number: basket.slice(0, 25),
        purpose: "Notebooks",
        return_url: `${this.home}/done`,
      }),
    });
    if (answer.status !== 201) throw new Error(`payment request: ${answer.status} ${await answer.text()}`);
    const request = await answer.json();
    this.baskets.set(request.id, { basket, state: "waiting", request });
    return request;
  }

  /** A token in the shop's own name (RFC 6749, section 4.4), until shortly before it expires. */
  async #accessToken() {
    if (Date.now() >= this.#token.until) {
      const credentials = [this.clientId, this.clientSecret].map(encodeURIComponent).join(":");
      const answer = await fetch(`${this.lionrock}/oauth/token`, {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: "merchant.payments" }),
      });
      if (!answer.ok) throw new Error(`token: ${answer.status} ${await answer.text()}`);
      const { access_token: text, expires_in: seconds } = await answer.json();
      this.#token = { text, until: Date.now() + (seconds - 30) * 1000 };
    }
    return this.#token.text;
  }

  /** Takes a webhook. False when it is not signed by Lionrock; what was told before changes nothing. */
  async take(signature, body) {
    if (!(await this.#isGenuine(signature, body))) return false;
    const event = JSON.parse(body);
    if (this.#seen.has(event.id)) return true;
    this.#seen.add(event.id);
    const order = this.baskets.get(event.payment_request.id);
    if (order) order.state = event.type === "payment_request.paid" ? "paid" : "over";
    return true;
  }

  /** Puts the body between the two halves of the detached JWS (RFC 7515, appendix F), and verifies. */
  async #isGenuine(signature, body) {
    const [header, nothing, proof] = String(signature).split(".");
    if (nothing !== "" || !proof) return false;
    const { kid, alg, typ } = parsed(Buffer.from(header, "base64url"));
    if (alg !== "ES256" || typ !== "webhook+jws") return false;
    const jwk = (await this.#key(kid)) ?? (await this.#key(kid, true));
    if (!jwk) return false;
    const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
    const signed = Buffer.from(`${header}.${Buffer.from(body).toString("base64url")}`);
    return verify("sha256", signed, key, Buffer.from(proof, "base64url"));
  }

  async #key(kid, again = false) {
    if (again) this.#keys = (await (await fetch(`${this.lionrock}/oauth/jwks`)).json()).keys;
    return this.#keys.find((key) => key.kid === kid);
  }

  /** The shop's pages, and the address that Lionrock tells. */
  server() {
    return http.createServer(async (request, response) => {
      const answer = (status, type, body) => response.writeHead(status, { "content-type": type }).end(body);
      try {
        const { pathname, searchParams } = new URL(request.url, "http://shop");
        if (pathname === "/") return answer(200, "text/html; charset=utf-8", PAGE);
        if (pathname === "/pay-button.js") return answer(200, "text/javascript", BUTTON);
        if (pathname === "/checkout" && request.method === "POST") {
          const { id, payment_link } = await this.checkout("48.00");
          return answer(201, "application/json", JSON.stringify({ id, payment_link }));
        }
        if (pathname.startsWith("/orders/")) {
          const order = this.baskets.get(pathname.slice("/orders/".length));
          return order ? answer(200, "application/json", JSON.stringify({ state: order.state })) : answer(404, "text/plain", "");
        }
        if (pathname === "/done") {
          // The address says `state` as well; whoever came back could have written it, so it is not read.
          const id = searchParams.get("payment_request_id");
          return this.baskets.has(id) ? answer(200, "text/html; charset=utf-8", done(id)) : answer(404, "text/plain", "");
        }
        if (pathname === "/hook" && request.method === "POST") {
          const taken = await this.take(request.headers["lionrock-signature"], await text(request));
          return answer(taken ? 204 : 401, "text/plain", "");
        }
        return answer(404, "text/plain", "");
      } catch (error) {
        console.error(error.message);
        return answer(502, "text/plain", "");
      }
    });
  }
}

/** What JSON says; nothing, when it is none. */
function parsed(bytes) {
  try {
    return JSON.parse(bytes) ?? {};
  } catch {
    return {};
  }
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Notebooks</title>
<h1>Three notebooks, HK$ 48.00</h1>
<div data-lionrock-pay="/checkout">Pay with any bank 轉數快付款</div>
<script src="/pay-button.js" defer></script>
</html>`;

/** The page that payers come back to: it asks the shop, which asks nobody but the webhook. */
const done = (id) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Your order</title>
<h1>Your order</h1>
<p data-lionrock-order="/orders/${id}">等候銀行確認…… Waiting for the bank …</p>
<script src="/pay-button.js" defer></script>
</html>`;

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { LIONROCK, CLIENT_ID, CLIENT_SECRET, HOME_PAGE = "http://127.0.0.1:8099" } = process.env;
  const shop = new Shop({ lionrock: LIONROCK, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, home: HOME_PAGE });
  const { port, hostname } = new URL(HOME_PAGE);
  shop.server().listen(Number(port), hostname, () => console.log(`${HOME_PAGE}/`));
}
