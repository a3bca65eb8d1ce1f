// Passkeys: asks the server for options, the browser for a credential, and hands the answer back.
// The page says what to do by data attributes; every sentence a resident reads comes from the page or the server.
"use strict";

const decode = (text) => {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64 + "===".slice((base64.length + 3) % 4)), (c) => c.charCodeAt(0));
};
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const descriptors = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));

const creationOptions = (json) => ({
  ...json,
  challenge: decode(json.challenge),
  user: { ...json.user, id: decode(json.user.id) },
  excludeCredentials: descriptors(json.excludeCredentials),
});
const requestOptions = (json) => ({
  ...json,
  challenge: decode(json.challenge),
  allowCredentials: descriptors(json.allowCredentials),
});

const written = (credential) => {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = encode(credential.response[part]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response,
    extensions: credential.getClientExtensionResults(),
  };
};

const post = async (url, body) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const answer = await response.json();
  if (!response.ok) throw new Error([answer.title, answer.detail].filter(Boolean).join(" "));
  return answer;
};

const ceremony = async (place) => {
  const csrf = place.dataset.csrf;
  const { publicKey } = await post(place.dataset.options, csrf ? { csrf } : {});
  const credential =
    place.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: creationOptions(publicKey) })
      : await navigator.credentials.get({ publicKey: requestOptions(publicKey) });
  const answer = { credential: written(credential) };
  if (csrf) answer.csrf = csrf;
  if (place.dataset.label) answer.label = place.dataset.label;
  const interaction = document.getElementById("interaction");
  if (interaction && interaction.value) answer.interaction = interaction.value;
  const { location: next } = await post(place.dataset.finish, answer);
  location.assign(next);
};

for (const place of document.querySelectorAll("[data-passkey]")) {
  const button = place.querySelector("#passkey");
  const refusal = place.querySelector("#passkey-refusal");
  const waiting = place.querySelector("#passkey-waiting");
  button.addEventListener("click", async () => {
    refusal.hidden = true;
    waiting.hidden = false;
    button.disabled = true;
    try {
      await ceremony(place);
    } catch (failure) {
      // The browser gives no reason when somebody presses Cancel, and none is needed.
      refusal.textContent = failure instanceof DOMException ? place.dataset.cancelled : failure.message;
      refusal.hidden = false;
      refusal.focus();
    } finally {
      waiting.hidden = true;
      button.disabled = false;
    }
  });
}

// The code of an activation link stands behind "#": browsers keep it out of requests, logs and referrers.
const form = document.querySelector("[data-code-from-fragment]");
if (form && location.hash.length > 1) {
  form.elements.code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
}
