/**
 * Puts `text` in place of `start..end` of a box, as if it had been typed there: the browser's own undo takes it back.
 * execCommand is old, but nothing else writes into the undo history; where it does nothing, the text still changes.
 */
export function insert(box, start, end, text) {
  box.focus();
  box.setSelectionRange(start, end);
  const before = box.value;
  if (document.execCommand("insertText", false, text) && box.value !== before) return;
  if (before.slice(start, end) === text) {
    box.setSelectionRange(end, end);
    return;
  }
  box.setRangeText(text, start, end, "end");
  box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText", data: text }));
}
