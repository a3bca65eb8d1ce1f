// A drop-in button and what comes after it, for pages of a shop.
//
// data-lionrock-pay="/checkout": becomes a button, which posts to that address of the shop's own and goes to the payment
// link that comes back. data-lionrock-order="/orders/1": asks that address of the shop's own until it says that the order
// is paid. What stands in the address of a page that payers come back to is never asked: anybody can write it.
"use strict";

for (const place of document.querySelectorAll("[data-lionrock-pay]")) {
  const button = document.createElement("button");
  const said = document.createElement("p");
  button.type = "button";
  button.textContent = place.textContent;
  said.setAttribute("role", "status");
  place.replaceChildren(button, said);
  button.addEventListener("click", () => pay(place, button, said));
}

for (const place of document.querySelectorAll("[data-lionrock-order]")) follow(place);

async function pay(place, button, said) {
  button.disabled = true;
  try {
    const answer = await fetch(place.dataset.lionrockPay, { method: "POST" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    location.assign((await answer.json()).payment_link);
  } catch {
    said.textContent = "未能開單，你沒有付款。再試一次。 That did not work, and you have not paid. Try again.";
    button.disabled = false;
  }
}

async function follow(place) {
  place.setAttribute("role", "status");
  for (;;) {
    const answer = await fetch(place.dataset.lionrockOrder, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      const { state } = await answer.json();
      if (state === "paid") place.textContent = "已付款。多謝！ Paid. Thank you!";
      if (state === "over") place.textContent = "沒有付款，這張單已經失效。 Not paid: this request is over.";
      if (state !== "waiting") return place.dispatchEvent(new CustomEvent(`lionrock-${state}`, { bubbles: true }));
    }
    await new Promise((later) => setTimeout(later, 1500));
  }
}
