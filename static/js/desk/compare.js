/**
 * <take-pair> shows two pictures beside each other, with a line between them, or over each other, and moves both at once:
 * a wheel or a pinch changes their size around the pointer, dragging moves them, keys do the same. Without this script
 * both stand side by side.
 */
const LARGEST = 16;

class TakePair extends HTMLElement {
  connectedCallback() {
    this.figures = [...this.querySelectorAll("[data-letter]")];
    this.images = this.figures.map((figure) => figure.querySelector("img"));
    if (this.images.some((image) => !image) || this.images.length !== 2 || this.tools) return;
    this.views = this.figures.map((figure) => figure.querySelector(".pair__view"));
    this.scale = 1;
    this.x = this.y = 0;
    this.pointers = new Map();
    this.build();
    for (const view of this.views) this.listen(view);
    this.show("beside");
  }

  build() {
    this.layer = document.createElement("div");
    this.layer.className = "pair__layer";
    this.tools = document.createElement("div");
    this.tools.className = "pair__tools";
    const modes = document.createElement("div");
    modes.className = "segmented";
    modes.setAttribute("role", "group");
    this.modes = ["beside", "slider", "hover"].map((mode) => this.button(this.dataset[mode], () => this.show(mode), { mode }));
    modes.append(...this.modes);
    const sizes = document.createElement("div");
    sizes.className = "cluster cluster--tight";
    const plain = "button button--small";
    sizes.append(
      this.button("−", () => this.zoom(1 / 1.5), { label: this.dataset.out, className: plain }),
      this.button("+", () => this.zoom(1.5), { label: this.dataset.in, className: plain }),
      this.button(this.dataset.fit, () => this.fit(), { className: plain }),
    );
    this.size = document.createElement("output");
    this.size.className = "numeric small muted";
    sizes.append(this.size);
    this.flip = this.button(this.dataset.flip, () => this.turn(!this.classList.contains("pair--flipped")), { className: plain });
    this.flip.setAttribute("aria-pressed", "false");
    this.range = document.createElement("input");
    Object.assign(this.range, { type: "range", min: "0", max: "100", step: "1", value: "50", className: "pair__range" });
    this.range.setAttribute("aria-label", this.dataset.label);
    this.range.addEventListener("input", () => this.line());
    this.tools.append(modes, sizes, this.flip);
    this.prepend(this.tools, this.range);
  }

  button(text, act, { mode, label, className = "" } = {}) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.className = className;
    if (label) button.setAttribute("aria-label", label);
    if (mode) button.dataset.mode = mode;
    button.addEventListener("click", act);
    return button;
  }

  show(mode) {
    this.mode = mode;
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    for (const name of ["beside", "slider", "hover"]) this.classList.toggle(`pair--${name}`, name === mode);
    this.range.hidden = mode !== "slider";
    this.flip.hidden = mode !== "hover";
    this.turn(false);
    const over = mode !== "beside";
    // B lies in A's view while they are over each other, in a layer of its own that the line cuts.
    if (over) {
      this.layer.append(this.images[1]);
      this.views[0].append(this.layer);
    } else {
      this.views[1].append(this.images[1]);
      this.layer.remove();
    }
    this.views[1].hidden = over;
    this.line();
    this.draw();
  }

  line() {
    this.style.setProperty("--at", `${this.range.value}%`);
    this.range.setAttribute("aria-valuetext", `A ${this.range.value} %, B ${100 - this.range.value} %`);
  }

  turn(flipped) {
    this.classList.toggle("pair--flipped", flipped);
    this.flip.setAttribute("aria-pressed", String(flipped));
  }

  fit() {
    this.scale = 1;
    this.x = this.y = 0;
    this.draw();
  }

  /** Larger or smaller around a point, which is told from the middle of the view, in parts of its size. */
  zoom(factor, atX = 0, atY = 0) {
    const scale = Math.min(LARGEST, Math.max(1, this.scale * factor));
    const by = scale / this.scale;
    this.x = atX - (atX - this.x) * by;
    this.y = atY - (atY - this.y) * by;
    this.scale = scale;
    this.draw();
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
    this.draw();
  }

  draw() {
    const most = (this.scale - 1) / 2;
    this.x = Math.min(most, Math.max(-most, this.x));
    this.y = Math.min(most, Math.max(-most, this.y));
    for (const image of this.images) image.style.transform = `translate(${this.x * 100}%, ${this.y * 100}%) scale(${this.scale})`;
    this.size.textContent = `${Math.round(this.scale * 100)} %`;
    this.dataset.scale = String(Math.round(this.scale * 100));
    // While all of it is seen there is nothing to move but the page.
    this.toggleAttribute("data-larger", this.scale > 1);
  }

  place(view, event) {
    const box = view.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width - 0.5, (event.clientY - box.top) / box.height - 0.5];
  }

  listen(view) {
    view.tabIndex = 0;
    view.setAttribute("role", "group");
    view.setAttribute("aria-label", this.dataset.keys);
    view.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 400), ...this.place(view, event));
    }, { passive: false });
    view.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      view.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, this.place(view, event));
    });
    view.addEventListener("pointermove", (event) => {
      const before = this.pointers.get(event.pointerId);
      if (!before) return;
      const now = this.place(view, event);
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      this.pointers.set(event.pointerId, now);
      if (other) {
        const far = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 0.001;
        this.zoom(far(now) / far(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      } else {
        this.pan(now[0] - before[0], now[1] - before[1]);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    view.addEventListener("pointerenter", (event) => {
      if (this.mode === "hover" && event.pointerType === "mouse") this.turn(true);
    });
    view.addEventListener("pointerleave", (event) => {
      if (this.mode === "hover" && event.pointerType === "mouse") this.turn(false);
    });
    view.addEventListener("dblclick", (event) => (this.scale > 1 ? this.fit() : this.zoom(3, ...this.place(view, event))));
    view.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = 0.1;
      const act = {
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), 0: () => this.fit(),
        ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0),
        ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
      }[event.key];
      if (!act) return;
      act();
      event.preventDefault();
    });
  }
}

customElements.define("take-pair", TakePair);
