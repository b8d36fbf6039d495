/** The search form: Enter that ends a Japanese composition never submits, an empty search goes to all posts. */
for (const form of document.querySelectorAll("[data-search]")) {
  let composing = false;
  form.addEventListener("compositionstart", () => { composing = true; });
  // Safari ends the composition before the key event of the Enter that ended it.
  form.addEventListener("compositionend", () => setTimeout(() => { composing = false; }, 0));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || composing || event.keyCode === 229)) event.preventDefault();
  });
}
