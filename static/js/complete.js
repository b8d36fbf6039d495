/**
 * Completion for every text box with data-complete="<address>" (see complete/combobox.js).
 * data-complete-mode: "query" (search language), "tags" or "edit" (edit string, words apart by blanks) or "prompt" (pieces apart by commas).
 */
import { Combobox } from "./complete/combobox.js";

const known = new WeakSet();

/** Give every box below `root` its completion; boxes that have one are left alone. */
export function attach(root = document) {
  for (const box of root.querySelectorAll("[data-complete]")) {
    if (known.has(box)) continue;
    known.add(box);
    new Combobox(box);
  }
}

attach();
// Boxes that come with swapped fragments get theirs when somebody enters them, before the first key.
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-complete]") && !known.has(event.target)) attach(event.target.parentElement);
});
