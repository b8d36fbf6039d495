/** Keys of the review pages: each presses the button, or ticks the rating, that the page shows for it.

    Never inside a box that is typed into, never with a modifier, never twice for one press, and off where the reader
    turned single keys off. */
const PICK = "input[name=case]";
const typing = (target) => Boolean(target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"));
const off = () => localStorage.getItem("irodori-keys-off") === "1";
const links = () => [...document.querySelectorAll(".case__link")];
const here = () => document.activeElement?.closest?.(".case");

// A form is on its way: a second press would decide what nobody has seen yet.
let leaving = false;
document.addEventListener("submit", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });

function move(step) {
  const all = links();
  if (!all.length) return false;
  const now = all.findIndex((link) => link.closest(".case") === here());
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step));
  all[next].focus();
  return true;
}

function pick() {
  const box = here()?.querySelector(PICK);
  if (!box || box.disabled) return false;
  box.click();
  return true;
}

function choose(key) {
  const radio = document.querySelectorAll("#decision input[name=rating]")["1234".indexOf(key)];
  radio?.click();
  return Boolean(radio);
}

function write() {
  const box = document.querySelector("#decision textarea");
  box?.focus();
  return Boolean(box);
}

function press(key) {
  const wanted = document.querySelector(`[data-review-key="${CSS.escape(key)}"]:not(:disabled)`);
  wanted?.click();
  return Boolean(wanted);
}

const acts = { j: () => move(1), k: () => move(-1), i: write, 1: choose, 2: choose, 3: choose, 4: choose };

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.defaultPrevented || event.repeat || leaving || off()) return;
  const act = acts[event.key];
  if (act ? act(event.key) : press(event.key) || (event.key === "x" && pick())) event.preventDefault();
});

const said = document.querySelector("[data-picked]");
function count() {
  const picked = document.querySelectorAll(`${PICK}:checked`).length;
  if (said) said.textContent = picked ? `(${picked})` : "";
}
document.addEventListener("change", (event) => { if (event.target.matches(PICK)) count(); });
count();
