// HTTP as it is on the wire: no redirect is followed, a header goes out as often as it is given, any method is sent.

import http from "node:http";
import https from "node:https";

/**
 * Sends one request. A header whose value is a list is sent once for each item; `form` and `json` make the body, and
 * `ca`, `cert` and `key` a TLS connection of its own.
 * The answer has its status, headers (lower case), text, and JSON where it is JSON.
 */
export function call(url, { method, headers = {}, form, json, body, ...tls } = {}) {
  const sent = { ...headers };
  if (form !== undefined) {
    body = encodeForm(form);
    sent["content-type"] ??= "application/x-www-form-urlencoded";
  } else if (json !== undefined) {
    body = JSON.stringify(json);
    sent["content-type"] ??= "application/json";
  }
  method ??= body === undefined ? "GET" : "POST";
  if (body !== undefined) sent["content-length"] = Buffer.byteLength(body);
  const { request } = new URL(url).protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: sent, ...(tls.ca && { agent: false }), ...tls }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ url: new URL(url), status: incoming.statusCode, headers: incoming.headers, text, json: parsed(incoming, text) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function parsed(incoming, text) {
  const kind = incoming.headers["content-type"] ?? "";
  return /^application\/([a-z]+\+)?json/.test(kind) ? JSON.parse(text) : undefined;
}

/** Parameters as a form carries them: of an object, without what is null; or of pairs, repeated names and all. */
export function encodeForm(parameters) {
  const pairs = Array.isArray(parameters) ? parameters : Object.entries(parameters);
  return new URLSearchParams(pairs.filter(([, value]) => value !== null && value !== undefined)).toString();
}
