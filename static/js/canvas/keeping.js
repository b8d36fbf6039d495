/** Keeps what is painted as a draft in this browser, and brings it back. */
import * as drafts from "./drafts.js";
import { fill, values } from "./fields.js";
import { draftName } from "./tabs.js";

export class Keeper {
  constructor(canvas) {
    this.canvas = canvas;
    this.saved = document.querySelector("[data-saved]");
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
    addEventListener("pagehide", () => this.save());
  }

  /** Look for other tabs, and take up the draft that there is. */
  async restore() {
    const { owner, source } = this.canvas.dataset;
    const key = `${owner}:${source}`;
    const { name, second } = await draftName(key);
    document.querySelector("[data-second-tab]").hidden = !second;
    try {
      const draft = await drafts.load(name, { alone: !second && name === key });
      // Who is quick has painted already: that stands.
      if (draft && !this.canvas.history.canUndo) this.#takeUp(draft);
      this.name = name;
      drafts.tidy();
      if (this.canvas.history.canUndo) this.save();
    } catch {
      this.saved.textContent = this.canvas.dataset.unsavedText;
    }
  }

  /** The note about what came back goes with the first change. */
  noteGone() {
    document.querySelector("[data-restored]").hidden = true;
  }

  async save() {
    if (!this.name) return;
    const { form, task, work, layers: { mask, sketch } } = this.canvas;
    const [box, outpaint] = [values(form, "box"), values(form, "outpaint")];
    const nothing = mask.empty && (sketch?.empty ?? true) && ![...box, ...outpaint].some(Boolean);
    try {
      if (nothing) await drafts.drop(this.name);
      else {
        const { width, height } = work;
        const strokes = sketch && !sketch.empty ? sketch.pack() : null;
        const prompt = form.elements.prompt.value;
        await drafts.save(this.name, { width, height, box, outpaint, prompt, task, mask: mask.pack(), sketch: strokes });
      }
      this.saved.textContent = nothing ? "" : this.canvas.dataset.savedText;
    } catch {
      this.saved.textContent = this.canvas.dataset.unsavedText;
    }
  }

  #takeUp(draft) {
    const { canvas } = this;
    const { form, task, work } = canvas;
    const before = { box: values(form, "box"), outpaint: values(form, "outpaint"), prompt: form.elements.prompt.value, task };
    if (draft.width === work.width && draft.height === work.height) {
      if (draft.mask) canvas.layers.mask.unpack(draft.mask);
      if (draft.sketch) canvas.sketchLayer().unpack(draft.sketch);
    }
    this.#fillIn(draft);
    document.querySelector("[data-restored]").hidden = false;
    document.querySelector("[data-undo-restore]").onclick = () => {
      this.#fillIn(before);
      canvas.clearAll();
    };
    canvas.weigh();
  }

  #fillIn({ box, outpaint, prompt, task }) {
    const { canvas } = this;
    fill(canvas.form, "box", box);
    fill(canvas.form, "outpaint", outpaint);
    if (prompt) canvas.form.elements.prompt.value = prompt;
    if (task) canvas.useTask(task);
    canvas.dress();
    canvas.takeTool({ repair: "box", edges: "frame" }[canvas.task] ?? "brush");
  }
}
