// <recipe-form>: examples, shapes, the model's own limits, the words of the big button. Everything it changes is an
// ordinary form control; the server checks it all again.

const settle = 250;

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
    this.#markKnown();
    // After whoever swapped the form in has finished with it.
    setTimeout(() => this.querySelector("[aria-invalid=true]")?.focus(), 60);
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    this.asking?.abort();
  }

  get model() {
    return this.facts[this.form.elements.model?.value];
  }

  #changed(event) {
    const { name, value } = event.target;
    if (name === "shape") this.#useShape(value);
    if (name === "model") this.#useModel();
    if (["count", "shape", "model", "width", "height", "steps", "sampler"].includes(name)) this.#estimate();
  }

  #typed(event) {
    const { name } = event.target;
    if (name === "prompt") this.#markKnown();
    if (name === "width" || name === "height") {
      this.form.elements.shape.value = "exact";
      this.#estimate();
    }
    if (name === "steps") this.#estimate();
  }

  #clicked(event) {
    const example = event.target.closest("[data-example]");
    if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.prompt.value = example.dataset.example;
    this.prompt.dispatchEvent(new Event("input", { bubbles: true }));
    this.prompt.focus();
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
      this.querySelector("details").open = true;
      return;
    }
    [this.form.elements.width.value, this.form.elements.height.value] = size;
  }

  #useModel() {
    const model = this.model;
    if (!model) return;
    this.form.elements.sampler.replaceChildren(...model.samplers.map((name) => new Option(name)));
    for (const name of ["steps", "sampler", "guidance"]) this.form.elements[name].value = model[name];
    for (const side of ["width", "height"]) {
      Object.assign(this.form.elements[side], { min: model.min_side, max: model.max_side, step: model.side_multiple });
    }
    this.form.elements.steps.max = model.max_steps;
    for (const label of this.querySelectorAll("[data-size]")) {
      const name = label.dataset.size;
      const size = model.shapes[name];
      if (size) label.textContent = `${size[0]} × ${size[1]}`;
      label.closest("label").hidden = name !== "exact" && !size;
    }
    const chosen = this.form.elements.shape.value;
    if (chosen !== "exact") {
      if (!model.shapes[chosen]) this.form.elements.shape.value = "square";
      this.#useShape(this.form.elements.shape.value);
    }
    const link = this.querySelector("[data-model-link]");
    if (link) link.href = link.href.replace(/[^/]+$/, this.form.elements.model.value);
    this.#markKnown();
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
          .map((piece) => piece.normalize("NFKC").replace(/[()[\]{}]|:\d+(\.\d+)?/g, "").trim())
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
      for (const name of ["model", "shape", "width", "height", "steps", "sampler", "count"]) {
        query.set(name, this.form.elements[name]?.value ?? "");
      }
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
