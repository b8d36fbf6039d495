/**
 * A copy of an account goes out in pieces, one after the other: what was cut off goes on where it stopped, today or after
 * the same file is chosen again. Without this script the form sends small ones as a whole.
 */
const form = document.querySelector("[data-import]");
const bar = form.querySelector("progress");
const state = form.querySelector("[data-import-state]");
const problem = form.querySelector("[data-import-problem]");
const button = form.querySelector("button");
const input = form.elements.file;
const PAUSES = [1000, 3000, 10_000, 30_000];

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const filled = (text, values) => text.replace(/%(\w+)%/g, (_whole, name) => values[name]);
const megabytes = (bytes) => Math.round(bytes / 2 ** 20).toLocaleString(document.documentElement.lang);

function show(received, size) {
  bar.hidden = state.hidden = false;
  bar.max = size;
  bar.value = received;
  state.textContent = filled(form.dataset.sending, { done: megabytes(received), all: megabytes(size) });
}

async function sendPiece(file, at) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("label", `${file.name} ${file.lastModified}`.slice(-200));
  data.set("size", file.size);
  data.set("at", at);
  data.set("piece", file.slice(at, at + Number(form.dataset.piece)), "piece");
  const answer = await fetch(form.dataset.import, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json" },
    redirect: "error",
  });
  const said = await answer.json();
  if (answer.status === 200 || (answer.status === 409 && said.received !== undefined)) return said.received;
  // The answer to the last piece was lost on its way.
  if (at > 0 && said.error === "bring_under_way") return file.size;
  throw Object.assign(new Error(said.message), { said: said.message, passing: answer.status === 429 });
}

async function send(file) {
  let at = 0;
  let failed = 0;
  show(at, file.size);
  do { // also an empty file is sent: the site says what is wrong with it
    try {
      at = await sendPiece(file, at);
      failed = 0;
    } catch (error) {
      if ((error.said && !error.passing) || failed === PAUSES.length) throw error;
      state.textContent = form.dataset.again;
      await wait(PAUSES[failed++]);
      continue;
    }
    show(at, file.size);
  } while (at < file.size);
}

form.addEventListener("submit", async (event) => {
  const file = input.files[0];
  if (!file) return;
  event.preventDefault();
  problem.hidden = true;
  if (file.size > Number(form.dataset.most)) {
    problem.textContent = form.dataset.tooLarge;
    problem.hidden = false;
    return;
  }
  button.disabled = input.disabled = true;
  const stay = (leaving) => leaving.preventDefault();
  addEventListener("beforeunload", stay);
  try {
    await send(file);
    removeEventListener("beforeunload", stay);
    location.assign(form.action || location.pathname);
  } catch (error) {
    removeEventListener("beforeunload", stay);
    problem.textContent = error.said ?? form.dataset.lost;
    problem.hidden = false;
    state.hidden = bar.hidden = true;
    button.disabled = input.disabled = false;
  }
});
