// <recipe-form>: examples, shapes, the model's own limits, text added to the prompts, the words of the big button.
// Everything it changes is an ordinary form control; the server checks it all again, and does it all without this file.
import { insert } from "../complete/insert.js";
import { bringBack, keep } from "./unsent.js";

const settle = 250;
const changesTime = [
  "model", "shape", "width", "height", "steps", "sampler", "count", "strength", "hires_scale", "hires_steps",
  "hires_strength",
];

// Stable Diffusion 1 and 2 share their VAEs.
const kin = (kind, family) => (kind === "vae" && family === "sd2" ? "sd1" : family);

// A piece of the prompt without its weights and emphasis. Brackets after an underscore, or behind a backslash, are the
// tag's own: `saber_(fate)`.
const plain = (piece) =>
  piece
    .normalize("NFKC")
    .replace(/<[^<>]*>/g, "")
    .replace(/:\s*-?\d+(\.\d+)?(?=\s*[)\]}])/g, "")
    .replace(/(?<=_)\(([^()[\]{}<>,:]*)\)/g, "\\($1\\)")
    .replace(/(?<!\\)[()[\]{}]/g, "")
    .replace(/\\([()[\]{}])/g, "$1")
    .trim();

// The folds that were open when the form was sent: the form that comes back for it opens them again.
const nameOf = (fold) => fold.dataset.fold;
let unfolded = new Set();

class RecipeForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.prompt = this.form.elements.prompt;
    this.facts = JSON.parse(this.querySelector("#model-facts").textContent);
    this.form.addEventListener("change", (event) => this.#changed(event));
    this.form.addEventListener("input", (event) => this.#typed(event));
    this.form.addEventListener("click", (event) => this.#clicked(event));
    this.form.addEventListener("keydown", (event) => this.#sendByKey(event));
    this.form.addEventListener("complete:lines", (event) => this.#knownFirst(event.detail.lines));
    this.form.addEventListener("complete:option", (event) => this.#markOption(event.detail));
    this.form.addEventListener("submit", () => {
      unfolded = new Set(this.#folds.filter((fold) => fold.open).map(nameOf));
    });
    document.addEventListener("studio:accepted", this.#accepted);
    for (const fold of this.#folds) fold.open ||= unfolded.has(nameOf(fold));
    unfolded = new Set();
    if (bringBack(this.form)) this.#estimate();
    this.#showFitting();
    this.#showPossible();
    this.#markKnown();
    // After whoever swapped the form in has finished with it.
    setTimeout(() => (this.querySelector("[aria-invalid=true]") ?? this.querySelector("[data-focus]"))?.focus(), 60);
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    this.asking?.abort();
    document.removeEventListener("studio:accepted", this.#accepted);
  }

  // What was wrong with an earlier try is over. A warning that was read goes on holding for the same words.
  #accepted = () => {
    const over = ".errorlist, .notice--error, [data-refused], [data-warned]:not(:has(:checked))";
    for (const note of this.querySelectorAll(over)) note.remove();
    for (const field of this.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  };

  get #folds() {
    return [...this.querySelectorAll("details[data-fold]")];
  }

  get model() {
    return this.facts[this.form.elements.model?.value];
  }

  #changed(event) {
    const { name, value } = event.target;
    keep(this.form);
    if (name === "shape") this.#useShape(value);
    if (name === "model") this.#useModel();
    if (name === "lora") this.#showFitting();
    // A chosen file is sent at once, so that it can be looked at.
    if (event.target.dataset.sends && event.target.files.length && !this.#tooLarge(event.target)) {
      this.form.requestSubmit(event.target.closest(".adder").querySelector("button"));
    } else if (changesTime.includes(name)) this.#estimate();
  }

  // A file that the server would refuse isn't sent at all: that could take minutes.
  #tooLarge(input) {
    if (input.files[0].size <= Number(input.dataset.most)) return false;
    input.closest(".field").querySelector(".errorlist")?.remove();
    const list = document.createElement("ul");
    list.className = "errorlist";
    list.role = "alert";
    list.append(document.createElement("li"));
    list.firstChild.append(document.createElement("span"));
    list.firstChild.firstChild.textContent = input.dataset.tooLarge;
    input.closest(".adder").after(list);
    input.value = "";
    return true;
  }

  #typed(event) {
    const { name } = event.target;
    keep(this.form);
    if (name === "prompt") this.#markKnown();
    if (name === "width" || name === "height") {
      this.form.elements.shape.value = "exact";
      this.#estimate();
    }
    if (name === "strength") this.querySelector("[data-strength]").textContent = event.target.value;
    if (name === "steps" || name === "strength" || name.startsWith("hires")) this.#estimate();
  }

  #clicked(event) {
    const adder = event.target.closest("button[name=apply]");
    if (adder && this.#add(adder.value)) return event.preventDefault();
    const example = event.target.closest("[data-example]");
    if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.prompt.value = example.dataset.example;
    this.prompt.dispatchEvent(new Event("input", { bubbles: true }));
    this.prompt.focus();
  }

  // Puts a style, a LoRA or a wildcard into the boxes as if it had been typed. False for what the server has to do.
  #add(what) {
    const chosen = this.form.elements[what]?.selectedOptions?.[0];
    if (!chosen) return false;
    if (what === "style") {
      this.#write(this.form.elements.negative_prompt, chosen.dataset.negative);
      this.#write(this.prompt, chosen.dataset.prompt);
    } else if (what === "lora") {
      const weight = this.form.elements.lora_weight.value || chosen.dataset.weight;
      this.#write(this.prompt, [`<lora:${chosen.value}:${weight}>`, chosen.dataset.words].filter(Boolean).join(", "));
    } else if (what === "wildcard") this.#write(this.prompt, `__${chosen.value}__`);
    else return false;
    return true;
  }

  #write(box, text) {
    if (!text) return;
    const before = box.value;
    if (text.includes("{prompt}")) insert(box, 0, before.length, text.replaceAll("{prompt}", () => before));
    else {
      const end = before.replace(/[\s,]+$/, "");
      insert(box, end.length, before.length, end ? `, ${text}` : text);
    }
  }

  // Of LoRAs and VAEs, only those that were made for the chosen model can be chosen.
  #showFitting() {
    for (const name of ["lora", "vae"]) {
      const menu = this.form.elements[name];
      if (!menu) continue;
      const options = [...menu.options];
      for (const option of options) {
        const family = option.dataset.family;
        const other = kin(name, family) !== kin(name, this.model?.family) || this.model?.beyond.includes(name);
        option.hidden = option.disabled = Boolean(family) && other;
      }
      if (menu.selectedOptions[0]?.disabled ?? true) menu.value = options.find((one) => !one.disabled)?.value ?? "";
      if (name === "lora") {
        const none = options.every((option) => option.disabled);
        this.form.elements.lora_weight.placeholder = menu.selectedOptions[0]?.dataset.weight ?? "";
        this.querySelector("[data-no-lora]").hidden = !none;
        menu.closest(".adder").hidden = none;
      }
    }
  }

  #sendByKey(event) {
    // Enter alone makes a new line or ends a Japanese conversion; it never sends.
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit(this.querySelector("[data-draw]"));
  }

  #useShape(name) {
    const size = this.model?.shapes[name];
    if (!size) {
      if (name === "exact") this.querySelector(".recipe__more").open = true;
      return;
    }
    [this.form.elements.width.value, this.form.elements.height.value] = size;
  }

  #useModel() {
    const model = this.model;
    if (!model) return;
    this.form.elements.sampler.replaceChildren(...model.samplers.map((name) => new Option(name)));
    for (const name of ["steps", "sampler", "guidance", "clip_skip"]) this.form.elements[name].value = model[name];
    for (const side of ["width", "height"]) {
      Object.assign(this.form.elements[side], { min: model.min_side, max: model.max_side, step: model.side_multiple });
    }
    this.form.elements.steps.max = model.max_steps;
    for (const label of this.querySelectorAll("[data-size]")) {
      const name = label.dataset.size;
      const size = model.shapes[name];
      if (size) label.textContent = `${size[0]} × ${size[1]}`;
      label.closest("label").hidden = !["exact", "source"].includes(name) && !size;
    }
    const chosen = this.form.elements.shape.value;
    if (!["exact", "source"].includes(chosen)) {
      if (!model.shapes[chosen]) this.form.elements.shape.value = "square";
      this.#useShape(this.form.elements.shape.value);
    }
    const link = this.querySelector("[data-model-link]");
    if (link) link.href = link.href.replace(/[^/]+$/, this.form.elements.model.value);
    this.#showFitting();
    this.#showPossible();
    this.#markKnown();
  }

  // Offers only what the chosen model can do. What was filled in, or is wrong, stays in sight.
  #showPossible() {
    const beyond = this.model?.beyond ?? [];
    for (const part of this.querySelectorAll("[data-needs]")) {
      const typed = this.form.elements[part.dataset.askedBy]?.value ?? "";
      const idle = ["", part.dataset.idle].includes(typed) && !part.querySelector("[aria-invalid=true]");
      part.hidden = idle && beyond.includes(part.dataset.needs);
    }
    const note = this.querySelector("#prompt-plain");
    const name = this.form.elements.model?.selectedOptions[0]?.text ?? "";
    note.textContent = beyond.includes("weights") ? note.dataset.text.replace("{model}", () => name) : "";
    note.hidden = !note.textContent;
  }

  // Tags that the chosen model has learned come first in the list, and say so.
  #knownFirst(lines) {
    const known = new Set(this.model?.known_tags ?? []);
    lines.sort((one, other) => known.has(other.name) - known.has(one.name));
  }

  #markOption({ line, option }) {
    if (!this.model?.known_tags.includes(line.name)) return;
    const mark = document.createElement("span");
    mark.className = "badge completion__known";
    mark.textContent = this.dataset.knownText;
    option.querySelector(".completion__count").before(mark);
  }

  // Says which pieces of the prompt are no tags of the model, so that nobody wonders why they don't show.
  #markKnown() {
    const line = this.querySelector("#prompt-known");
    const known = new Set(this.model?.known_tags ?? []);
    const unknown = known.size
      ? this.prompt.value
          .split(/[,、\n]+/)
          .map(plain)
          .filter((piece) => piece && !known.has(piece.toLowerCase().replace(/\s+/g, "_")))
      : [];
    const text = unknown.length ? `${this.dataset.unknownText} ${unknown.slice(0, 6).join(", ")}` : "";
    clearTimeout(this.waitingToSay);
    // Not while the word is still being typed.
    this.waitingToSay = setTimeout(() => { if (line.textContent !== text) line.textContent = text; }, text ? 900 : 0);
  }

  #estimate() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      this.asking?.abort();
      this.asking = new AbortController();
      const query = new URLSearchParams();
      for (const name of [...changesTime, "source"]) query.set(name, this.form.elements[name]?.value ?? "");
      try {
        const answer = await fetch(`${this.dataset.estimate}?${query}`, { signal: this.asking.signal });
        if (answer.ok) this.querySelector("[data-draw-label]").textContent = await answer.text();
      } catch (error) {
        if (error.name !== "AbortError") console.debug("no estimate", error);
      }
    }, settle);
  }
}

customElements.define("recipe-form", RecipeForm);
