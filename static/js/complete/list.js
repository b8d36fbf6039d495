/** The list below a box: its lines, which one is chosen, and where it finds room. */
let counter = 0;
const ROOM = 12; // pixels kept free beside the list
const LEAST = 176; // four lines: with less below and more above, the list opens upwards
const MOST = 416;

export class List {
  constructor(box, label) {
    this.box = box;
    this.lines = [];
    this.chosen = -1;
    this.element = element("ul", "completion");
    this.element.id = `completion-${++counter}`;
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-label", label);
    this.element.hidden = true;
    this.status = element("div", "visually-hidden");
    this.status.setAttribute("role", "status");
  }

  get open() {
    return !this.element.hidden;
  }

  /** Shows the lines; `mark` may add to each option. What the arrows chose stays chosen. */
  show(lines, status, typed, mark) {
    const before = this.lines[this.chosen]?.insert;
    this.lines = lines;
    const words = typed.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    this.element.replaceChildren(
      ...lines.map((line, index) => {
        const option = drawn(line, words);
        option.id = `${this.element.id}-${index}`;
        option.dataset.index = index;
        mark(line, option);
        return option;
      }),
    );
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.status.textContent = status;
    this.choose(before === undefined ? -1 : lines.findIndex((line) => line.insert === before));
    this.place();
  }

  hide() {
    this.element.hidden = true;
    this.lines = [];
    this.status.textContent = "";
    this.choose(-1);
  }

  /** -1: none, the text is what it is. */
  choose(index) {
    this.chosen = index;
    [...this.element.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = index < 0 ? null : this.element.children[index];
    if (option) {
      this.box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.box.removeAttribute("aria-activedescendant");
    }
  }

  /** Between the box and the end of what can be seen, which is the keyboard on a phone. */
  place() {
    if (!this.open) return;
    const seen = window.visualViewport ?? { offsetTop: 0, height: innerHeight };
    const box = this.box.getBoundingClientRect();
    const below = seen.offsetTop + seen.height - box.bottom - ROOM;
    const above = box.top - seen.offsetTop - ROOM;
    const upwards = below < LEAST && above > below;
    this.element.classList.toggle("completion--above", upwards);
    this.element.style.maxHeight = `${Math.max(88, Math.min(MOST, upwards ? above : below))}px`;
  }
}

function drawn(line, words) {
  const option = element("li", `completion__${line.kind}`);
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  if (line.kind === "tag") option.append(...tag(line, words));
  else option.append(...term(line));
  return option;
}

function tag(line, words) {
  const shown = element("span", "completion__words");
  if (line.antecedent) {
    const from = element("span", "completion__from");
    from.append(...marked(line.antecedent.replaceAll("_", " "), words));
    shown.append(from, element("span", "completion__arrow", "→"));
  }
  const name = element("span", `tag tag--${line.category}`);
  name.append(...marked(line.name.replaceAll("_", " "), words));
  shown.append(name);
  if (line.local_name) {
    const local = element("span", "completion__local", line.local_name);
    local.lang = "ja";
    shown.append(local);
  }
  if (line.category_label) shown.append(element("span", "visually-hidden", line.category_label));
  const parts = [shown];
  if (line.note) parts.push(element("span", "completion__note", line.note));
  parts.push(element("span", "completion__count", number(line.post_count)));
  return parts;
}

function term(line) {
  const colon = line.name.indexOf(":") + 1;
  const name = element("span", "completion__term");
  name.append(element("span", "completion__name", line.name.slice(0, colon)), line.name.slice(colon));
  return line.note ? [name, element("span", "completion__note", line.note)] : [name];
}

/** The text with the beginnings of words that were typed set apart. */
function marked(text, words) {
  const parts = [];
  let rest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const begins = at === 0 || !/[a-z0-9]/.test(text[at - 1]) || !/[a-z0-9]/.test(text[at]);
    const word = begins && words.find((each) => text.toLowerCase().startsWith(each, at));
    if (!word || at < rest) continue;
    parts.push(text.slice(rest, at), element("b", "", text.slice(at, at + word.length)));
    rest = at + word.length;
  }
  return [...parts, text.slice(rest)];
}

const number = (count) => new Intl.NumberFormat(document.documentElement.lang, { notation: count > 99_999 ? "compact" : "standard" }).format(count);

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
