// Keeps the parts of a page that are marked data-live as the server has them. The script element says when to
// look: data-events names a stream of server-sent events, data-every a number of seconds. The server renders;
// nothing is put together here.
"use strict";

const { events, every } = document.currentScript.dataset;
const RETRY_MS = 5000;
const stale = document.querySelector("[data-stale]");
let busy = false;
let again = false;

if (events) {
  const source = new EventSource(events);
  source.addEventListener("message", refresh);
  source.addEventListener("error", () => {
    isStale(true);
    // Browsers reconnect by themselves, but not after every kind of error.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), RETRY_MS);
  });
  source.addEventListener("open", () => isStale(false));
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
}
if (every) {
  const timer = setInterval(async () => { if (!document.hidden && !(await refresh())) clearInterval(timer); }, every * 1000);
}

// Fetches the page again. False when the server says that it need not be watched any more.
async function refresh() {
  if (busy) {
    again = true;
    return true;
  }
  busy = true;
  let watched = true;
  try {
    do {
      again = false;
      const response = await fetch(location.href, { cache: "no-store", redirect: "manual" });
      // The page leads elsewhere now, perhaps to another site: the browser goes there by itself.
      if (response.type === "opaqueredirect") {
        location.reload();
        return false;
      }
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      swap(fresh);
      watched = Boolean(fresh.querySelector("script[data-every], script[data-events]"));
    } while (again);
    isStale(false);
  } catch {
    isStale(true);
  } finally {
    busy = false;
  }
  return watched;
}

// Elements stay where they are, so that screen readers notice what is new in them.
function swap(fresh) {
  document.title = fresh.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = fresh.getElementById(part.id);
    if (!newer || newer.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    part.className = newer.className;
    part.replaceChildren(...newer.childNodes);
  }
}

function isStale(yes) {
  if (stale) stale.hidden = !yes;
}
