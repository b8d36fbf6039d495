"""Lines of takes, and files with layers as other code reads them."""

from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from PIL import Image

from gallery.models import User
from generation.models import Take
from tests.factories import make_asset, make_recipe


def picture(width: int = 40, height: int = 30, color: tuple[int, int, int] = (30, 90, 160)) -> Image.Image:
    """A picture with a gradient, so that a shift of a pixel shows."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").rotate(90).resize((width, height))
    made = Image.merge("RGB", (red, green, Image.new("L", (width, height), color[2])))
    made.putpixel((0, 0), color)
    return made


def patched(image: Image.Image, box: tuple[int, int, int, int], color: tuple[int, int, int]) -> Image.Image:
    """A copy with one box in one colour."""
    copy = image.copy()
    copy.paste(color, box)
    return copy


def take_of(owner: User, image: Image.Image, parent: Take | None = None, **fields: Any) -> Take:
    """A take of that picture, brought from elsewhere; `recipe` are fields of its recipe."""
    recipe = make_recipe(**fields.pop("recipe", {}))
    values = {"kind": "imported"} | fields
    asset = make_asset(owner, image=image, recipe=recipe)
    return Take.objects.create(owner=owner, asset=asset, parent=parent, recipe=recipe.to_dict(), **values)


def read_ora(content: bytes) -> tuple[list[tuple[str, str, Image.Image, int, int]], Image.Image]:
    """Name, visibility, pixels, x and y of each layer, the lowest first, and the merged picture."""
    with ZipFile(BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
        assert archive.read("mimetype") == b"image/openraster"
        assert archive.testzip() is None
        root = ElementTree.fromstring(archive.read("stack.xml"))
        stack = root.find("stack")
        assert stack is not None
        layers = []
        for each in reversed(stack.findall("layer")):
            image = Image.open(BytesIO(archive.read(each.attrib["src"])))
            image.load()
            layers.append(
                (each.attrib["name"], each.attrib["visibility"], image, int(each.attrib["x"]), int(each.attrib["y"]))
            )
        merged = Image.open(BytesIO(archive.read("mergedimage.png")))
        merged.load()
        assert merged.size == (int(root.attrib["w"]), int(root.attrib["h"]))
        thumbnail = Image.open(BytesIO(archive.read("Thumbnails/thumbnail.png")))
        assert max(thumbnail.size) <= 256
    return layers, merged


def flattened(layers: list[tuple[str, str, Image.Image, int, int]], size: tuple[int, int]) -> Image.Image:
    """The visible layers over nothing, as any program lays them."""
    canvas = Image.new("RGBA", size)
    for _name, visibility, image, x, y in layers:
        if visibility == "visible":
            whole = Image.new("RGBA", size)
            whole.paste(image.convert("RGBA"), (x, y))
            canvas = Image.alpha_composite(canvas, whole)
    return canvas


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures have the same pixels, transparency included."""
    return one.size == other.size and one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()
