/** What is typed about a draft saves itself, a moment after the last key, and when the page goes away. */
const PAUSE = 800;
const form = document.querySelector("[data-autosave]");
const state = form.querySelector("[data-save-state]");
let timer = 0;
let unsaved = false;
let leaving = false;

async function save() {
  clearTimeout(timer);
  if (!unsaved || leaving) return;
  unsaved = false;
  state.textContent = form.dataset.saving;
  const data = new FormData(form);
  data.set("act", "save");
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
      keepalive: true,
      redirect: "error",
    });
    const { problems } = await answer.json();
    const sentences = Object.values(problems).flat();
    state.textContent = sentences.length ? `${form.dataset.wrong} ${sentences.join(" ")}` : form.dataset.saved;
  } catch {
    unsaved = true;
    state.textContent = form.dataset.unsaved;
  }
}

for (const event of ["input", "change"]) {
  form.addEventListener(event, () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
}
// The form itself says all of it when it is sent.
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
});
addEventListener("pageshow", () => (leaving = false));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
