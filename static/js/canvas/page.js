/**
 * <edit-canvas>: paint on a picture what is to be drawn anew. Without this file the page is a form with a field for a
 * mask's file and numbers for a box and for edges; everything here ends in that same form.
 */
import "../studio/studio-board.js";
import { History } from "./history.js";
import { carryOver, numbers } from "./fields.js";
import { Keeper } from "./keeping.js";
import { LARGEST, Layer, workSize } from "./layer.js";
import { listen } from "./keys.js";
import { Overlay } from "./overlay.js";
import { maskPng } from "./png.js";
import { attend } from "./pointers.js";
import { send } from "./sending.js";
import { tools } from "./tools.js";
import { View } from "./view.js";

const MASK_COLOUR = "#e0218a";
const SETTLE = 250;
const SMALL_PART = 0.25; // of the picture: what is smaller gains from being drawn at full size
const TASK_OF = { box: "repair", frame: "edges", lasso: "paint", rectangle: "paint" };
const KIND_OF_TOOL = { repair: "box", edges: "frame" };

class EditCanvas extends HTMLElement {
  connectedCallback() {
    if (this.view) return;
    const { width, height } = this.dataset;
    this.size = { width: Number(width), height: Number(height) };
    this.work = workSize(this.size.width, this.size.height);
    this.stage = this.querySelector("[data-stage]");
    this.sheet = this.querySelector("[data-sheet]");
    this.history = new History();
    this.layers = { mask: new Layer("mask", this.work, { flat: true, colour: MASK_COLOUR }) };
    this.sheet.append(this.layers.mask.canvas);
    this.layerName = "mask";
    this.tool = "brush";
    this.classList.add("easel--ready");
    this.view = new View(this.stage, this.sheet, this.size, () => this.overlay?.show());
    this.overlay = new Overlay(this.stage, this.view);
    this.#sizeBrush();
    this.#showPicture();
    attend(this.stage, this.view, tools(this), () => this.tool === "hand" || this.spaceHeld);
    this.stage.addEventListener("pointerenter", () => (this.over = true));
    this.stage.addEventListener("pointerleave", () => (this.over = false));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("input", (event) => this.#typed(event));
    this.addEventListener("submit", (event) => this.#submitted(event));
    this.#listenToKeys();
    // The stage gets its size late on a phone, whose bars come and go.
    new ResizeObserver(() => { if (this.view.fitted ?? true) this.#fit(); }).observe(this.stage);
    this.dress();
    this.takeTool(KIND_OF_TOOL[this.task] ?? "brush");
    this.keeper = new Keeper(this);
    this.ready = this.keeper.restore();
  }

  get form() {
    return document.getElementById("canvas-form");
  }

  get task() {
    return this.form.elements.task.value;
  }

  get layer() {
    return this.layers[this.layerName];
  }

  /** The mask as it would be sent: one byte a pixel of the picture. */
  get mask() {
    return maskPng(this.layers.mask.plane(), this.work, this.size.width, this.size.height);
  }

  // --- tools ---------------------------------------------------------------------------------------

  takeTool(tool) {
    this.tool = tool;
    this.dataset.tool = tool;
    for (const button of this.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    this.overlay.show({ pointer: null });
  }

  /** Take a tool, and what is drawn anew with it becomes what is asked for. */
  useTool(tool) {
    this.takeTool(tool);
    if (tool === "box" || tool === "frame") this.useTask(TASK_OF[tool]);
    else if (tool !== "hand" && this.layerName === "mask") this.useTask("paint");
  }

  useLayer(name) {
    if (name === "sketch") this.sketchLayer();
    this.layerName = name;
    for (const button of this.querySelectorAll("[data-layer]")) {
      button.setAttribute("aria-pressed", String(button.dataset.layer === name));
    }
    this.querySelector("[data-colour]").hidden = name !== "sketch";
    this.querySelector("[data-do=invert]").disabled = name !== "mask";
    if (!["brush", "eraser", "lasso", "rectangle"].includes(this.tool)) this.useTool("brush");
    if (name === "mask") this.useTask("paint");
    else if (this.task !== "paint" || this.layers.mask.empty) this.useTask("whole");
  }

  /** The layer of the sketch: it takes memory, so that it is made when somebody needs it. */
  sketchLayer() {
    if (!this.layers.sketch) {
      this.layers.sketch = new Layer("sketch", this.work, { colour: this.querySelector("[data-colour-input]").value });
      this.layers.mask.canvas.before(this.layers.sketch.canvas);
    }
    return this.layers.sketch;
  }

  /** Mask and sketch become empty; even this can be undone. */
  clearAll() {
    for (const layer of Object.values(this.layers)) {
      layer.clear();
      const step = layer.commit();
      if (step) this.history.add(step);
    }
    this.changed();
  }

  useTask(task) {
    const before = this.dataset.task;
    if (before === task) return;
    const strength = this.form.elements.strength;
    if (task === "repair" && !this.strengthChosen) {
      this.strengthBefore = strength.value;
      this.#set(strength, this.dataset.repairStrength);
    } else if (before === "repair" && this.strengthBefore && !this.strengthChosen) {
      this.#set(strength, this.strengthBefore);
    }
    this.form.elements.task.value = task;
    this.dress();
  }

  commit() {
    const step = this.layer.commit();
    if (!step) return;
    this.history.add(step);
    if (this.layerName === "mask") this.useTask("paint"); // what is painted is what is meant
    this.changed();
  }

  #step(way) {
    const there = this.history[way]((step) => step.layer.swap(step));
    this.#say(there ? this.dataset[way === "undo" ? "undoneText" : "redoneText"] : this.dataset.nothingText);
    if (there) this.changed();
  }

  // --- what was done -------------------------------------------------------------------------------

  changed() {
    this.#renew();
    this.querySelector("[data-do=undo]").disabled = !this.history.canUndo;
    this.querySelector("[data-do=redo]").disabled = !this.history.canRedo;
    this.keeper.noteGone();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.weigh();
      this.keeper.save();
    }, SETTLE);
  }

  // Whether the last request arrived isn't known: the same sent again is the same request, anything else a new one.
  #renew() {
    if (!this.unanswered) return;
    this.unanswered = false;
    this.form.elements.key.value = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("");
  }

  // A small part is drawn at full size unless somebody said otherwise.
  weigh() {
    const extent = this.layers.mask.extent();
    const share = extent ? (extent.width * extent.height) / (this.work.width * this.work.height) : 0;
    const closer = this.form.elements.only_masked;
    if (closer && !closer.disabled && !this.closerChosen) closer.checked = share > 0 && share < SMALL_PART;
    const percent = extent ? Math.max(1, Math.round(extent.share * 100)) : 0;
    this.#say(this.dataset.paintedText.replace("{percent}", percent));
  }

  #say(text) {
    this.querySelector("[data-said]").textContent = text;
  }

