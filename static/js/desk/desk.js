/** The desk: marks by key and by button without leaving the page, stacks opened in their place, older takes as one
    scrolls, and the film-strip. The page is a form with links and works without all this. */
import { handleKeys } from "./keys.js";
import { Marks } from "./marks.js";
import { continueAtEnd, toggleStack } from "./more.js";

class DeskBoard extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("[data-desk]");
    this.list = this.querySelector("[data-takes]");
    this.marks = new Marks(this);
    this.first = null; // of two takes to compare
    this.count();
    continueAtEnd(this);
    handleKeys(this);
    this.form.addEventListener("submit", (event) => this.marks.send(event));
    this.form.addEventListener("change", () => this.count());
    this.list.addEventListener("click", (event) => this.click(event));
    this.list.addEventListener("focusin", (event) => this.at(event.target.closest(".desk-tile")));
    if (this.stage) this.at(this.tile(this.stage.dataset.stage), { quiet: true });
  }

  get stage() { return this.querySelector("[data-stage]"); }
  get tiles() { return [...this.list.querySelectorAll(":scope > .desk-tile:not([hidden])")]; }
  get current() { return this.list.querySelector(":scope > .desk-tile[data-current]"); }
  get ticked() { return [...this.list.querySelectorAll("[name=ids]:checked")].map((box) => box.closest(".desk-tile")); }
  tile(id) { return this.list.querySelector(`:scope > .desk-tile[data-take="${CSS.escape(id)}"]`); }

  /** Whom an act is for: the chosen ones, else the one that one is at. */
  get meant() {
    const ticked = this.ticked;
    return ticked.length ? ticked : this.current ? [this.current] : [];
  }

  at(tile, { quiet = false } = {}) {
    if (!tile || tile === this.current) return;
    this.current?.removeAttribute("data-current");
    tile.setAttribute("data-current", "");
    if (this.stage && !quiet) this.show(tile);
  }

  /** Show a tile, or hide it once it belongs elsewhere: it is no longer chosen, and whoever was at it goes on. */
  seat(tile, here) {
    if (tile.hidden !== here) return;
    if (here) {
      tile.hidden = false;
      return;
    }
    tile.querySelector("[name=ids]").checked = false;
    const focused = tile.contains(document.activeElement);
    const tiles = this.tiles;
    const place = tiles.indexOf(tile);
    const next = tiles[place + 1] ?? tiles[place - 1];
    if (tile === this.current || focused) {
      tile.removeAttribute("data-current");
      if (next) this.at(next);
    }
    tile.hidden = true;
    if (focused) this.refocus();
  }

  /** Put the focus on the take that one is at, else where a search is typed. */
  refocus() {
    const here = this.current?.querySelector(".desk-tile__open") ?? document.getElementById("desk-search");
    here?.focus({ preventScroll: true });
  }

  /** Go on by so many takes; what is focused is scrolled to. */
  move(step) {
    const tiles = this.tiles;
    if (!tiles.length) return false;
    const now = tiles.indexOf(this.current);
    const next = tiles[now < 0 ? 0 : Math.min(tiles.length - 1, Math.max(0, now + step))];
    if (step > 0 && now + step >= tiles.length - 1) this.list.querySelector("[data-more] a")?.click();
    next.querySelector(".desk-tile__open").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  /** How many takes stand in a row. */
  get columns() {
    return this.stage ? 1 : getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
  }

  click(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const stack = event.target.closest("[data-stack]");
    if (stack) {
      event.preventDefault();
      toggleStack(this, stack);
      return;
    }
    const open = this.stage && event.target.closest(".desk-tile__open");
    if (!open) return;
    event.preventDefault();
    this.at(open.closest(".desk-tile"));
  }

  async show(tile) {
    const address = tile.querySelector(".desk-tile__open").href;
    this.wanted = address;
    const url = new URL(address);
    url.searchParams.set("part", "stage");
    const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || this.wanted !== address) return;
    const text = await answer.text();
    if (this.wanted !== address) return;
    const holder = document.createElement("template");
    holder.innerHTML = text.trim();
    this.stage.replaceWith(holder.content);
    history.replaceState(history.state, "", address);
    this.form.elements.next.value = new URL(address).pathname + new URL(address).search;
  }

  count() {
    const output = this.form.querySelector("[data-chosen]");
    const count = this.list.querySelectorAll("[name=ids]:checked").length;
    output.textContent = count === 0 ? output.dataset.none : count === 1 ? output.dataset.one : output.dataset.many.replace("{count}", count);
    this.toggleAttribute("data-choosing", count > 0);
  }
}

customElements.define("desk-board", DeskBoard);
