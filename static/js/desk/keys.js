/** Keys of the desk, before the site's own: never in a box that is typed into, never with a modifier, and off where the
    reader turned single keys off. */
import { toast } from "../toast.js";

const off = () => localStorage.getItem("irodori-keys-off") === "1";
const typing = (target) => Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));

function search() {
  const box = document.getElementById("desk-search");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function fix(board) {
  const menu = document.getElementById("desk-more");
  if (!menu || !board.meant.length) return false;
  menu.togglePopover();
  if (menu.matches(":popover-open")) menu.querySelector("[name=fix]")?.focus();
  return true;
}

function compare(board) {
  const ticked = board.ticked;
  let pair = ticked.length === 2 ? ticked.map((tile) => tile.dataset.take) : null;
  const here = board.current?.dataset.take;
  if (!pair && here && board.first && board.first !== here) pair = [board.first, here];
  if (pair) {
    location.assign(`${board.dataset.compare}?a=${pair[0]}&b=${pair[1]}`);
    return true;
  }
  if (!here) return false;
  board.first = here;
  toast(board.dataset.saidFirst.replace("{id}", here));
  return true;
}

function choose(board) {
  const box = board.current?.querySelector("[name=ids]");
  box?.click();
  return Boolean(box);
}

function press(selector, within = document) {
  const wanted = within?.querySelector(selector);
  wanted?.click();
  return Boolean(wanted);
}

const acts = {
  "/": search,
  j: (board) => board.move(1),
  k: (board) => board.move(-1),
  ArrowRight: (board) => board.move(1),
  ArrowLeft: (board) => board.move(-1),
  ArrowDown: (board) => board.move(board.columns),
  ArrowUp: (board) => board.move(-board.columns),
  p: (board) => board.marks.act("pick"),
  x: (board) => board.marks.act("reject"),
  u: (board) => board.marks.act("undecided"),
  f: fix,
  c: compare,
  v: choose,
  o: (board) => press("[data-stack]", board.current),
  g: (board) => press(board.stage ? "[data-desk-grid]" : "[data-desk-strip]"),
  z: (board) => board.marks.undo(),
};
for (let stars = 0; stars <= 5; stars += 1) acts[stars] = (board) => board.marks.act("stars", { stars });

export function handleKeys(board) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || off() || document.querySelector("dialog[open]")) return;
    // In an open menu arrows and letters are the menu's.
    if (event.target.closest?.("[popover]") && event.key !== "f") return;
    const act = acts[event.key];
    if (!act?.(board)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}
