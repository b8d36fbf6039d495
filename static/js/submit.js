/**
 * Ctrl + Enter (or ⌘ + Enter) in a text box with data-submit-key sends its form. The first time somebody comes to the
 * box by key, the caret stands behind the text, ready for the next word; a pointer puts it where it points.
 */
const visited = new WeakSet();

document.addEventListener("focusin", (event) => {
  if (!event.target.matches?.("textarea[data-submit-key]") || visited.has(event.target)) return;
  visited.add(event.target);
  event.target.setSelectionRange(event.target.value.length, event.target.value.length);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const box = event.target.closest?.("textarea[data-submit-key]");
  if (!box?.form) return;
  event.preventDefault();
  box.form.requestSubmit();
});
