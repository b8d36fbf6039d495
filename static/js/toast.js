/** Says a short sentence at the bottom, also to screen readers. */
export function toast(text) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  place.replaceChildren(note);
  setTimeout(() => note.remove(), 3500);
}
