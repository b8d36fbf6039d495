"""Files as people send them."""

from io import BytesIO

from PIL import Image, PngImagePlugin

from gallery.models import UploadDraft, User
from gallery.uploads import keep_draft
from tests.gallery.pictures.files import saved

PARAMETERS = (
    "1girl, red hair, smile, glowing mushroom\nNegative prompt: lowres\n"
    "Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 77, Size: 320x240, Model: dreamy, Version: v1.10.1"
)


def picture(number: int = 0, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Stripes in a pattern of their own for each number, so that no two look alike."""
    image = Image.new("RGB", size, (40, 60, 90))
    state = number * 7919 + 17
    for row in range(8):
        for column in range(8):
            state = (state * 1103515245 + 12345) % 2**31
            box = (column * size[0] // 8, row * size[1] // 8, (column + 1) * size[0] // 8, (row + 1) * size[1] // 8)
            image.paste((state >> 8 & 255, state >> 12 & 255, state >> 16 & 255), box)
    return image


def plain(number: int = 0) -> bytes:
    """A PNG that says nothing of itself."""
    return saved(picture(number), "PNG")


def by_webui(number: int = 0, text: str = PARAMETERS) -> bytes:
    """A PNG as AUTOMATIC1111 writes it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", text)
    return saved(picture(number), "PNG", pnginfo=info)


def drafted(
    owner: User, content: bytes, name: str = "cat.png", *, batch: str = "batch-one", position: int = 0
) -> UploadDraft:
    """A draft of the file."""
    return keep_draft(owner, BytesIO(content), len(content), name, batch=batch, position=position)
