/** Buttons with data-copy="#id" copy that element's text; data-copied is what they say then. */
import { toast } from "./toast.js";

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Sites on a home network often have no https; the old way still works there.
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  if (!done) throw new Error("copying was refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.textContent;
  try {
    await write(text);
    toast(button.dataset.copied);
  } catch {
    getSelection()?.selectAllChildren(source);
  }
  button.focus();
});
