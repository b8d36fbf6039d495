/**
 * What can be undone: for each step the rectangle that it changed, and its pixels before, as runs.
 *
 * At most MOST_STEPS of them, and no more than MOST_BYTES, however long somebody paints; the oldest go first. LEAST_STEPS
 * are kept in any case.
 */
const MOST_STEPS = 300;
const LEAST_STEPS = 50;
const MOST_BYTES = 48 * 2 ** 20;

export class History {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  get length() {
    return this.#done.length;
  }

  /** `step`: {layer, x, y, width, height, runs}. What was undone before can't be done again from here on. */
  add(step) {
    this.#undone = [];
    this.#done.push(step);
    let bytes = this.#done.reduce((sum, one) => sum + one.runs.byteLength, 0);
    while (this.#done.length > MOST_STEPS || (bytes > MOST_BYTES && this.#done.length > LEAST_STEPS)) {
      bytes -= this.#done.shift().runs.byteLength;
    }
  }

  /** `swap` puts a step's pixels back and returns the step that undoes just that. */
  undo(swap) {
    const step = this.#done.pop();
    if (step) this.#undone.push(swap(step));
    return Boolean(step);
  }

  redo(swap) {
    const step = this.#undone.pop();
    if (step) this.#done.push(swap(step));
    return Boolean(step);
  }

  clear() {
    this.#done = [];
    this.#undone = [];
  }
}
