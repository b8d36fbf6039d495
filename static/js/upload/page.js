/**
 * The upload page: files that are chosen, dropped anywhere or pasted are sent one by one, each with a card of its own.
 * Without this script the same form sends them together.
 */
import { send } from "./send.js";

const AT_ONCE = 2; // as many as the site opens for one web process
const form = document.querySelector("[data-upload]");
const zone = form.querySelector("[data-drop]");
const input = form.elements.files;
const news = document.querySelector("[data-upload-news]");
const batch = form.elements.batch.value;
const waiting = [];
let running = 0;
let position = document.querySelectorAll(`[data-batch="${batch}"] .draft`).length;

/** The list of what was sent from this page; it comes with the first file. */
function list() {
  const found = document.querySelector(`[data-batch="${batch}"]`);
  if (found) return found;
  document.querySelector("[data-batches]").prepend(document.getElementById("upload-batch").content.cloneNode(true));
  document.querySelector(".upload__steps")?.remove();
  return list();
}

/** From two on they can be a set, without what is posted already; a list of which nothing is left goes away. */
function count(found) {
  if (!found.querySelector(".draft")) return found.remove();
  const drafts = found.querySelectorAll("[data-draft]:not([data-posted])").length;
  found.querySelector("[data-set]").hidden = drafts < 2;
  found.querySelector("[data-left]").hidden = drafts <= Number(form.dataset.setMost);
}

function drop(one) {
  const place = one.closest("[data-batch]");
  one.remove();
  if (place) count(place);
}

function card(name, file) {
  const made = document.getElementById("upload-sending").content.firstElementChild.cloneNode(true);
  made.querySelector(".draft__name").textContent = name;
  if (file) {
    const image = made.querySelector("img");
    const address = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(address));
    image.addEventListener("error", () => ((image.hidden = true), URL.revokeObjectURL(address)));
    image.src = address;
    image.hidden = false;
  }
  list().querySelector(".drafts").append(made);
  return made;
}

function add(name, part) {
  const task = { name, part, place: position++, card: card(name, part.file) };
  task.card.querySelector("[data-retry]").addEventListener("click", () => queue(task));
  task.card.querySelector("[data-remove]").addEventListener("click", () => drop(task.card));
  queue(task);
}

function queue(task) {
  show(task, form.dataset.waiting, 0);
  waiting.push(task);
  next();
}

/** Its state in words, with a bar: percent, or undefined while the site opens the file. */
function show(task, text, percent) {
  const bar = task.card.querySelector("progress");
  task.card.classList.remove("draft--refused");
  task.card.querySelector(".draft__error").hidden = task.card.querySelector(".draft__acts").hidden = true;
  task.card.querySelector(".draft__state").textContent = text;
  bar.hidden = false;
  bar.setAttribute("aria-label", task.name);
  if (percent === undefined) bar.removeAttribute("value");
  else bar.value = percent;
}

async function next() {
  if (running >= AT_ONCE || !waiting.length) return;
  const task = waiting.shift();
  running += 1;
  const answer = await send(form, task, (percent) =>
    show(task, percent < 100 ? `${percent} %` : form.dataset.opening, percent < 100 ? percent : undefined),
  );
  running -= 1;
  if (answer.card) keep(task, answer);
  else refuse(task, answer);
  next();
}

function keep(task, answer) {
  const known = document.querySelector(`[data-draft="${answer.id}"]`);
  const place = document.createElement("template");
  place.innerHTML = answer.card.trim();
  task.card.replaceWith(place.content.firstElementChild);
  if (known) drop(known); // the same file again
  count(list());
  news.textContent = `${task.name}: ${form.dataset.here}`;
}

function refuse(task, answer) {
  const error = task.card.querySelector(".draft__error");
  const link = task.card.querySelector("[data-post]");
  task.card.classList.add("draft--refused");
  task.card.querySelector("progress").hidden = true;
  task.card.querySelector(".draft__state").textContent = "";
  task.card.querySelector(".draft__acts").hidden = error.hidden = false;
  error.textContent = answer.error;
  task.card.querySelector("[data-retry]").hidden = !answer.again;
  link.hidden = !answer.href;
  if (answer.href) link.href = answer.href;
  news.textContent = `${task.name}: ${form.dataset.refused}`;
}

function take(files) {
  for (const file of files) add(file.name || "", { file });
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
let inside = 0;

input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});
document.addEventListener("dragenter", (event) => {
  if (hasFiles(event)) zone.classList.toggle("drop--over", ++inside > 0);
});
document.addEventListener("dragleave", (event) => {
  if (hasFiles(event)) zone.classList.toggle("drop--over", --inside > 0);
});
document.addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  inside = 0;
  zone.classList.remove("drop--over");
  take([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  take(files);
});
form.addEventListener("submit", (event) => {
  const address = form.elements.address;
  event.preventDefault();
  if (!address?.value.trim()) return (address ?? input).focus();
  add(address.value.trim(), { address: address.value.trim() });
  address.value = "";
});
addEventListener("beforeunload", (event) => {
  if (running || waiting.length) event.preventDefault();
});