  #set(input, value) {
    input.value = value;
    const shown = this.form.querySelector(`[data-shows=${input.name}]`);
    if (shown) shown.textContent = input.value;
  }

  // What the form says, shown on the canvas; and only the part of the form that counts.
  dress() {
    this.dataset.task = this.task;
    for (const part of this.form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== this.task;
    this.form.querySelector(".canvas-form__count").hidden = this.task === "repair";
    this.style.setProperty("--feather", `${Number(this.form.elements.mask_blur.value) || 0}px`);
    this.showShapes();
    this.#estimate();
  }

  showShapes() {
    const [x, y, width, height] = numbers(this.form, "box");
    const margins = numbers(this.form, "outpaint");
    this.overlay.show({
      box: this.task === "repair" && width > 0 && height > 0 ? { x, y, width, height } : null,
      margins: this.task === "edges" ? margins : null,
    });
  }

  #fit() {
    this.view.fit(this.task === "edges" ? numbers(this.form, "outpaint") : undefined);
  }

  #estimate() {
    clearTimeout(this.estimating);
    this.estimating = setTimeout(async () => {
      const { elements } = this.form;
      const query = new URLSearchParams({ shape: "source" });
      for (const name of ["model", "steps", "sampler", "count", "strength", "source"]) query.set(name, elements[name]?.value ?? "");
      if (this.task === "repair") query.set("count", "4");
      try {
        const answer = await fetch(`${this.form.querySelector("[data-draw]").dataset.estimate}?${query}`);
        if (answer.ok) this.form.querySelector("[data-draw-label]").textContent = await answer.text();
      } catch {
        // The words that are there do as well.
      }
    }, SETTLE);
  }

  // --- buttons, fields, keys -------------------------------------------------------------------------

  #clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.tool) this.useTool(button.dataset.tool);
    if (button.dataset.layer) this.useLayer(button.dataset.layer);
    this.#do(button.dataset.do);
  }

  #do(what) {
    if (what === "undo" || what === "redo") this.#step(what);
    if (what === "invert" && this.layerName === "mask") {
      this.layer.invert();
      this.commit();
    }
    if (what === "clear") {
      this.layer.clear();
      this.commit();
    }
    if (what === "closer") this.view.zoomBy(1.4);
    if (what === "further") this.view.zoomBy(1 / 1.4);
    if (what === "fit") this.#fit();
  }

  #typed({ target }) {
    const shown = this.form.querySelector(`[data-shows=${target.name || "none"}]`);
    if (shown) shown.textContent = target.value;
    if (this.form.contains(target)) this.#renew();
    if (target.matches("[data-size]")) this.#useSize(Number(target.value));
    if (target.matches("[data-colour-input]") && this.layers.sketch) this.layers.sketch.colour = target.value;
    if (target.name === "strength") this.strengthChosen = true;
    if (target.name === "only_masked") this.closerChosen = true;
    if (target.name === "task") {
      this.useTask(target.value);
      this.#takeFittingTool();
      this.changed();
    }
    if (["box", "outpaint"].includes(target.name)) {
      this.showShapes();
      if (target.name === "outpaint" && this.view.fitted) this.#fit();
      this.changed();
    }
    if (target.name === "mask_blur") this.dress();
    if (["count", "model", "steps", "sampler", "strength"].includes(target.name)) this.#estimate();
    if (target.name === "prompt") this.changed();
  }

  // The tool that goes with what was chosen in the form.
  #takeFittingTool() {
    const tool = KIND_OF_TOOL[this.task] ?? "brush";
    if (tool !== "brush" || ["box", "frame"].includes(this.tool)) this.takeTool(tool);
  }

  #listenToKeys() {
    const draw = () => this.form.requestSubmit(this.form.querySelector("[data-draw]"));
    listen({
      over: () => this.over,
      held: (down) => {
        this.spaceHeld = down;
        this.stage.classList.toggle("easel__stage--hand", down);
      },
      actions: {
        b: () => this.useTool("brush"),
        e: () => this.useTool("eraser"),
        l: () => this.useTool("lasso"),
        r: () => this.useTool("rectangle"),
        x: () => this.useTool("box"),
        o: () => this.useTool("frame"),
        i: () => this.#do("invert"),
        0: () => this.#fit(),
        "+": () => this.view.zoomBy(1.4),
        "=": () => this.view.zoomBy(1.4),
        "-": () => this.view.zoomBy(1 / 1.4),
        "[": () => this.#useSize(Math.min(this.brushSize - 1, this.brushSize / 1.2)),
        "]": () => this.#useSize(Math.max(this.brushSize + 1, this.brushSize * 1.2)),
      },
      strokes: {
        z: () => this.#step("undo"),
        "shift+z": () => this.#step("redo"),
        y: () => this.#step("redo"),
        enter: draw,
      },
    });
  }

  #sizeBrush() {
    const slider = this.querySelector("[data-size]");
    slider.max = String(Math.max(16, Math.round(Math.max(this.size.width, this.size.height) / 3)));
    this.#useSize(Math.max(4, Math.min(this.size.width, this.size.height) / 12));
  }

  #useSize(size) {
    const slider = this.querySelector("[data-size]");
    this.brushSize = Math.max(1, Math.min(Number(slider.max), Math.round(size)));
    slider.value = String(this.brushSize);
    this.querySelector("[data-size-shown]").textContent = String(this.brushSize);
    this.overlay.show({ size: this.brushSize });
  }

  // --- the picture ---------------------------------------------------------------------------------

  // A large one is shown no larger than it is painted on: what it takes to show it whole is let go at once.
  async #showPicture() {
    const image = this.querySelector("[data-picture]");
    if (this.size.width * this.size.height <= LARGEST) {
      image.src = this.dataset.whole;
      return;
    }
    try {
      const answer = await fetch(this.dataset.whole);
      if (!answer.ok) return;
      const { width, height } = this.work;
      const bitmap = await createImageBitmap(await answer.blob(), { resizeWidth: width, resizeHeight: height, resizeQuality: "high" });
      const canvas = Object.assign(document.createElement("canvas"), { width, height, className: "easel__picture" });
      canvas.role = "img";
      canvas.ariaLabel = image.alt;
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
      image.replaceWith(canvas);
    } catch {
      // The smaller picture that is there serves as well.
    }
  }

  // --- sending -------------------------------------------------------------------------------------

  async #submitted(event) {
    if (event.target !== this.form) return;
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    const button = event.submitter?.name === "apply" ? event.submitter : null;
    const big = this.form.querySelector("[data-draw]");
    big.setAttribute("aria-busy", "true");
    const sent = new FormData(this.form);
    try {
      const answer = await send(this.form, { button, without: button ? [] : ["mask", "mask_file", "sketch"], files: button ? {} : await this.#files() });
      if (answer.form) carryOver(sent, this.form, answer.form);
      this.#answered(answer, button);
    } catch {
      this.#answered({ failed: "answer" }); // a phone without memory left packs no picture
    } finally {
      this.sending = false;
      this.form.querySelector("[data-draw]").removeAttribute("aria-busy");
    }
  }

  async #files() {
    const files = {};
    const { mask, sketch } = this.layers;
    if (this.task === "paint" && !mask.empty) files.mask_file = await this.mask;
    if (sketch && !sketch.empty) {
      files.sketch_file = await new Promise((resolve, reject) => {
        sketch.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
      });
    }
    return files;
  }

  #answered({ board, key, form, failed }, button) {
    const unsent = this.form.querySelector("[data-unsent]");
    unsent.hidden = !failed;
    this.unanswered = Boolean(failed);
    if (failed) {
      unsent.textContent = this.dataset[{ lost: "lostText", out: "outText" }[failed] ?? "failedText"];
      return;
    }
    if (board) {
      if (key) this.form.elements.key.value = key;
      for (const note of this.form.querySelectorAll(".errorlist, .notice--error:not([data-unsent]), [data-refused]")) note.remove();
      for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
      document.getElementById("requests").prepend(board);
      return;
    }
    this.form.replaceWith(form);
    this.dress();
    this.#takeFittingTool();
    if (button) this.changed();
    (form.querySelector("[data-focus], [aria-invalid=true]") ?? form.querySelector("[tabindex='-1'].errorlist"))?.focus();
  }
}

customElements.define("edit-canvas", EditCanvas);
