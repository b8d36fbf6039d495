/** Where the picture lies on the stage, and how large: panning, zooming, and points of the screen in the picture. */
const CLOSEST = 32;

export class View {
  /** `size`: width and height of the picture in its pixels. `changed` is called after each move. */
  constructor(stage, sheet, size, changed) {
    Object.assign(this, { stage, sheet, size, changed, x: 0, y: 0, zoom: 1 });
    sheet.style.width = `${size.width}px`;
    sheet.style.height = `${size.height}px`;
  }

  /** The whole picture, with what is to be added at its edges (left, top, right, bottom). */
  fit([left, top, right, bottom] = [0, 0, 0, 0]) {
    const { clientWidth, clientHeight } = this.stage;
    const width = left + this.size.width + right;
    const height = top + this.size.height + bottom;
    const room = Math.min(48, clientWidth * 0.08); // for a finger at the edges
    this.fitting = Math.min((clientWidth - room) / width, (clientHeight - room) / height);
    this.zoom = Math.min(this.fitting, CLOSEST);
    this.x = (clientWidth - width * this.zoom) / 2 + left * this.zoom;
    this.y = (clientHeight - height * this.zoom) / 2 + top * this.zoom;
    this.fitted = true;
    this.#show();
  }

  /** `factor` times as large; the point of the stage (in screen pixels from its corner) stays where it is. */
  zoomBy(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const least = Math.min(this.fitting ?? 1, 1) / 4;
    const zoom = Math.max(least, Math.min(CLOSEST, this.zoom * factor));
    this.x = at.x - ((at.x - this.x) * zoom) / this.zoom;
    this.y = at.y - ((at.y - this.y) * zoom) / this.zoom;
    this.zoom = zoom;
    this.fitted = false;
    this.#show();
  }

  panBy(dx, dy) {
    // A corner of it stays in sight.
    const keep = 48;
    const { clientWidth, clientHeight } = this.stage;
    this.x = Math.max(keep - this.size.width * this.zoom, Math.min(clientWidth - keep, this.x + dx));
    this.y = Math.max(keep - this.size.height * this.zoom, Math.min(clientHeight - keep, this.y + dy));
    this.fitted = false;
    this.#show();
  }

  /** A pointer's place on the stage, in screen pixels from its corner. */
  onStage({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    return { x: clientX - box.left - this.stage.clientLeft, y: clientY - box.top - this.stage.clientTop };
  }

  /** The same place in pixels of the picture. */
  inPicture(event) {
    const { x, y } = this.onStage(event);
    return { x: (x - this.x) / this.zoom, y: (y - this.y) / this.zoom };
  }

  /** A point of the picture, in screen pixels from the stage's corner. */
  outOf({ x, y }) {
    return { x: x * this.zoom + this.x, y: y * this.zoom + this.y };
  }

  #show() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    this.sheet.classList.toggle("easel__sheet--near", this.zoom > 3);
    this.changed();
  }
}
