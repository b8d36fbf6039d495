// A picture that is being drawn: its step, its preview, and both kept where the server's tile takes its place.

export function showStep(tile, { step, total }, words) {
  const bar = tile.querySelector("progress");
  if (bar) Object.assign(bar, { max: total, value: step });
  const line = tile.querySelector("[data-step]");
  if (line) line.textContent = words.replace("{step}", step).replace("{total}", total);
}

export async function showPreview(tile, notice, words) {
  if (notice.total) showStep(tile, notice, words);
  const frame = tile.querySelector("[data-preview]");
  if (!frame) return;
  const image = new Image();
  image.className = "shot__preview";
  image.alt = "";
  image.src = `${frame.dataset.preview}?step=${notice.step}`;
  try {
    await image.decode();
    frame.replaceChildren(image); // only when it is there, so that nothing flickers
  } catch {
    // The picture is finished and its preview gone: the next event brings it.
  }
}

export function keepPreview(before, tile) {
  const preview = before.querySelector(".shot__preview");
  const frame = tile.querySelector("[data-preview]");
  if (preview && frame) frame.replaceChildren(preview);
}
