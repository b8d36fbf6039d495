/** The pictures of a set change places at once; without this script each button asks the site for it. */
const list = document.querySelector("[data-order]");
const news = document.querySelector("[data-order-news]");

function settle() {
  const all = [...list.children];
  all.forEach((one, place) => {
    one.querySelector('[data-move="earlier"]').disabled = place === 0;
    one.querySelector('[data-move="later"]').disabled = place === all.length - 1;
  });
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  event.preventDefault();
  const one = button.closest("li");
  if (button.dataset.move === "earlier") one.previousElementSibling?.before(one);
  else one.nextElementSibling?.after(one);
  settle();
  // It moved away under the pointer and lost the focus; at an end the other button takes it.
  (button.disabled ? one.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  const place = [...list.children].indexOf(one) + 1;
  const name = one.querySelector("[data-name]").textContent;
  news.textContent = list.dataset.moved.replace("{name}", () => name).replace("{number}", place);
  button.form.dispatchEvent(new Event("change"));
});
addEventListener("pageshow", settle);
