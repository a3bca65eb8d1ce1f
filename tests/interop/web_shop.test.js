// The example of docs/examples/web-shop, as it stands there: the owner makes a program, a customer of a demo bank pays a
// basket and comes back to the shop's page, and the shop believes a signed webhook and nothing else.

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { Browser } from "./lib/browser.js";
import { owner, places, program } from "./lib/merchant.js";

// LIONROCK_EXAMPLES is the folder of the examples.
const { Shop } = await import(pathToFileURL(join(process.env.LIONROCK_EXAMPLES, "web-shop/shop.mjs")));

const lionrock = places.lionrock.replace(/\/$/, "");

async function pay(payload) {
  const bank = places.banks.find((one) => one.clearing_code === "012").url;
  const payer = new Browser();
  await payer.go(`${bank}/login`, { form: { account: "012-100002-001" } });
  const { page } = await payer.go(`${bank}/pay`, { form: { payload } });
  assert.match(page.text, /晨光文具/);
  await payer.go(`${page.url.href}/confirm`, { form: {} });
}

/** A shop that is slow to answer is told again after ten seconds, and then after twenty. */
async function until(holds) {
  for (let tries = 0; tries < 450; tries += 1) {
    if (await holds()) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  assert.fail("it never came to be");
}

/** Where the payment link leads: nowhere while it waits. */
async function leadsTo(link) {
  const answer = await fetch(link, { redirect: "manual" });
  return answer.status === 303 ? answer.headers.get("location") : null;
}

test("a basket is paid by a customer of a bank, who comes back, and the shop is told", async () => {
  const shop = new Shop({ lionrock, clientId: "", clientSecret: "" });
  const server = shop.server().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}`;
  try {
    Object.assign(shop, { home: address }, await program(await owner(), `${address}/hook`, [`${address}/done`]));
    const page = await (await fetch(address)).text();
    assert.match(page, /data-lionrock-pay="\/checkout"/);
    const made = await fetch(`${address}/checkout`, { method: "POST" });
    assert.equal(made.status, 201);
    const { id, payment_link: link } = await made.json();
    const state = async () => (await (await fetch(`${address}/orders/${id}`)).json()).state;
    assert.equal(await state(), "waiting");
    assert.match(await (await fetch(link)).text(), /HK\$ 48\.00/);

    const forged = JSON.stringify({ id: "1", type: "payment_request.paid", payment_request: { id } });
    for (const signature of ["", "a..b", "eyJhbGciOiJub25lIn0..", undefined]) {
      const headers = signature === undefined ? {} : { "lionrock-signature": signature };
      const answer = await fetch(`${address}/hook`, { method: "POST", headers, body: forged });
      assert.equal(answer.status, 401, signature);
    }
    assert.equal(await state(), "waiting", "nobody else says so");
    const early = await (await fetch(`${address}/done?payment_request_id=${id}&state=paid`)).text();
    assert.match(early, new RegExp(`data-lionrock-order="/orders/${id}"`));
    assert.doesNotMatch(early, /Thank you/, "nor does an address");
    assert.equal(await leadsTo(link), null);

    await pay(shop.baskets.get(id).request.qr);
    await until(async () => (await leadsTo(link)) !== null);
    const back = await leadsTo(link);
    assert.equal(back, `${address}/done?payment_request_id=${id}&state=paid`);
    assert.equal((await fetch(back)).status, 200);
    await until(async () => (await state()) === "paid");
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
