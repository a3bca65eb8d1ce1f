// Passkey ceremonies (Web Authentication Level 3). A form says which: data-passkey="create" or "get",
// data-options and data-finish name the server's two halves. The form's fields go along with both.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(form, "");
    try {
      location.assign(await ceremony(form));
    } catch (error) {
      say(form, sentence(form, error));
      button.disabled = false;
    }
  });
  // The browser's "back" may show the page as it was left.
  window.addEventListener("pageshow", () => { button.disabled = false; });
  button.disabled = false;
}

async function ceremony(form) {
  if (!window.PublicKeyCredential) throw new Refused(form.dataset.unsupported);
  const fields = Object.fromEntries(new FormData(form));
  if (form.dataset.label && !fields.label.trim()) fields.label = form.dataset.label;
  const { publicKey } = await post(form.dataset.options, fields);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: creationOptions(publicKey) })
    : await navigator.credentials.get({ publicKey: requestOptions(publicKey) });
  const { location } = await post(form.dataset.finish, { ...fields, credential: toJson(credential) });
  return location;
}

// A sentence of the server's, in the resident's language.
class Refused extends Error {}

async function post(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.detail || answer.title);
  return answer;
}

function sentence(form, error) {
  if (error instanceof Refused && error.message) return error.message;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.cancelled;
  if (error.name === "InvalidStateError") return form.dataset.duplicate;
  if (error.name === "NotSupportedError") return form.dataset.unsupported;
  return form.dataset.failed;
}

function say(form, text) {
  const alert = form.querySelector("[data-alert]");
  alert.querySelector("[data-alert-text]").textContent = text;
  alert.hidden = !text;
}

// Browsers before 2023–2025 convert neither way by themselves.

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: toBytes(json.challenge),
    user: { ...json.user, id: toBytes(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: (json.allowCredentials ?? []).map(descriptor) };
}

function descriptor(one) {
  return { ...one, id: toBytes(one.id) };
}

function toJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

// base64url without padding (RFC 4648, section 5)

function toBytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
