/**
 * A text box with a list of completions (ARIA's combobox pattern; a box of many lines keeps its own role).
 * Keys: arrows choose, Enter takes what is chosen, Tab takes that or the first, Escape closes; Home and End are the text's.
 * Nothing happens while an input method composes: the composed word is completed when it is there, and the Enter that
 * ends a composition takes nothing.
 * Events on the box, for whoever knows more about it: complete:lines (`detail.lines` may be put in another order) and
 * complete:option (`detail.option` may be added to).
 */
import { addressFor, ask, remembered } from "./answers.js";
import { insert } from "./insert.js";
import { List } from "./list.js";
import { wordAt, written } from "./words.js";

const WAIT = 60; // ms after a key before the server is asked
const COMPOSED = 50; // ms after a composition in which an Enter belongs to it: Safari tells of its end first

export class Combobox {
  constructor(box) {
    this.box = box;
    this.mode = box.dataset.completeMode || "tags";
    this.asked = ""; // the address of the answer that is wanted or shown
    this.composing = false;
    this.composed = -Infinity;
    const label = box.dataset.completeLabel || box.labels?.[0]?.textContent.trim() || "";
    this.list = new List(box, label);
    (box.closest(".completion-anchor") ?? anchored(box)).append(this.list.element, this.list.status);
    if (box instanceof HTMLInputElement) {
      box.setAttribute("role", "combobox");
      box.setAttribute("aria-expanded", "false");
    }
    box.setAttribute("autocomplete", "off");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", this.list.element.id);
    this.#listen();
  }

  #listen() {
    const { box, list } = this;
    box.addEventListener("input", (event) => this.#typed(event));
    box.addEventListener("compositionstart", () => {
      this.composing = true;
      this.close();
    });
    box.addEventListener("compositionend", (event) => {
      this.composing = false;
      this.composed = event.timeStamp;
      this.#soon();
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("keyup", () => this.#moved());
    box.addEventListener("pointerup", () => this.#moved());
    box.addEventListener("blur", () => this.close());
    // The box keeps the focus, and with it a phone its keyboard. A tap is a mousedown too, a swipe is none.
    list.element.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.pressed = event.button === 0 ? event.target.closest("[role=option]") : null;
    });
    list.element.addEventListener("click", () => {
      if (this.pressed) this.take(Number(this.pressed.dataset.index));
    });
    addEventListener("mouseup", () => setTimeout(() => (this.pressed = null), 0));
    const place = () => list.place();
    window.visualViewport?.addEventListener("resize", place);
    window.visualViewport?.addEventListener("scroll", place);
    addEventListener("scroll", place, { passive: true });
  }

  #typed(event) {
    if (this.taking || event.isComposing || this.composing) return;
    if (event.inputType === "insertFromPaste" || event.inputType?.startsWith("history")) this.close();
    else this.#soon();
  }

  /** The caret went elsewhere: what is shown is no longer about the word there. */
  #moved() {
    if (this.list.open && !this.composing && this.#address() !== this.asked) this.close();
  }

  #word() {
    const { value, selectionStart, selectionEnd } = this.box;
    return selectionStart === selectionEnd ? wordAt(value, selectionStart, this.mode) : null;
  }

  #address() {
    const word = this.#word();
    return word ? addressFor(this.box, this.mode, word.typed) : "";
  }

  #soon() {
    clearTimeout(this.timer);
    const address = this.#address();
    const answer = address && remembered(address);
    this.asked = address; // from now on: the key that was typed goes up before the question is asked
    if (answer) {
      this.request?.abort();
      this.#show(answer);
    } else {
      this.timer = setTimeout(() => this.#ask(), WAIT);
    }
  }

  async #ask() {
    this.request?.abort();
    const address = this.#address();
    if (!address) return this.close();
    this.asked = address;
    const request = (this.request = new AbortController());
    try {
      const answer = remembered(address) ?? (await ask(address, request.signal));
      // Whatever was typed since has a question of its own.
      if (request === this.request && this.#address() === address) this.#show(answer);
    } catch (error) {
      if (error.name !== "AbortError" && request === this.request) this.close();
    }
  }

  #show(answer) {
    const word = this.#word();
    // An answer that comes while somebody presses a line must not put another one in its place.
    if (!word || this.composing || this.pressed || document.activeElement !== this.box) return;
    const lines = [...answer.completions];
    this.#tell("complete:lines", { lines });
    // A whole word that can be nothing else needs no list.
    const done = lines.length === 1 && lines[0].insert.toLowerCase() === word.typed.toLowerCase() && !lines[0].unfinished;
    if (!lines.length || done) return this.close();
    this.list.show(lines, answer.status, word.typed, (line, option) => this.#tell("complete:option", { line, option }));
    this.#expanded(true);
  }

  #tell(name, detail) {
    this.box.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  #key(event) {
    if (event.isComposing || this.composing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { list } = this;
    if (!list.open) {
      // In one line the arrow has nowhere else to go.
      if (event.key !== "ArrowDown" || !(this.box instanceof HTMLInputElement) || !this.#word()) return;
      event.preventDefault();
      this.#ask();
      return;
    }
    if (event.key === "Enter" && event.timeStamp - this.composed < COMPOSED) return;
    const last = list.lines.length - 1;
    if (event.key === "ArrowDown") list.choose(list.chosen >= last ? 0 : list.chosen + 1);
    else if (event.key === "ArrowUp") list.choose(list.chosen < 0 ? last : list.chosen - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.take(Math.max(0, list.chosen));
    else if (event.key === "Enter" && list.chosen >= 0) this.take(list.chosen);
    else {
      if (event.key === "Enter") this.close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Puts the line in place of the word at the caret; a name of a metatag goes on with its values. */
  take(index) {
    const line = this.list.lines[index];
    const word = this.#word();
    this.close();
    if (!line || !word) return;
    this.taking = true;
    insert(this.box, word.start, word.end, written(line, this.mode, this.box.value.slice(word.end)));
    this.taking = false;
    if (line.unfinished) this.#ask();
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
    this.asked = "";
    if (!this.list.open) return;
    this.list.hide();
    this.#expanded(false);
  }

  #expanded(open) {
    if (this.box instanceof HTMLInputElement) this.box.setAttribute("aria-expanded", String(open));
  }
}

function anchored(box) {
  const anchor = document.createElement("div");
  anchor.className = "completion-anchor";
  box.replaceWith(anchor);
  anchor.append(box);
  return anchor;
}
