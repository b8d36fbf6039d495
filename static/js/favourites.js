/** The hearts on tiles: pressed without leaving the page. Without this module each is a button of an ordinary form. */
import { toast } from "./toast.js";

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (event.target.id !== "tile-acts" || !button?.classList.contains("tile__keep")) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(event.target, button),
    });
    const said = await answer.json();
    if (said.sign_in) location.assign(said.sign_in);
    else if (said.refusal) toast(said.refusal);
    else if (!answer.ok) toast(said.message);
    else show(button, said);
  } catch {
    HTMLFormElement.prototype.submit.call(withButton(event.target, button)); // the page that answers says what is wrong
  } finally {
    button.removeAttribute("aria-busy");
  }
});

function show(button, { favourite, favourites }) {
  button.setAttribute("aria-pressed", String(favourite));
  button.value = favourite ? "0" : "1";
  const sum = button.closest(".tile")?.querySelector("[data-favourites]");
  if (!sum) return;
  sum.textContent = `♥ ${new Intl.NumberFormat(document.documentElement.lang).format(favourites)}`;
  sum.hidden = favourites === 0;
}

/** The form as the button would have sent it. */
function withButton(form, button) {
  const value = document.createElement("input");
  value.type = "hidden";
  value.name = button.name;
  value.value = button.value;
  form.append(value);
  form.action = button.formAction;
  return form;
}
