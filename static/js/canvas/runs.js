/** Pixels as runs: pairs of how often and what. Strokes are large areas of few colours, so that they get small. */

/** Uint32Array of pixels → Uint32Array of pairs (count, value). */
export function packed(pixels) {
  const pairs = [];
  let value = pixels[0];
  let count = 0;
  for (const pixel of pixels) {
    if (pixel === value) count += 1;
    else {
      pairs.push(count, value);
      value = pixel;
      count = 1;
    }
  }
  if (count) pairs.push(count, value);
  return Uint32Array.from(pairs);
}

/** The other way round, into `pixels`, which it returns. */
export function unpacked(runs, pixels) {
  let at = 0;
  for (let index = 0; index < runs.length; index += 2) {
    pixels.fill(runs[index + 1], at, at + runs[index]);
    at += runs[index];
  }
  return pixels;
}
