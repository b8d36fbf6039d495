// <lab-board>: keeps the table of a comparison as it is on the server. Events say that something changed; what changed
// is always the server's table, asked for once for all of them. Without events it asks every two seconds.

import { JobEvents } from "../studio/job-events.js";
import { keepPreview, showPreview, showStep } from "../studio/tile.js";

const KINDS = ["running", "progress", "preview", "done", "failed", "cancelled"];
const RELOOK = 10000; // the queue moves without an event when others' pictures are drawn
const GATHER = 250;

class LabBoard extends HTMLElement {
  #due = 0;

  connectedCallback() {
    this.status = document.getElementById("board-status");
    this.events ||= new JobEvents(this.dataset.events, KINDS, {
      heard: (kind, notice) => this.#heard(kind, notice),
      ask: () => this.#refresh(),
      wanted: () => this.isConnected && this.live,
    });
    document.addEventListener("visibilitychange", this.#seen);
    this.timer = setInterval(() => { if (!document.hidden && !this.events.polls) this.#refresh(); }, RELOOK);
    if (this.live) this.events.listen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.timer);
    this.events.hangUp();
  }

  get grid() {
    return this.querySelector("#lab-grid");
  }

  get live() {
    return this.grid?.hasAttribute("data-live");
  }

  #seen = () => { if (!document.hidden) this.#refresh(); };

  #heard(kind, notice) {
    const cell = this.querySelector(`#job-${notice.job}`);
    if (!cell) return;
    const running = cell.classList.contains("shot--running");
    if (kind === "progress" && running) showStep(cell, notice, this.dataset.stepText);
    else if (kind === "preview" && running) showPreview(cell, notice, this.dataset.stepText);
    else this.#refresh();
  }

  #refresh() {
    if (this.#due || !this.live) return;
    this.#due = setTimeout(async () => {
      this.#due = 0;
      try {
        const answer = await fetch(this.dataset.grid, { headers: { "HX-Request": "true" } });
        if (answer.ok) this.#replace(await answer.text());
        else if (answer.status === 404) location.reload();
      } catch {
        this.#say(this.dataset.lostText);
      }
    }, GATHER);
  }

  // Cells that did not change stay the same elements: pictures don't flash, ticks and focus are kept.
  #replace(html) {
    const old = this.grid;
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#lab-grid");
    if (!old || !fresh) return;
    const scrolled = old.querySelector(".lab-scroll");
    const place = [scrolled.scrollLeft, scrolled.scrollTop];
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const finished = Number(fresh.dataset.done) > Number(old.dataset.done);
    for (const cell of fresh.querySelectorAll(".lab-cell")) {
      const before = old.querySelector(`#${cell.id}`);
      if (!before || before.className !== cell.className) continue;
      if (cell.classList.contains("shot--running")) {
        keepPreview(before, cell);
      } else if (cell.classList.contains("shot--done") || before.isEqualNode(cell)) cell.replaceWith(before);
    }
    old.replaceWith(fresh);
    fresh.querySelector(".lab-scroll").scrollTo(...place);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    if (finished) {
      const { done, count } = fresh.dataset;
      this.#say(this.dataset.finishedText.replace("{done}", done).replace("{count}", count));
    }
    if (!this.live) this.events.hangUp();
  }

  #say(text) {
    if (this.status) this.status.textContent = text;
  }
}

customElements.define("lab-board", LabBoard);
