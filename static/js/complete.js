/**
 * Completes the tag at the caret of a text box with data-complete="<address>".
 * data-complete-mode: "query" (search language), "tags" (separated by spaces) or "prompt" (separated by commas, words by spaces).
 * Keys: arrows choose, Enter or Tab takes, Escape closes. Nothing happens while an input method composes.
 */
const WAIT = 90;
let counter = 0;

class Completion {
  constructor(box) {
    this.box = box;
    this.mode = box.dataset.completeMode || "tags";
    this.lines = [];
    this.chosen = -1;
    this.request = null;
    this.timer = 0;
    this.list = document.createElement("ul");
    this.list.className = "completion";
    this.list.id = `completion-${++counter}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.dataset.completeLabel || document.querySelector(`label[for="${box.id}"]`)?.textContent.trim() || "");
    this.list.hidden = true;
    const anchor = box.closest(".completion-anchor") ?? this.wrap(box);
    anchor.append(this.list);
    if (box instanceof HTMLInputElement) {
      box.setAttribute("role", "combobox");
      box.setAttribute("aria-expanded", "false");
    }
    box.setAttribute("autocomplete", "off");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", this.list.id);
    box.addEventListener("input", (event) => this.typed(event));
    box.addEventListener("compositionend", () => this.schedule());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.index));
    });
  }

  wrap(box) {
    const anchor = document.createElement("div");
    anchor.className = "completion-anchor";
    box.replaceWith(anchor);
    anchor.append(box);
    return anchor;
  }

  typed(event) {
    if (event.isComposing || event.inputType === "insertFromPaste") return this.close();
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  /** Where the word at the caret begins and ends, and the part of it that is a tag. */
  token() {
    const { value, selectionStart: caret, selectionEnd } = this.box;
    if (caret !== selectionEnd) return null;
    const separator = this.mode === "prompt" ? /[,\n]/ : /\s/;
    let start = caret;
    while (start > 0 && !separator.test(value[start - 1])) start -= 1;
    let end = caret;
    while (end < value.length && !separator.test(value[end])) end += 1;
    const lead = this.mode === "query" ? /^[-~－～(（]+/ : this.mode === "prompt" ? /^[\s([{]+/ : /^$/;
    const skipped = value.slice(start, caret).match(lead)?.[0].length ?? 0;
    start += skipped;
    const typed = value.slice(start, caret);
    if (this.mode === "query" && /^[a-z_]+:/i.test(typed)) return null; // a metatag
    return { start, end, typed: typed.trim() };
  }

  async ask() {
    const token = this.token();
    this.request?.abort();
    if (!token || token.typed.length < 1) return this.close();
    this.request = new AbortController();
    const address = new URL(this.box.dataset.complete, location.href);
    address.searchParams.set("q", token.typed.normalize("NFKC"));
    try {
      const answer = await fetch(address, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return this.close();
      this.show((await answer.json()).completions);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(lines) {
    if (document.activeElement !== this.box) return;
    const token = this.token();
    const before = this.lines[this.chosen]?.name; // a late answer must not take back what arrows chose
    this.lines = lines.filter((line) => !(lines.length === 1 && line.name === token?.typed));
    if (!this.lines.length) return this.close();
    this.list.replaceChildren(...this.lines.map((line, index) => this.option(line, index)));
    this.list.hidden = false;
    if (this.box.hasAttribute("aria-expanded")) this.box.setAttribute("aria-expanded", "true");
    this.choose(before ? this.lines.findIndex((line) => line.name === before) : -1);
  }

  option(line, index) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.index = index;
    const name = document.createElement("span");
    name.className = `tag tag--${line.category}`;
    name.textContent = line.name.replaceAll("_", " ");
    option.append(name);
    if (line.antecedent) option.append(span("completion__from", `← ${line.antecedent.replaceAll("_", " ")}`));
    option.append(span("completion__count", new Intl.NumberFormat(document.documentElement.lang).format(line.post_count)));
    // Whoever knows more about this box may add to the line.
    this.box.dispatchEvent(new CustomEvent("complete:option", { bubbles: true, detail: { line, option } }));
    return option;
  }

  choose(index) {
    this.chosen = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.list.children[index];
    if (option) {
      this.box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.box.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229 || this.list.hidden) return;
    const last = this.lines.length - 1;
    if (event.key === "ArrowDown") this.choose(this.chosen >= last ? 0 : this.chosen + 1);
    else if (event.key === "ArrowUp") this.choose(this.chosen <= 0 ? last : this.chosen - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.take(Math.max(0, this.chosen));
    else if (event.key === "Enter" && this.chosen >= 0) this.take(this.chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(index) {
    const line = this.lines[index];
    const token = this.token();
    this.close();
    if (!line || !token) return;
    const { value } = this.box;
    const word = this.mode === "prompt" ? line.name.replaceAll("_", " ") : line.name;
    const after = value.slice(token.end);
    const gap = this.mode === "prompt" ? (after.startsWith(",") ? "" : ", ") : /^\s/.test(after) ? "" : " ";
    this.box.setRangeText(word + gap, token.start, token.end, "end");
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(this.timer);
    this.box.focus();
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.lines = [];
    this.choose(-1);
    if (this.box.hasAttribute("aria-expanded")) this.box.setAttribute("aria-expanded", "false");
  }
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

const known = new WeakSet();

/** Give every box below `root` its completion; boxes that have one are left alone. */
export function attach(root = document) {
  for (const box of root.querySelectorAll("[data-complete]")) {
    if (known.has(box)) continue;
    known.add(box);
    new Completion(box);
  }
}

attach();
// Boxes that come with swapped fragments get theirs when somebody enters them, before the first key.
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-complete]") && !known.has(event.target)) attach(event.target.parentElement);
});
