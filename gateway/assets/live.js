// Keeps a part of the page fresh: when the server says that something changed, the page is fetched again and the
// parts marked data-live are replaced. Without events it looks every few seconds; without script one reloads.
"use strict";

const parts = () => [...document.querySelectorAll("[data-live]")];

const refresh = async () => {
  const response = await fetch(location.href, { credentials: "same-origin" });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of parts()) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (next && next.outerHTML !== part.outerHTML) part.replaceWith(document.importNode(next, true));
  }
};

const source = document.querySelector("[data-events]");
if (source) {
  const events = new EventSource(source.dataset.events);
  events.onmessage = refresh;
  events.onerror = () => setTimeout(refresh, 2000);
}
const poll = document.querySelector("[data-poll]");
if (poll) setInterval(() => document.hidden || refresh(), Number(poll.dataset.poll) * 1000);
