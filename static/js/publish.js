// The publish form: sent once, however often the button is pressed; the tagger's chips write into the tag box.
for (const button of document.querySelectorAll("[data-once]")) {
  button.form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-busy") === "true") event.preventDefault();
    button.setAttribute("aria-busy", "true");
  });
}
// Coming back through history, the form can be sent again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.removeAttribute("aria-busy");
});

// A ticked chip stands in its box, or left it; without this script the server does the same when the form is sent.
const boxOf = (chip) => document.getElementById(chip.dataset.into ?? "id_tags");
const COMMA = /[,，、]+(?=\s|$)/;

/** What is written with commas, as the site will read it (`typed_words` of gallery/tag_edits/terms.py). */
function withoutCommas(text) {
  if (!COMMA.test(text) || /["']/.test(text)) return text;
  const items = text.split(new RegExp(COMMA, "g")).map((item) => item.trim().split(/\s+/).filter(Boolean));
  return items.map((words) => words.join(words.some((word) => /[^_]_[^_]|:/.test(word)) ? " " : "_")).filter(Boolean).join(" ");
}

const chips = [...document.querySelectorAll("[data-tag-box]")];
const written = (box) => box.value.split(/\s+/).filter(Boolean);

function write(chip) {
  const box = boxOf(chip);
  const others = written(box).filter((tag) => tag.toLowerCase() !== chip.value);
  const stands = chip.checked === (chip.dataset.tagBox === "add");
  // Where it stands already, it stays in its place.
  if (stands && others.length < written(box).length) return;
  box.value = [...others, ...(stands ? [chip.value] : [])].join(" ");
}

function read() {
  for (const chip of chips) {
    const tags = written(boxOf(chip)).map((tag) => tag.toLowerCase());
    chip.checked = tags.includes(chip.value) === (chip.dataset.tagBox === "add");
  }
}

// What was ticked before the page came back with a complaint belongs into the box.
window.addEventListener("pageshow", () => {
  for (const chip of chips) if (chip.checked) write(chip);
  read();
});
for (const chip of chips) chip.addEventListener("change", () => write(chip));
for (const box of new Set(chips.map(boxOf))) for (const event of ["input", "change", "blur"]) box.addEventListener(event, read);
// Before a chip writes into the box: what it adds must not become a word of the last item.
for (const box of document.querySelectorAll('textarea[data-complete-mode="tags"]')) {
  box.addEventListener("change", () => (box.value = withoutCommas(box.value)), { capture: true });
}
