"""How much a file may ask for. Checked from its header, before anything is decoded, and held by the child's limits."""

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
MAX_SIDE = 16_384
MAX_RATIO = 20
MAX_PARTS = 256
"""Chunks, segments or boxes that are not image data."""
MAX_TEXT_BYTES = 8 * 2**20
"""Texts and profiles of one file, inflated."""
MAX_SCANS = 64
"""Passes of a progressive JPEG over the whole picture; what cameras and editors write has about ten."""

MEMORY_BYTES = 600 * 2**20
"""Address space of the child, all libraries included: what it keeps resident is less."""
READ_SECONDS = 5.0
"""Processor time from the job to the decoded picture: a busy machine is no fault of the picture."""
CPU_SECONDS = 40
WALL_SECONDS = 60.0
"""Until all files are written; then the child is killed."""
WRITTEN_BYTES = 180_000_000
"""The largest file that the child may write: 40 megapixels of four bytes."""
ANSWER_BYTES = 64 * 2**20

# Bytes that decoding and encoding again take at their height, for each pixel: libwebp holds two canvases beside the
# picture, its lossless encoder (which transparency takes, too) and libaom hold half a dozen planes. Measured with
# Pillow 13; the child has MEMORY_BYTES, of which it needs 110 MB to be there at all.
PIXELS_OF = {"png": MAX_PIXELS, "jpg": MAX_PIXELS, "webp": 28_000_000, "webp lossless": 17_000_000, "avif": 12_000_000}
