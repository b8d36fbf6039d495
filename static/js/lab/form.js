// <lab-form>: shows how the values of the chosen axis are written, offers those that there are, and says on the button
// how many pictures that makes and how long they take. The form works without it.

const WAIT = 350;

class LabForm extends HTMLElement {
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    this.choices = JSON.parse(document.getElementById("lab-choices").textContent);
    this.label = this.querySelector("[data-label]");
    for (const axis of this.querySelectorAll("[data-axis]")) {
      const kind = axis.querySelector("[data-kind]");
      const values = axis.querySelector("[data-values]");
      const hint = axis.querySelector("[data-hint]");
      const plain = hint.textContent;
      const show = () => {
        const told = this.querySelector(`[data-hint-of="${kind.value}"] dd`);
        hint.textContent = told ? told.firstChild.textContent.trim() : plain;
        this.#offer(axis, kind.value, values);
      };
      kind.addEventListener("change", () => { show(); this.#estimate(); });
      values.addEventListener("input", () => this.#mark(axis, values));
      show();
    }
    this.addEventListener("input", () => this.#estimate());
    this.addEventListener("change", () => this.#estimate());
    if ([...this.querySelectorAll("[data-values]")].some((values) => values.value)) this.#estimate();
    const wrong = this.querySelector("[aria-invalid]");
    if (wrong) {
      wrong.closest("details")?.setAttribute("open", "");
      wrong.focus();
    }
  }

  // Chips that put a value into the list, or take it out again.
  #offer(axis, kind, values) {
    const row = axis.querySelector("[data-choices]");
    const offered = this.choices[kind] ?? [];
    row.replaceChildren(...offered.map((value) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = value;
      chip.addEventListener("click", () => {
        const listed = listOf(values.value);
        const place = listed.indexOf(value);
        if (place < 0) listed.push(value);
        else listed.splice(place, 1);
        values.value = listed.join(listed.some((one) => one.includes(",")) ? "\n" : ", ");
        values.dispatchEvent(new Event("input", { bubbles: true }));
      });
      return chip;
    }));
    row.hidden = !offered.length;
    this.#mark(axis, values);
  }

  #mark(axis, values) {
    const listed = listOf(values.value);
    for (const chip of axis.querySelectorAll("[data-choices] .chip")) {
      chip.setAttribute("aria-pressed", String(listed.includes(chip.textContent)));
    }
  }

  #estimate() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), WAIT);
  }

  async #ask() {
    const asked = ++this.#asked;
    const form = this.querySelector("form");
    const query = new URLSearchParams(new FormData(form));
    // The words of a prompt don't belong into an address; how many whole prompts there are does.
    for (const name of ["csrfmiddlewaretoken", "key", "negative_prompt", "heeded", "title"]) query.delete(name);
    query.set("prompt", "-");
    for (const side of ["x", "y"]) {
      if (["prompt", "words"].includes(query.get(side))) {
        const count = query.get(side) === "prompt"
          ? query.get(`${side}_values`).split("\n").filter((line) => line.trim()).length
          : listOf(query.get(`${side}_values`)).length;
        query.set(`${side}_values`, Array.from({ length: count }, (_one, place) => `v${place}`).join("\n"));
      }
    }
    try {
      const answer = await fetch(`${this.dataset.estimate}?${query}`);
      if (answer.ok && asked === this.#asked) this.label.textContent = await answer.text();
    } catch {
      // The button keeps its words.
    }
  }
}

// A value in quotes may hold commas.
const listOf = (text) => (text.trim().includes("\n") ? text.split("\n") : text.match(/\s*"(?:[^"]|"")*"|[^,，、]+/g) ?? [])
  .map((value) => value.trim()).filter(Boolean);

customElements.define("lab-form", LabForm);
