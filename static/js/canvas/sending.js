/** The form goes to the site by itself, so that the canvas stays as it is whatever the answer says. */

/**
 * `files`: names and blobs beside what the form holds; `without`: names that it must not send.
 * Resolves to {board} (the new tiles and the next key), {form} (the form as it comes back) or {failed}: "lost" without an
 * answer, "out" where the account was signed out meanwhile or signed in anew, else "answer".
 */
export async function send(form, { button = null, files = {}, without = [] } = {}) {
  const data = new FormData(form);
  for (const name of without) data.delete(name);
  if (button?.name) data.set(button.name, button.value);
  for (const [name, blob] of Object.entries(files)) data.set(name, blob, `${name}.png`);
  let answer;
  let text;
  try {
    answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } });
    text = await answer.text();
  } catch {
    return { failed: "lost" };
  }
  if (answer.redirected || answer.status === 403) return { failed: "out" };
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("canvas-form");
  if (fresh) return { form: fresh };
  const request = page.querySelector(".request");
  if (answer.ok && request) return { board: request, key: page.getElementById("id_key")?.value };
  return { failed: "answer" };
}
