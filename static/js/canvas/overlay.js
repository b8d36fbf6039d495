/** Lines above the picture that belong to no layer: brush, lasso, boxes, the frame of new edges with its handles. */
const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["left", "top", "right", "bottom"];

const element = (name, attributes = {}) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const place = (rectangle, from, to) => {
  rectangle.setAttribute("x", Math.min(from.x, to.x));
  rectangle.setAttribute("y", Math.min(from.y, to.y));
  rectangle.setAttribute("width", Math.abs(to.x - from.x));
  rectangle.setAttribute("height", Math.abs(to.y - from.y));
};

export class Overlay {
  constructor(stage, view) {
    this.view = view;
    this.svg = element("svg", { class: "easel__overlay", "aria-hidden": "true" });
    // Each line twice: dark under light can be seen on any picture.
    this.lasso = [element("path", { class: "easel__line easel__line--under" }), element("path", { class: "easel__line" })];
    this.box = [element("rect", { class: "easel__line easel__line--under" }), element("rect", { class: "easel__line" })];
    this.frame = [element("rect", { class: "easel__line easel__line--under" }), element("rect", { class: "easel__line easel__line--dashed" })];
    this.brush = [element("circle", { class: "easel__brush-edge easel__brush-edge--under" }), element("circle", { class: "easel__brush-edge" })];
    this.handles = SIDES.map((side) => {
      const handle = element("g", { class: `easel__handle easel__handle--${side}`, "data-side": side });
      // The finger gets 44 px, the eye a small bar.
      handle.append(element("rect", { class: "easel__grip", x: -22, y: -22, width: 44, height: 44 }), element("rect", {
        class: "easel__knob",
        ...(side === "left" || side === "right" ? { x: -4, y: -16, width: 8, height: 32 } : { x: -16, y: -4, width: 32, height: 8 }),
        rx: 4,
      }));
      return handle;
    });
    this.svg.append(...this.lasso, ...this.box, ...this.frame, ...this.handles, ...this.brush);
    stage.append(this.svg);
    this.state = { points: [], box: null, margins: null, pointer: null, size: 0 };
    this.show();
  }

  /** `points` of a lasso and `box` ({x, y, width, height}) in pixels of the picture, `margins` or null for no frame,
   * `pointer` on the stage with the `size` of its brush in pixels of the picture. What isn't named stays. */
  show(change = {}) {
    Object.assign(this.state, change);
    const { points, box, margins, pointer, size } = this.state;
    const { view } = this;
    const line = points.map((point) => view.outOf(point)).map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    for (const path of this.lasso) path.setAttribute("d", line.length > 1 ? `M${line.join("L")}Z` : "");
    for (const rectangle of this.box) {
      rectangle.toggleAttribute("hidden", !box);
      if (box) place(rectangle, view.outOf(box), view.outOf({ x: box.x + box.width, y: box.y + box.height }));
    }
    this.#frame(margins);
    for (const circle of this.brush) {
      circle.toggleAttribute("hidden", !pointer || !size);
      if (!pointer || !size) continue;
      circle.setAttribute("cx", pointer.x);
      circle.setAttribute("cy", pointer.y);
      circle.setAttribute("r", Math.max(1, (size * view.zoom) / 2));
    }
  }

  #frame(margins) {
    for (const part of [...this.frame, ...this.handles]) part.toggleAttribute("hidden", !margins);
    if (!margins) return;
    const [left, top, right, bottom] = margins;
    const { width, height } = this.view.size;
    const from = this.view.outOf({ x: -left, y: -top });
    const to = this.view.outOf({ x: width + right, y: height + bottom });
    for (const rectangle of this.frame) place(rectangle, from, to);
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    const at = [[from.x, middle.y], [middle.x, from.y], [to.x, middle.y], [middle.x, to.y]];
    this.handles.forEach((handle, index) => handle.setAttribute("transform", `translate(${at[index].join(" ")})`));
  }
}
