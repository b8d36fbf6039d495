// <letter-desk>: shows each text on the picture while it is written, and lets it be moved there. Each text is drawn by the
// server, as it will be; what is changed here are ordinary form controls, and the form does it all without this file.
import { dragging } from "./dragging.js";

const SETTLE = 220;
const AGAIN = 4000;

class LetterDesk extends HTMLElement {
  #inks = new Map(); // panel → img
  #timers = new Map();
  #asked = new Map(); // panel → the last question's controller
  #from = null; // where the text that is dragged was

  connectedCallback() {
    this.form = this.querySelector("form");
    this.stage = this.querySelector("[data-stage]");
    this.list = this.querySelector("[data-texts]");
    this.total = this.form.elements["form-TOTAL_FORMS"];
    this.form.addEventListener("input", (event) => this.#changed(event.target));
    this.form.addEventListener("change", (event) => this.#changed(event.target));
    // Enter presses the first button, which shows what is shown already.
    this.form.addEventListener("submit", (event) => {
      if (event.submitter?.value === "preview") event.preventDefault();
    });
    this.form.addEventListener("focusin", (event) => this.#choose(event.target.closest("[data-text]")));
    this.querySelector("[data-add]")?.addEventListener("click", (event) => this.#add(event));
    if (!this.stage) return;
    dragging(this.stage, {
      start: (event) => this.#panelUnder(event),
      tap: (event) => this.#put(this.chosen, event),
      move: (panel, across, down) => this.#shift(panel, across, down),
      end: (panel) => {
        this.#from = null;
        this.#draw(panel);
      },
    });
    this.#choose(this.panels[0]);
    for (const panel of this.panels) this.#draw(panel);
  }

  get panels() {
    return [...this.list.querySelectorAll("[data-text]")];
  }

  #field(panel, name) {
    return panel.querySelector(`[name$="-${name}"]`);
  }

  #changed(control) {
    const panel = control.closest("[data-text]");
    if (!panel) return;
    clearTimeout(this.#timers.get(panel));
    this.#timers.set(panel, setTimeout(() => this.#draw(panel), SETTLE));
  }

  #choose(panel) {
    if (!panel) return;
    this.chosen = panel;
    for (const each of this.panels) each.toggleAttribute("data-chosen", each === panel);
    for (const [each, ink] of this.#inks) ink.toggleAttribute("data-chosen", each === panel);
  }

  #add(event) {
    event.preventDefault();
    const count = Number(this.total.value);
    if (count >= Number(this.dataset.most)) return;
    const written = this.querySelector("[data-fresh]").innerHTML;
    this.list.insertAdjacentHTML("beforeend", written.replaceAll("__prefix__", count).replaceAll("__number__", count + 1));
    this.total.value = count + 1;
    event.currentTarget.hidden = count + 1 >= Number(this.dataset.most);
    const panel = this.panels.at(-1);
    // Below the one before, so that it doesn't hide it.
    const before = this.panels.at(-2);
    if (before) this.#field(panel, "y").value = Math.min(95, Number(this.#field(before, "y").value) + 12);
    this.#field(panel, "text").focus();
  }

  async #draw(panel) {
    this.#asked.get(panel)?.abort();
    if (this.#field(panel, "DELETE").checked || !this.#field(panel, "text").value.trim()) {
      this.#say(panel, []);
      return this.#wipe(panel);
    }
    const asking = new AbortController();
    this.#asked.set(panel, asking);
    const sent = new FormData();
    sent.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    for (const control of panel.querySelectorAll("[name]")) {
      if (control.type !== "radio" || control.checked) sent.set(control.name.split("-").pop(), control.value);
    }
    try {
      const answer = await fetch(this.dataset.preview, { method: "POST", body: sent, signal: asking.signal });
      if (answer.status === 422) return this.#say(panel, Object.values((await answer.json()).problems).flat());
      if (answer.status === 204) {
        this.#say(panel, []);
        return this.#wipe(panel);
      }
      if (answer.status === 404) return this.#say(panel, [this.dataset.gone]);
      if (answer.redirected) return this.#say(panel, [this.dataset.signedOut]); // to the page where one signs in
      if (answer.status === 429) return this.#later(panel, (Number(answer.headers.get("Retry-After")) || 0) * 1000);
      if (!answer.ok) throw new Error(answer.status);
      const box = answer.headers.get("X-Text-Box").split(" ");
      const picture = await answer.blob();
      if (asking.signal.aborted) return;
      this.#say(panel, []);
      this.#show(panel, picture, box);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#say(panel, [this.dataset.lost]);
      this.#later(panel, AGAIN);
    }
  }

  #later(panel, wait) {
    clearTimeout(this.#timers.get(panel));
    this.#timers.set(panel, setTimeout(() => this.#draw(panel), Math.max(wait, AGAIN)));
  }

  #show(panel, picture, [left, top, width, height]) {
    let ink = this.#inks.get(panel);
    if (!ink) {
      ink = document.createElement("img");
      ink.className = "letters__ink";
      ink.alt = "";
      ink.draggable = false;
      ink.toggleAttribute("data-chosen", panel === this.chosen);
      this.#inks.set(panel, ink);
    }
    const old = ink.src;
    ink.src = URL.createObjectURL(picture);
    if (old) URL.revokeObjectURL(old);
    Object.assign(ink.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%`, translate: "" });
    // The later text lies on top.
    for (const each of this.panels) if (this.#inks.has(each)) this.stage.append(this.#inks.get(each));
  }

  #wipe(panel) {
    const ink = this.#inks.get(panel);
    if (!ink) return;
    URL.revokeObjectURL(ink.src);
    ink.remove();
    this.#inks.delete(panel);
  }

  #say(panel, problems) {
    const list = panel.querySelector("[data-problem]");
    list.replaceChildren(
      ...problems.map((problem) => {
        const line = document.createElement("li");
        line.append(Object.assign(document.createElement("span"), { textContent: problem }));
        return line;
      }),
    );
    const words = this.#field(panel, "text");
    if (problems.length) words.setAttribute("aria-invalid", "true");
    else words.removeAttribute("aria-invalid");
  }

  #panelUnder(event) {
    const found = [...this.#inks].find(([, ink]) => ink === event.target)?.[0] ?? null;
    this.#choose(found);
    clearTimeout(this.#timers.get(found));
    this.#asked.get(found)?.abort(); // what comes meanwhile would lie where it was
    return found;
  }

  #put(panel, event) {
    if (!panel) return;
    const place = this.stage.getBoundingClientRect();
    this.#set(panel, (100 * (event.clientX - place.left)) / place.width, (100 * (event.clientY - place.top)) / place.height);
    this.#draw(panel);
  }

  // While it is dragged the picture of it moves; it is drawn anew when it is let go.
  #shift(panel, across, down) {
    const ink = this.#inks.get(panel);
    const place = this.stage.getBoundingClientRect();
    if (ink) ink.style.translate = `${across}px ${down}px`;
    this.#from ??= ["x", "y"].map((name) => Number(this.#field(panel, name).value));
    this.#set(panel, this.#from[0] + (100 * across) / place.width, this.#from[1] + (100 * down) / place.height);
  }

  #set(panel, x, y) {
    const kept = (value) => Math.round(10 * Math.min(150, Math.max(-50, value))) / 10;
    this.#field(panel, "x").value = kept(x);
    this.#field(panel, "y").value = kept(y);
  }
}

customElements.define("letter-desk", LetterDesk);
