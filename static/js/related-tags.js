/**
 * Tags related to the one at the caret of a tag box, as buttons that put them in and take them out.
 * Markup: gallery/parts/related_tags.html. Answers are kept while the page is open.
 */
const WAIT = 350;
// The site itself sets tags of these categories, for the most part.
const LEFT_OUT = new Set(["model", "meta"]);

class RelatedTags {
  constructor(panel) {
    this.panel = panel;
    this.box = document.getElementById(panel.dataset.relatedFor);
    if (!this.box) return;
    this.row = panel.querySelector("[data-related-tags]");
    this.name = panel.querySelector("[data-related-name]");
    this.sentence = panel.querySelector("[data-related-say]");
    this.answers = new Map();
    this.shown = "";
    for (const kind of ["input", "click", "keyup", "focus"]) this.box.addEventListener(kind, () => this.schedule());
    this.row.addEventListener("click", (event) => {
      const pill = event.target.closest("button");
      if (pill) this.toggle(pill.dataset.tag);
    });
  }

  schedule() {
    this.mark();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT);
  }

  /** The tag that the caret stands on or right behind; a tag being taken away or an edit word is none. */
  current() {
    const { value, selectionStart: caret } = this.box;
    const start = value.slice(0, caret).search(/\S+\s?$/);
    const word = start < 0 ? "" : value.slice(start).match(/^\S+/)?.[0] ?? "";
    return /^[-~(]|:.|"/.test(word) ? "" : word;
  }

  async look() {
    const tag = this.current();
    if (!tag || tag === this.shown) return;
    this.shown = tag;
    try {
      const lines = this.answers.get(tag) ?? (await this.ask(tag));
      this.answers.set(tag, lines);
      if (this.shown === tag) this.show(tag, lines);
    } catch {
      if (this.shown === tag) this.say(this.panel.dataset.failed);
    }
  }

  async ask(tag) {
    const address = new URL(this.panel.dataset.related, location.href);
    address.searchParams.set("q", tag);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 422) return []; // half a word is no search
    if (!answer.ok) throw new Error(answer.statusText);
    return (await answer.json()).related.filter((line) => !LEFT_OUT.has(line.category));
  }

  show(tag, lines) {
    this.name.textContent = tag.replaceAll("_", " ");
    this.row.replaceChildren(...lines.slice(0, 40).map((line) => this.pill(line)));
    this.say(lines.length ? "" : this.panel.dataset.none);
    this.mark();
  }

  pill(line) {
    const pill = document.createElement("button");
    pill.type = "button";
    pill.className = `tag-pill tag--${line.category}`;
    pill.dataset.tag = line.name;
    pill.textContent = line.name.replaceAll("_", " ");
    return pill;
  }

  say(text) {
    this.sentence.textContent = text;
  }

  tags() {
    return this.box.value.split(/\s+/).filter(Boolean);
  }

  toggle(tag) {
    const caret = this.box.selectionStart;
    if (this.tags().includes(tag)) {
      const escaped = tag.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      this.box.value = this.box.value.replace(new RegExp(`(^|\\s)${escaped}(?=\\s|$)`, "g"), "");
    } else {
      this.box.value = `${this.box.value.replace(/\s+$/, "")} ${tag} `.trimStart();
    }
    this.box.setSelectionRange(caret, caret); // past the end it goes to the end
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Pressed are those that stand in the box. */
  mark() {
    const there = new Set(this.tags());
    for (const pill of this.row.children) pill.setAttribute("aria-pressed", String(there.has(pill.dataset.tag)));
  }
}

for (const panel of document.querySelectorAll("[data-related]")) new RelatedTags(panel);
