// <studio-board>: keeps the requests on the page as they are on the server. Events say that something changed; the
// tiles themselves are always the server's. Without events it asks every two seconds.

const POLL = 2000;
const RELOOK = 10000; // the queue moves without an event when others' pictures are drawn
const GATHER = 80;

class StudioBoard extends HTMLElement {
  #source = null;
  #failures = 0;
  #due = new Map();
  #poll = 0;

  connectedCallback() {
    this.status = document.getElementById("board-status");
    this.addEventListener("submit", (event) => this.#sendInPlace(event));
    // Whatever brings in a new request (a swap, going back in history), it is looked after from then on.
    this.observer = new MutationObserver((records) => {
      this.#attend();
      const added = records.flatMap((record) => (record.removedNodes.length ? [] : [...record.addedNodes]));
      const request = added.find((node) => node.classList?.contains("request"));
      if (!request) return;
      this.#bringIntoView(request);
      this.dispatchEvent(new CustomEvent("studio:accepted", { bubbles: true }));
    });
    this.observer.observe(this, { childList: true });
    document.addEventListener("visibilitychange", this.#seen);
    this.timer = setInterval(() => this.#relook(), RELOOK);
    this.#attend();
  }

  disconnectedCallback() {
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.timer);
    this.#hangUp();
  }

  get live() {
    return [...this.querySelectorAll(".request[data-live]")];
  }

  #seen = () => {
    if (!document.hidden) this.live.forEach((request) => this.#refresh(request));
  };

  #attend() {
    if (!this.live.length) this.#hangUp();
    else if (!this.#source && !this.#poll) this.#listen();
  }

  // On a phone the results stand below the form.
  #bringIntoView(request) {
    if (request.getBoundingClientRect().top < innerHeight * 0.75) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    request.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  #listen() {
    if (!("EventSource" in window)) return this.#startPolling();
    const source = new EventSource(this.dataset.events);
    this.#source = source;
    for (const kind of ["queued", "running", "progress", "preview", "done", "failed", "cancelled"]) {
      source.addEventListener(kind, (event) => this.#heard(kind, JSON.parse(event.data)));
    }
    source.onopen = () => { this.#failures = 0; this.#stopPolling(); };
    source.onerror = () => {
      this.#failures += 1;
      // Closed for good (an error page, too many streams) or failing again and again: ask instead, listen later.
      if (source.readyState === EventSource.CLOSED || this.#failures >= 3) {
        source.close();
        this.#source = null;
        this.#startPolling();
        setTimeout(() => { if (this.isConnected && this.live.length && !this.#source) this.#listen(); }, 30000);
      }
    };
  }

  #hangUp() {
    this.#source?.close();
    this.#source = null;
    this.#stopPolling();
  }

  #startPolling() {
    this.#poll ||= setInterval(() => {
      if (document.hidden) return;
      if (!this.live.length) this.#hangUp();
      this.live.forEach((request) => this.#refresh(request));
    }, POLL);
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = 0;
  }

  #relook() {
    if (!document.hidden && !this.#poll) this.live.forEach((request) => this.#refresh(request));
  }

  #heard(kind, notice) {
    const tile = this.querySelector(`#job-${notice.job}`);
    const request = this.querySelector(`#request-${notice.request}`);
    if (!request) return;
    const running = tile?.classList.contains("shot--running");
    if (kind === "progress" && running) this.#showStep(tile, notice);
    else if (kind === "preview" && running) this.#showPreview(tile, notice);
    else if (kind !== "queued" || !tile?.classList.contains("shot--queued")) this.#refresh(request);
  }

  #showStep(tile, { step, total }) {
    const bar = tile.querySelector("progress");
    if (bar) Object.assign(bar, { max: total, value: step });
    const line = tile.querySelector("[data-step]");
    if (line) line.textContent = this.dataset.stepText.replace("{step}", step).replace("{total}", total);
  }

  async #showPreview(tile, notice) {
    if (notice.total) this.#showStep(tile, notice);
    const frame = tile.querySelector("[data-preview]");
    if (!frame) return;
    const image = new Image();
    image.className = "shot__preview";
    image.alt = "";
    image.src = `${frame.dataset.preview}?step=${notice.step}`;
    try {
      await image.decode();
      frame.replaceChildren(image); // only when it is there, so that nothing flickers
    } catch {
      // The picture is finished and its preview gone: the next event brings it.
    }
  }

  // Several events come at once when a batch ends: one question is enough.
  #refresh(request) {
    if (this.#due.has(request.id)) return;
    this.#due.set(request.id, setTimeout(async () => {
      this.#due.delete(request.id);
      try {
        const answer = await fetch(request.dataset.url, { headers: { "HX-Request": "true" } });
        if (answer.ok) this.#replace(request.id, await answer.text());
        else if (answer.status === 404) document.getElementById(request.id)?.remove();
      } catch {
        this.#say(this.dataset.lostText);
      }
    }, GATHER));
  }

  async #sendInPlace(event) {
    const form = event.target.closest("form:is([data-cancel], [data-in-place])");
    if (!form) return;
    event.preventDefault();
    const request = form.closest(".request");
    form.querySelector("button").disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "HX-Request": "true" },
      });
      if (answer.ok) this.#replace(request.id, await answer.text());
      else form.submit();
    } catch {
      form.querySelector("button").disabled = false;
      this.#say(this.dataset.lostText);
    }
  }

  // Tiles that did not change stay the same elements: previews don't flash and focus is kept.
  #replace(id, html) {
    const old = document.getElementById(id);
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".request");
    if (!old || !fresh) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
    for (const tile of fresh.querySelectorAll(".shot")) {
      const before = old.querySelector(`#${tile.id}`);
      if (!before) continue;
      if (before.className === tile.className && tile.classList.contains("shot--running")) {
        const preview = before.querySelector(".shot__preview");
        const place = tile.querySelector("[data-preview]");
        if (preview && place) place.replaceChildren(preview);
      } else if (before.isEqualNode(tile)) tile.replaceWith(before);
    }
    const finished = Number(fresh.dataset.done) > Number(old.dataset.done ?? 0);
    old.replaceWith(fresh);
    if (focused) fresh.querySelector(`#${focused} :is(a, button)`)?.focus();
    if (finished) {
      const { done, count } = fresh.dataset;
      this.#say(this.dataset.finishedText.replace("{done}", done).replace("{count}", count));
    }
  }

  #say(text) {
    if (this.status) this.status.textContent = text;
  }
}

customElements.define("studio-board", StudioBoard);
