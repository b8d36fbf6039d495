/**
 * Picking posts for a tag script: the count, shift for a range, all and none, arrow keys between pictures, and the
 * scripts used last. Picking itself is a form with checkboxes and works without this.
 */
const KEY = "irodori-tag-scripts";
const KEPT = 6;
const form = document.querySelector("[data-picker]");
if (form) start(form);

function remembered() {
  try {
    const scripts = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(scripts) ? scripts.filter((script) => typeof script === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

function start(form) {
  const boxes = [...form.querySelectorAll("[name=ids]")];
  const output = form.querySelector("[data-pick-count]");
  const script = form.querySelector("[name=script]");
  let last = -1;
  let shift = false;

  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    output.textContent = (count === 1 ? output.dataset.one : output.dataset.many.replace("{count}", count));
  };

  // A change event does not say whether shift was held; the click or key before it does.
  form.addEventListener("click", (event) => { shift = event.shiftKey; }, true);
  form.addEventListener("keydown", (event) => {
    shift = event.shiftKey;
    const at = boxes.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    boxes[at + step]?.focus();
    event.preventDefault();
  }, true);
  form.addEventListener("change", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (shift && last >= 0) {
      for (let index = Math.min(at, last); index <= Math.max(at, last); index += 1) boxes[index].checked = boxes[at].checked;
    }
    last = at;
    tell();
  });
  // Shift and a click would mark the text between as selected.
  form.addEventListener("mousedown", (event) => { if (event.shiftKey && event.target.closest(".tile__pick")) event.preventDefault(); });
  for (const [name, checked] of [["all", true], ["none", false]]) {
    form.querySelector(`[data-pick-${name}]`)?.addEventListener("click", () => {
      for (const box of boxes) box.checked = checked;
      tell();
    });
  }
  form.addEventListener("submit", () => {
    const text = script.value.trim();
    if (!text) return;
    localStorage.setItem(KEY, JSON.stringify([text, ...remembered().filter((other) => other !== text)].slice(0, KEPT)));
  });

  const recent = form.querySelector("[data-pick-recent]");
  const scripts = remembered().filter((text) => text !== script.value);
  if (recent && scripts.length) {
    const label = document.createElement("span");
    label.className = "small muted";
    label.textContent = recent.dataset.label;
    recent.replaceChildren(label, ...scripts.map((text) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = text;
      chip.addEventListener("click", () => {
        script.value = text;
        script.focus();
      });
      return chip;
    }));
    recent.hidden = false;
  }
  tell();
}
