// Every refusal that docs/refusals.md promises, made to happen; and nothing in one that is not in the other.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { authorize } from "./refusals/authorize.js";
import { certificates } from "./refusals/certificate.js";
import { client } from "./refusals/client.js";
import { dpop } from "./refusals/dpop.js";
import { logout, passwords, stops } from "./refusals/leaving.js";
import { limits } from "./refusals/limits.js";
import { objects, targets } from "./refusals/object.js";
import { par } from "./refusals/par.js";
import { resource } from "./refusals/resource.js";
import { setting } from "./refusals/setting.js";
import { rows } from "./refusals/table.js";
import { longer, token } from "./refusals/token.js";

const requests = { ...client, ...certificates, ...par, ...objects, ...targets, ...authorize };
const answers = { ...token, ...longer, ...dpop, ...resource, ...limits, ...passwords, ...logout, ...stops };
const cases = { ...requests, ...answers };
const promised = rows();

test("every refusal in the document has its test, and every test its refusal", () => {
  const names = promised.map((row) => row.name);
  assert.deepEqual([...names].sort(), Object.keys(cases).sort());
  assert.equal(new Set(names).size, names.length);
});

describe("refusals", () => {
  let common;
  // What must first grow old does so while the others are tested.
  const ageing = new Map();
  before(async () => {
    common = await setting();
    for (const [name, { seconds, prepare, act }] of Object.entries(cases).filter(([, of]) => of.prepare)) {
      const prepared = await prepare(common);
      ageing.set(name, sleep(seconds * 1_000).then(() => act(common, prepared)));
    }
  });
  after(() => ageing.clear());

  const inTime = promised.filter(({ name }) => !cases[name]?.prepare);
  const afterTime = promised.filter(({ name }) => cases[name]?.prepare);
  for (const row of [...inTime, ...afterTime]) {
    test(`${row.name}: ${row.request}`, async () => {
      const answer = await (ageing.get(row.name) ?? cases[row.name](common));
      if (answer.page || answer.away) isRefusedInTheBrowser(answer, row, common);
      else isRefused(answer, row);
    });
  }
});

/** What a client is answered (RFC 6749, section 5.2; RFC 6750, section 3.1). */
function isRefused(answer, row) {
  const said = `${answer.status} ${answer.text}`;
  assert.equal(answer.status, row.status, said);
  saysWhenToComeAgain(answer);
  assert.equal(answer.headers["cache-control"], "no-store", "an error is not kept");
  assert.equal(answer.json?.error, row.error, said);
  if (row.names) assert.ok(answer.json.error_description.startsWith(`${row.names}: `), said);
  isChallenged(answer.headers["www-authenticate"], row.challenge);
}

/** Too often is never for ever (RFC 6585, section 4). */
function saysWhenToComeAgain({ status, headers }) {
  assert.equal(status === 429, Number(headers["retry-after"]) > 0, `Retry-After: ${headers["retry-after"]}`);
}

/** The challenge: `Basic`, `Bearer, DPoP`, or a scheme with the error that it names. */
function isChallenged(header, promised) {
  if (promised === undefined) return assert.equal(header, undefined, "a challenge that nobody promised");
  const [scheme, error] = promised.split(" ").length === 2 && !promised.includes(",") ? promised.split(" ") : [promised];
  const schemes = [...header.matchAll(/(?:^|, )(Basic|Bearer|DPoP) /g)].map(([, name]) => name).join(", ");
  assert.equal(schemes, scheme, header);
  assert.equal(header.match(/[ ,]error="([^"]*)"/)?.[1], error, header);
  if (schemes.includes("DPoP")) assert.match(header, /algs="ES256 EdDSA Ed25519 PS256"/, "RFC 9449, section 7.1");
}

/** What the resident's browser sees: an answer at the registered address, or a page and no redirect. */
function isRefusedInTheBrowser({ page, away, status }, row, { provider }) {
  if (row.error === "page") {
    assert.ok(page, `the browser was sent to ${away}`);
    assert.equal(page.status, row.status, page.text);
    saysWhenToComeAgain(page);
    assert.match(page.headers["content-type"], /^text\/html/);
    return;
  }
  assert.ok(away, `the browser stays on a page: ${page?.text}`);
  const parameters = Object.fromEntries(away.searchParams);
  assert.equal(status, row.status, "303, so that a posted form is not sent along");
  assert.equal(away.origin + away.pathname, "https://rp.example/callback");
  assert.equal(parameters.error, row.error, away.href);
  assert.equal(parameters.iss, provider.issuer, "RFC 9207");
  assert.equal(parameters.code, undefined);
  if (row.names) assert.ok(parameters.error_description.startsWith(`${row.names}: `), parameters.error_description);
}
