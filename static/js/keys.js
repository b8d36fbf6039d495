/** Single keys, as on Danbooru. Never inside inputs, never with a modifier, and anyone can turn them off. */
const OFF = "irodori-keys-off";

const off = () => localStorage.getItem(OFF) === "1";
// A box in a dialog that was just closed keeps the focus until the next frame: a key pressed then is not typed into it.
const seen = (box) => box.checkVisibility?.() ?? true;
const typing = (target) => {
  const box = target.closest?.("input, textarea, select, [contenteditable], dialog.lightbox");
  return Boolean(box) && seen(box);
};

function follow(name) {
  const link = document.querySelector(`:is(a, button)[data-key="${name}"]`);
  link?.click();
  return Boolean(link);
}

function scroll(direction) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollBy({ top: direction * innerHeight * 0.6, behavior: calm ? "auto" : "smooth" });
  return true;
}

function focusSearch() {
  const box = document.getElementById("search");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function showKeys() {
  const dialog = document.getElementById("keys-dialog");
  if (!dialog) return false;
  if (dialog.open) dialog.close();
  else dialog.showModal();
  return true;
}

const actions = {
  "/": focusSearch,
  q: focusSearch,
  a: () => follow("previous"),
  d: () => follow("next"),
  e: () => follow("edit") || follow("tags"),
  t: () => follow("tags"),
  f: () => follow("favourite"),
  r: () => follow("random"),
  w: () => scroll(-1),
  s: () => scroll(1),
  "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || (off() && event.key !== "?")) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  const action = actions[event.key];
  if (action?.()) event.preventDefault();
});

for (const box of document.querySelectorAll("[data-keys-off]")) {
  box.checked = off();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
}
