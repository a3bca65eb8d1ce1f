// A drop-in button: every element with data-lionrock-pay becomes one. It posts to that address of the shop's own, opens the
// payment link that comes back, and asks data-order + id until the shop says that the order is paid.
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

async function pay(place, button, said) {
  button.disabled = true;
  try {
    const answer = await fetch(place.dataset.lionrockPay, { method: "POST" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const { id, payment_link: link } = await answer.json();
    const anchor = Object.assign(document.createElement("a"), { href: link, target: "_blank", rel: "noopener" });
    anchor.textContent = "付款 Pay";
    said.replaceChildren(anchor);
    anchor.click();
    await paid(place.dataset.order + id);
    said.textContent = "已付款。多謝！ Paid. Thank you!";
    place.dispatchEvent(new CustomEvent("lionrock-paid", { bubbles: true, detail: { id } }));
  } catch {
    said.textContent = "未能開單，你沒有付款。再試一次。 That did not work, and you have not paid. Try again.";
    button.disabled = false;
  }
}

async function paid(order) {
  for (;;) {
    const answer = await fetch(order, { cache: "no-store" }).catch(() => null);
    if (answer?.ok && (await answer.json()).paid) return;
    await new Promise((later) => setTimeout(later, 1500));
  }
}
