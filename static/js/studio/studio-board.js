// <studio-board>: keeps the requests on the page as they are on the server. Events say that something changed; the
// tiles themselves are always the server's. Without events it asks every two seconds.

import { JobEvents } from "./job-events.js";
import { keepPreview, showPreview, showStep } from "./tile.js";

const KINDS = ["queued", "running", "progress", "preview", "done", "failed", "cancelled"];
const RELOOK = 10000; // the queue moves without an event when others' pictures are drawn
const GATHER = 80;

class StudioBoard extends HTMLElement {
  #due = new Map();

  connectedCallback() {
    this.status = document.getElementById("board-status");
    this.events ||= new JobEvents(this.dataset.events, KINDS, {
      heard: (kind, notice) => this.#heard(kind, notice),
      ask: () => this.live.forEach((request) => this.#refresh(request)),
      wanted: () => this.isConnected && this.live.length > 0,
    });
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
    this.events.hangUp();
  }

  get live() {
    return [...this.querySelectorAll(".request[data-live]")];
  }

  #seen = () => {
    if (!document.hidden) this.live.forEach((request) => this.#refresh(request));
  };

  #attend() {
    if (this.live.length) this.events.listen();
    else this.events.hangUp();
  }

  // On a phone the results stand below the form.
  #bringIntoView(request) {
    if (request.getBoundingClientRect().top < innerHeight * 0.75) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    request.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  #relook() {
    if (!document.hidden && !this.events.polls) this.live.forEach((request) => this.#refresh(request));
  }

  #heard(kind, notice) {
    const tile = this.querySelector(`#job-${notice.job}`);
    const request = this.querySelector(`#request-${notice.request}`);
    if (!request) return;
    const running = tile?.classList.contains("shot--running");
    if (kind === "progress" && running) showStep(tile, notice, this.dataset.stepText);
    else if (kind === "preview" && running) showPreview(tile, notice, this.dataset.stepText);
    else if (kind !== "queued" || !tile?.classList.contains("shot--queued")) this.#refresh(request);
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
        keepPreview(before, tile);
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
