// What the server says about jobs while they are drawn: by events, and where none come, by asking every two seconds.

const POLL = 2000;
const AGAIN = 30000;

export class JobEvents {
  #source = null;
  #failures = 0;
  #poll = 0;

  // `heard(kind, notice)` for each event, `ask()` for each question instead, `wanted()` whether anything is still drawn.
  constructor(address, kinds, { heard, ask, wanted }) {
    Object.assign(this, { address, kinds, heard, ask, wanted });
  }

  get polls() {
    return Boolean(this.#poll);
  }

  listen() {
    if (this.#source || this.#poll) return;
    if ("EventSource" in window) this.#open();
    else this.#startPolling();
  }

  hangUp() {
    this.#source?.close();
    this.#source = null;
    this.#stopPolling();
  }

  #open() {
    const source = new EventSource(this.address);
    this.#source = source;
    for (const kind of this.kinds) {
      source.addEventListener(kind, (event) => this.heard(kind, JSON.parse(event.data)));
    }
    source.onopen = () => { this.#failures = 0; this.#stopPolling(); };
    source.onerror = () => {
      this.#failures += 1;
      // Closed for good (an error page, too many streams) or failing again and again: ask instead, listen later.
      if (source.readyState !== EventSource.CLOSED && this.#failures < 3) return;
      source.close();
      this.#source = null;
      this.#startPolling();
      setTimeout(() => { if (this.wanted() && !this.#source) this.#open(); }, AGAIN);
    };
  }

  #startPolling() {
    this.#poll ||= setInterval(() => {
      if (document.hidden) return;
      if (!this.wanted()) this.hangUp();
      this.ask();
    }, POLL);
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = 0;
  }
}
