/** Fields of the canvas's form that there are several of: four numbers of a box, four of the edges. */
export const inputs = (form, name) => [...form.querySelectorAll(`[name=${name}]`)];
export const values = (form, name) => inputs(form, name).map((input) => input.value);
export const numbers = (form, name) => inputs(form, name).map((input) => Number(input.value) || 0);
export const fill = (form, name, given) => inputs(form, name).forEach((input, index) => (input.value = given?.[index] ?? ""));
