/** Fields of the canvas's form: those that there are several of (four numbers of a box, four of the edges), and all of them. */
export const inputs = (form, name) => [...form.querySelectorAll(`[name=${name}]`)];
export const values = (form, name) => inputs(form, name).map((input) => input.value);
export const numbers = (form, name) => inputs(form, name).map((input) => Number(input.value) || 0);
export const fill = (form, name, given) => inputs(form, name).forEach((input, index) => (input.value = given?.[index] ?? ""));

/** What somebody changed in `form` since it held `sent` (FormData) is put into `fresh`, the form that takes its place. */
export function carryOver(sent, form, fresh) {
  const now = new FormData(form);
  for (const { name, type } of form.elements) {
    if (!name || type === "hidden" || type === "file") continue;
    const typed = now.getAll(name);
    if (typed.join("\n") === sent.getAll(name).join("\n")) continue;
    inputs(fresh, name).forEach((input, index) => {
      if (type === "radio" || type === "checkbox") input.checked = typed.includes(input.value);
      else input.value = typed[index] ?? "";
    });
  }
}
