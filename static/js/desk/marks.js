/** Marks sent in the background, shown at once when they are kept, and taken back by one press. */
import { toast } from "../toast.js";
import { recount } from "./counts.js";

// What leads to another page goes there.
const LEAVING = new Set(["compare", "archive"]);

/** Very many fields are refused; one long one isn't. */
function joined(data) {
  if (data.has("ids")) data.set("ids", data.getAll("ids").join(","));
  return data;
}

export class Marks {
  constructor(board) {
    this.board = board;
    this.token = "";
    this.waiting = 0;
    this.last = Promise.resolve();
  }

  /** One after another, so that what was pressed last is what is kept and shown. */
  queue(work) {
    this.waiting += 1;
    this.last = this.last.catch(() => {}).then(work).finally(() => { this.waiting -= 1; });
  }

  form(fields) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.board.form.elements.csrfmiddlewaretoken.value);
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    return data;
  }

  /** A button of the form was pressed. */
  send(event) {
    const button = event.submitter;
    const data = new FormData(this.board.form, button ?? undefined);
    const one = data.get("one");
    const act = one ? one.split(":")[0] : data.get("act");
    if (!one && !data.has("ids") && !data.has("scope")) {
      for (const tile of this.board.meant) {
        data.append("ids", tile.dataset.take);
        if (LEAVING.has(act)) this.carry(tile.dataset.take);
      }
    }
    if (LEAVING.has(act)) return;
    event.preventDefault();
    document.getElementById("desk-more")?.hidePopover?.();
    this.queue(() => this.post(this.board.dataset.mark, joined(data)));
    for (const box of this.board.form.querySelectorAll("[name=fix]:checked, [name=scope]:checked")) box.checked = false;
  }

  carry(id) {
    const box = this.board.tile(id)?.querySelector("[name=ids]");
    if (box) box.checked = true;
  }

  /** Do `act` to whom it is meant for. */
  act(act, more = {}) {
    const meant = this.board.meant;
    if (!meant.length) return false;
    const data = this.form({ act, ...more, ids: meant.map((tile) => tile.dataset.take).join(",") });
    this.queue(() => this.post(this.board.dataset.mark, data));
    return true;
  }

  /** Take back the last mark, also one that is still on its way. */
  undo() {
    if (!this.token && !this.waiting) return false;
    this.queue(async () => {
      if (this.token) await this.post(this.board.dataset.undo, this.form({ token: this.token }));
    });
    return true;
  }

  async post(address, data) {
    let said;
    try {
      const answer = await fetch(address, { method: "POST", body: data, headers: { Accept: "application/json" } });
      said = await answer.json();
    } catch {
      toast(this.board.dataset.saidFailed);
      return;
    }
    if (said.error) {
      // Whoever stops it on the way there says a code and a sentence, the desk itself the sentence alone.
      toast(said.message ?? said.error);
      return;
    }
    this.token = said.undo ?? "";
    for (const take of said.takes) this.show(take);
    this.board.count();
    recount(this.board);
    this.tell(said.said);
  }

  show(take) {
    const places = this.board.querySelectorAll(`[data-take="${CSS.escape(String(take.id))}"]`);
    for (const place of places) {
      place.dataset.flag = take.flag;
      place.dataset.stars = take.stars;
      place.dataset.fix = take.to_fix.join(" ");
      for (const flag of ["pick", "reject"]) {
        const button = place.querySelector(`.desk-tile__act--${flag}`);
        if (!button) continue;
        button.setAttribute("aria-pressed", String(take.flag === flag));
        button.value = `${take.flag === flag ? "undecided" : flag}:${take.id}`;
      }
      const stars = place.querySelector("[data-stars-said]");
      if (stars) {
        stars.textContent = "★".repeat(take.stars);
        if (take.stars) {
          stars.setAttribute("role", "img");
          stars.setAttribute("aria-label", this.board.dataset.saidStar.replace("{count}", take.stars));
        } else {
          stars.removeAttribute("role");
          stars.removeAttribute("aria-label");
        }
      }
      const fixes = place.querySelector("[data-fixes]");
      if (fixes) {
        fixes.textContent = take.fixes.join(", ");
        fixes.hidden = !take.fixes.length;
      }
      // What went to the bin, or came out of it, belongs on another page; it comes back with the undo.
      if (place.matches(".desk-tile")) this.board.seat(place, String(take.binned) === place.dataset.binned);
    }
  }

  /** The sentence, with a way back. */
  tell(sentence) {
    toast(sentence);
    const note = document.querySelector("#toasts .toast");
    if (!note || !this.token) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast__undo";
    button.textContent = this.board.dataset.saidUndo;
    button.addEventListener("click", () => {
      this.undo();
      // The button goes with its sentence; whoever works by keys goes on where they were.
      this.board.refocus();
    });
    note.append(" ", button);
  }
}
