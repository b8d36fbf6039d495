/** Marks sent in the background, shown at once when they are kept, and taken back by one press. */
import { toast } from "../toast.js";

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
    this.post(this.board.dataset.mark, joined(data));
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
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.board.form.elements.csrfmiddlewaretoken.value);
    data.set("act", act);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    for (const tile of meant) data.append("ids", tile.dataset.take);
    this.post(this.board.dataset.mark, joined(data));
    return true;
  }

  undo() {
    if (!this.token) return false;
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.board.form.elements.csrfmiddlewaretoken.value);
    data.set("token", this.token);
    this.token = "";
    this.post(this.board.dataset.undo, data);
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
      toast(said.error);
      return;
    }
    this.token = said.undo ?? "";
    for (const take of said.takes) this.show(take);
    this.tell(said.said);
  }

  show(take) {
    const places = this.board.querySelectorAll(`[data-take="${CSS.escape(String(take.id))}"]`);
    for (const place of places) {
      place.dataset.flag = take.flag;
      place.dataset.stars = take.stars;
      place.dataset.fix = take.to_fix.join(" ");
      for (const flag of ["pick", "reject"]) {
        place.querySelector(`[name=one][value^="${flag}:"]`)?.setAttribute("aria-pressed", String(take.flag === flag));
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
      if (place.matches(".desk-tile")) place.hidden = String(take.binned) !== place.dataset.binned;
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
    button.addEventListener("click", () => this.undo());
    note.append(" ", button);
  }
}
