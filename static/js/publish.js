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

// A ticked chip stands in the box, or left it; without this script the server does the same when the form is sent.
const box = document.getElementById("id_tags");
const chips = [...document.querySelectorAll("[data-tag-box]")];
const written = () => box.value.split(/\s+/).filter(Boolean);

function write(chip) {
  const others = written().filter((tag) => tag.toLowerCase() !== chip.value);
  const stands = chip.checked === (chip.dataset.tagBox === "add");
  // Where it stands already, it stays in its place.
  if (stands && others.length < written().length) return;
  box.value = [...others, ...(stands ? [chip.value] : [])].join(" ");
}

function read() {
  const tags = new Set(written().map((tag) => tag.toLowerCase()));
  for (const chip of chips) chip.checked = tags.has(chip.value) === (chip.dataset.tagBox === "add");
}

// What was ticked before the page came back with a complaint belongs into the box.
window.addEventListener("pageshow", () => {
  for (const chip of chips) if (chip.checked) write(chip);
  read();
});
for (const chip of chips) chip.addEventListener("change", () => write(chip));
if (chips.length) for (const event of ["input", "change", "blur"]) box.addEventListener(event, read);
