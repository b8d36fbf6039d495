/**
 * An 8-bit grey PNG of a mask, in the picture's own size.
 *
 * It is written row by row from the smaller plane that was painted on: a canvas as large as a picture of 16 megapixels
 * would take 64 MB, more than some phones allow. Format: https://www.w3.org/TR/png-3/
 */
const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const CRC = Uint32Array.from({ length: 256 }, (_none, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** `plane`: bytes of width × height; the PNG has `wide` × `high` pixels. Resolves to a Blob. */
export async function maskPng(plane, { width, height }, wide, high) {
  const columns = Uint32Array.from({ length: wide }, (_none, x) => Math.floor(((x + 0.5) * width) / wide));
  const row = (y) => {
    const bytes = new Uint8Array(wide + 1); // the first one says that the row is unfiltered
    const start = Math.floor(((y + 0.5) * height) / high) * width;
    for (let x = 0; x < wide; x += 1) bytes[x + 1] = plane[start + columns[x]];
    return bytes;
  };
  let y = 0;
  const rows = new ReadableStream({
    pull(controller) {
      for (let many = 0; many < 64 && y < high; many += 1, y += 1) controller.enqueue(row(y));
      if (y >= high) controller.close();
    },
  });
  const pixels = new Uint8Array(await new Response(rows.pipeThrough(new CompressionStream("deflate"))).arrayBuffer());
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, wide);
  head.setUint32(4, high);
  head.setUint8(8, 8); // bits a pixel; the rest is zero: grey, deflated, unfiltered, not interlaced
  const parts = [SIGNATURE, chunk("IHDR", new Uint8Array(head.buffer)), chunk("IDAT", pixels), chunk("IEND", new Uint8Array())];
  return new Blob(parts, { type: "image/png" });
}

function chunk(name, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index += 1) bytes[4 + index] = name.charCodeAt(index);
  bytes.set(data, 8);
  let crc = 0xffffffff;
  for (let index = 4; index < 8 + data.length; index += 1) crc = CRC[(crc ^ bytes[index]) & 0xff] ^ (crc >>> 8);
  view.setUint32(8 + data.length, (crc ^ 0xffffffff) >>> 0);
  return bytes;
}
