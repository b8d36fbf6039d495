import { packed, unpacked } from "./runs.js";

/**
 * One layer that is painted on: the mask, whose pixels are there or not, or the sketch in colours.
 *
 * It is at most LARGEST pixels large, whatever the picture is: a canvas takes 4 bytes for each, and phones give a page
 * little memory. The mask is scaled up to the picture's own size when it is sent, and the sketch by the site.
 */
export const LARGEST = 4_000_000;

export function workSize(width, height) {
  const scale = Math.min(1, Math.sqrt(LARGEST / (width * height)));
  return { scale, width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const blank = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

export class Layer {
  /** `flat`: pixels are wholly there or not at all, in the one `colour`. */
  constructor(name, { width, height }, { flat = false, colour = "#000" } = {}) {
    Object.assign(this, { name, width, height, flat, colour });
    this.canvas = blank(width, height);
    this.canvas.className = `easel__layer easel__layer--${name}`;
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    // What was there before the stroke that is being painted: a second touch takes the stroke back.
    this.before = blank(width, height);
    this.past = this.before.getContext("2d", { willReadFrequently: true });
    this.dirty = null;
  }

  /** A line from one point to the next, `size` wide; the same point twice is a dot. */
  line(from, to, size, { erase = false } = {}) {
    const { context } = this;
    context.save();
    context.globalCompositeOperation = erase ? "destination-out" : "source-over";
    context.strokeStyle = this.colour;
    context.lineWidth = size;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + (from.x === to.x && from.y === to.y ? 0.01 : 0), to.y);
    context.stroke();
    context.restore();
    const reach = size / 2 + 2;
    this.#touch(Math.min(from.x, to.x) - reach, Math.min(from.y, to.y) - reach, Math.max(from.x, to.x) + reach, Math.max(from.y, to.y) + reach);
  }

  /** Fill what lies within the points. */
  fill(points, { erase = false } = {}) {
    const { context } = this;
    context.save();
    context.globalCompositeOperation = erase ? "destination-out" : "source-over";
    context.fillStyle = this.colour;
    context.beginPath();
    points.forEach(({ x, y }, index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fill();
    context.restore();
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    this.#touch(Math.min(...xs) - 2, Math.min(...ys) - 2, Math.max(...xs) + 2, Math.max(...ys) + 2);
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
    this.#touch(0, 0, this.width, this.height);
  }

  invert() {
    const { context } = this;
    context.save();
    context.globalCompositeOperation = "source-out";
    context.fillStyle = this.colour;
    context.fillRect(0, 0, this.width, this.height);
    context.restore();
    this.#touch(0, 0, this.width, this.height);
  }

  /** The stroke is over: the step that undoes it, or null if it changed nothing. */
  commit() {
    const rectangle = this.#cut();
    if (!rectangle) return null;
    const { x, y, width, height } = rectangle;
    if (this.flat) this.#flatten(rectangle);
    const old = this.past.getImageData(x, y, width, height);
    const now = this.context.getImageData(x, y, width, height);
    const [was, is] = [new Uint32Array(old.data.buffer), new Uint32Array(now.data.buffer)];
    if (was.every((pixel, index) => pixel === is[index])) return null;
    this.#remember(rectangle);
    return { layer: this, ...rectangle, runs: packed(was) };
  }

  /** Take the stroke back that is being painted. */
  cancel() {
    const rectangle = this.#cut();
    if (!rectangle) return;
    const { x, y, width, height } = rectangle;
    this.context.putImageData(this.past.getImageData(x, y, width, height), x, y);
  }

  /** Put a step's pixels in, and return the step that puts back what was there. */
  swap({ x, y, width, height, runs }) {
    const now = this.context.getImageData(x, y, width, height);
    const opposite = { layer: this, x, y, width, height, runs: packed(new Uint32Array(now.data.buffer)) };
    unpacked(runs, new Uint32Array(now.data.buffer));
    this.context.putImageData(now, x, y);
    this.#remember({ x, y, width, height });
    return opposite;
  }

  /** Everything as runs, for a draft. */
  pack() {
    return packed(new Uint32Array(this.context.getImageData(0, 0, this.width, this.height).data.buffer));
  }

  unpack(runs) {
    const image = this.context.createImageData(this.width, this.height);
    unpacked(runs, new Uint32Array(image.data.buffer));
    this.context.putImageData(image, 0, 0);
    this.#remember({ x: 0, y: 0, width: this.width, height: this.height });
  }

  /** Uint8Array: 255 where something is. */
  plane() {
    const { data } = this.context.getImageData(0, 0, this.width, this.height);
    const plane = new Uint8Array(this.width * this.height);
    for (let index = 0; index < plane.length; index += 1) plane[index] = data[index * 4 + 3] >= 128 ? 255 : 0;
    return plane;
  }

  /** How much of it is painted (0 to 1), and the box around that in whole pixels; null where nothing is. */
  extent() {
    const plane = this.plane();
    let count = 0;
    let [left, top, right, bottom] = [this.width, this.height, -1, -1];
    for (let y = 0, index = 0; y < this.height; y += 1) {
      for (let x = 0; x < this.width; x += 1, index += 1) {
        if (!plane[index]) continue;
        count += 1;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        bottom = y;
      }
    }
    return count ? { share: count / plane.length, left, top, width: right - left + 1, height: bottom - top + 1 } : null;
  }

  get empty() {
    const { data } = this.context.getImageData(0, 0, this.width, this.height);
    return new Uint32Array(data.buffer).every((pixel) => pixel === 0);
  }

  #touch(left, top, right, bottom) {
    const dirty = this.dirty ?? { left, top, right, bottom };
    this.dirty = {
      left: Math.min(dirty.left, left),
      top: Math.min(dirty.top, top),
      right: Math.max(dirty.right, right),
      bottom: Math.max(dirty.bottom, bottom),
    };
  }

  // The rectangle that was touched, in whole pixels within the layer.
  #cut() {
    const { dirty } = this;
    this.dirty = null;
    if (!dirty) return null;
    const x = Math.max(0, Math.floor(dirty.left));
    const y = Math.max(0, Math.floor(dirty.top));
    const width = Math.min(this.width, Math.ceil(dirty.right)) - x;
    const height = Math.min(this.height, Math.ceil(dirty.bottom)) - y;
    return width > 0 && height > 0 ? { x, y, width, height } : null;
  }

  // The soft edge of a stroke becomes hard: the soft edge of a mask is a number beside it.
  #flatten({ x, y, width, height }) {
    const image = this.context.getImageData(x, y, width, height);
    const { data } = image;
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(this.colour.slice(at, at + 2), 16));
    for (let index = 0; index < data.length; index += 4) {
      const there = data[index + 3] >= 128;
      data[index] = there ? red : 0;
      data[index + 1] = there ? green : 0;
      data[index + 2] = there ? blue : 0;
      data[index + 3] = there ? 255 : 0;
    }
    this.context.putImageData(image, x, y);
  }

  #remember({ x, y, width, height }) {
    this.past.clearRect(x, y, width, height);
    this.past.drawImage(this.canvas, x, y, width, height, x, y, width, height);
  }
}
