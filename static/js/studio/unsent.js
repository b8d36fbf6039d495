// What was typed into the recipe form and not drawn yet, kept for this tab: it is there after a look at another page.
// Nothing is filled in over what the server put there.

const FIELDS = ["prompt", "negative_prompt", "count"];

const keyOf = (form) => `irodori-unsent:${form.dataset.owner}`;

export function keep(form) {
  const typed = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]));
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify(typed));
  } catch {
    // A browser that keeps nothing: the form works as before.
  }
}

export function bringBack(form) {
  if (location.search || FIELDS.slice(0, 2).some((name) => form.elements[name].value)) return false;
  try {
    const typed = JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "{}");
    for (const name of FIELDS) if (typed[name] && form.elements[name]) form.elements[name].value = typed[name];
    return Boolean(typed.prompt);
  } catch {
    return false;
  }
}
