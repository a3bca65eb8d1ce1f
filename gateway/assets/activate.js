// Fills in the activation code that a link carries behind "#". Browsers keep that part to themselves; it is
// also taken out of the address bar and the history.
"use strict";

const code = decodeURIComponent(location.hash.slice(1));
const field = document.getElementById("code");
if (code && code !== "main" && field) {
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}
