/** Keys of the review pages: each presses the button, or ticks the rating, that the page shows for it. */
const typing = (target) => Boolean(target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || localStorage.getItem("irodori-keys-off") === "1" || document.querySelector("dialog[open]")) return;
  const rating = "1234".indexOf(event.key);
  const wanted =
    rating >= 0
      ? document.querySelectorAll("#decision input[name=rating]")[rating]
      : document.querySelector(`[data-review-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  wanted.click();
});
