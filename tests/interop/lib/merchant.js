// The shop of the demo: its owner, and programs that act for it.

import { field } from "./browser.js";
import { Resident } from "./lionrock.js";

export const places = JSON.parse(process.env.LIONROCK_PLACES);
const lionrock = places.lionrock.replace(/\/$/, "");

/** What stands in the element with this id. */
const textOf = (page, id) => page.text.match(new RegExp(`id="${id}">([^<]*)<`))?.[1];

/** The owner of the shop, who joins it, and the address of its console. */
export async function owner() {
  const resident = new Resident(lionrock);
  await resident.activate(places.residents[0].activation_link.split("#")[1]);
  const { browser } = resident;
  const { page } = await browser.go(`${lionrock}/merchant`);
  const form = { csrf: field(page.text, "csrf"), code: places.merchants[0].invitation };
  const { page: console } = await browser.go(`${lionrock}/merchant/join`, { form });
  return { browser, console: console.url.href };
}

/** Lets a program act for the shop, whose server is at `hook`, and send payers back to these pages. */
export async function program({ browser, console }, hook, returns = [], boundTo = "nobody") {
  const { page } = await browser.go(`${console}/programs`);
  const csrf = field(page.text, "csrf");
  await browser.go(`${console}/programs/server`, { form: { csrf, url: hook } });
  const { page: made } = await browser.go(`${console}/programs`, { form: { csrf, bound_to: boundTo } });
  const clientId = textOf(made, "client-id");
  await browser.go(`${console}/programs/${clientId}/returns`, { form: { csrf, returns: returns.join("\n") } });
  return { clientId, clientSecret: textOf(made, "client-secret") };
}
