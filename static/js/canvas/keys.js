/** Keys of the canvas. Never inside inputs; single keys can be turned off for all pages. They come before the site's own. */
const OFF = "irodori-keys-off";
const TEXT = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], [type=color])";

/** `actions`: from key to function; `strokes`: for Ctrl or ⌘; `held(bool)` for the space bar, while `over()` the stage. */
export function listen({ actions, strokes, held, over }) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
    const box = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey) {
      const name = `${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
      const writing = event.target.closest?.(TEXT);
      if (!strokes[name] || (writing && name !== "enter")) return;
      event.preventDefault();
      strokes[name]();
      return;
    }
    if (box || localStorage.getItem(OFF) === "1") return;
    if (event.key === " " && over()) {
      event.preventDefault();
      held(true);
    } else if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  }, true);
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") held(false);
  });
  addEventListener("blur", () => held(false));
}
