// <lab-board>: keeps the table of a comparison as it is on the server. Events say that something changed; what changed
// is always the server's table, asked for once for all of them. Without events it asks every two seconds.

const POLL = 2000;
const RELOOK = 10000; // the queue moves without an event when others' pictures are drawn
const GATHER = 250;

class LabBoard extends HTMLElement {
  #source = null;
  #failures = 0;
  #due = 0;
  #poll = 0;

  connectedCallback() {
    this.status = document.getElementById("board-status");
    document.addEventListener("visibilitychange", this.#seen);
    this.timer = setInterval(() => { if (!document.hidden && !this.#poll) this.#refresh(); }, RELOOK);
    if (this.live) this.#listen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.timer);
    this.#hangUp();
  }

  get grid() {
    return this.querySelector("#lab-grid");
  }

  get live() {
    return this.grid?.hasAttribute("data-live");
  }

  #seen = () => { if (!document.hidden) this.#refresh(); };

  #listen() {
    if (!("EventSource" in window)) return this.#startPolling();
    const source = new EventSource(this.dataset.events);
    this.#source = source;
    for (const kind of ["running", "progress", "preview", "done", "failed", "cancelled"]) {
      source.addEventListener(kind, (event) => this.#heard(kind, JSON.parse(event.data)));
    }
    source.onopen = () => { this.#failures = 0; this.#stopPolling(); };
    source.onerror = () => {
      this.#failures += 1;
      // Closed for good or failing again and again: ask instead, listen later.
      if (source.readyState === EventSource.CLOSED || this.#failures >= 3) {
        source.close();
        this.#source = null;
        this.#startPolling();
        setTimeout(() => { if (this.isConnected && this.live && !this.#source) this.#listen(); }, 30000);
      }
    };
  }

  #hangUp() {
    this.#source?.close();
    this.#source = null;
    this.#stopPolling();
  }

  #startPolling() {
    this.#poll ||= setInterval(() => { if (!document.hidden) this.#refresh(); }, POLL);
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = 0;
  }

  #heard(kind, notice) {
    const cell = this.querySelector(`#job-${notice.job}`);
    if (!cell) return;
    const running = cell.classList.contains("shot--running");
    if (kind === "progress" && running) this.#showStep(cell, notice);
    else if (kind === "preview" && running) this.#showPreview(cell, notice);
    else this.#refresh();
  }

  #showStep(cell, { step, total }) {
    const bar = cell.querySelector("progress");
    if (bar) Object.assign(bar, { max: total, value: step });
    const line = cell.querySelector("[data-step]");
    if (line) line.textContent = this.dataset.stepText.replace("{step}", step).replace("{total}", total);
  }

  async #showPreview(cell, notice) {
    if (notice.total) this.#showStep(cell, notice);
    const frame = cell.querySelector("[data-preview]");
    if (!frame) return;
    const image = new Image();
    image.className = "shot__preview";
    image.alt = "";
    image.src = `${frame.dataset.preview}?step=${notice.step}`;
    try {
      await image.decode();
      frame.replaceChildren(image);
    } catch {
      // The picture is finished and its preview gone: the next event brings it.
    }
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
        const preview = before.querySelector(".shot__preview");
        const frame = cell.querySelector("[data-preview]");
        if (preview && frame) frame.replaceChildren(preview);
      } else if (cell.classList.contains("shot--done") || before.isEqualNode(cell)) cell.replaceWith(before);
    }
    old.replaceWith(fresh);
    fresh.querySelector(".lab-scroll").scrollTo(...place);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    if (finished) {
      const { done, count } = fresh.dataset;
      this.#say(this.dataset.finishedText.replace("{done}", done).replace("{count}", count));
    }
    if (!this.live) this.#hangUp();
  }

  #say(text) {
    if (this.status) this.status.textContent = text;
  }
}

customElements.define("lab-board", LabBoard);
