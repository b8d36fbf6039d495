/** What is typed about drafts saves itself, a moment after the last key, and when the page goes away. */
const PAUSE = 800;
const form = document.querySelector("[data-autosave]");
const state = form.querySelector("[data-save-state]");
let timer = 0;
let typed = 0; // counts up with every change
let saved = 0; // what `typed` was when the last save began that went well
let sending = null;
let leaving = false;

async function save() {
  clearTimeout(timer);
  // One at a time: an older text must not come in last.
  if (typed === saved || leaving || sending) return;
  const version = typed;
  sending = new AbortController();
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
      signal: sending.signal,
    });
    const { problems } = await answer.json();
    const sentences = Object.values(problems).flat();
    state.textContent = sentences.length ? `${form.dataset.wrong} ${sentences.join(" ")}` : form.dataset.saved;
    saved = version;
  } catch {
    if (!leaving) state.textContent = form.dataset.unsaved;
  } finally {
    sending = null;
  }
  if (saved === version && typed !== saved) save();
}

for (const event of ["input", "change"]) {
  form.addEventListener(event, () => {
    typed += 1;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
}
// The form itself says all of it when it is sent.
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
  sending?.abort();
});
addEventListener("pageshow", () => (leaving = false));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
