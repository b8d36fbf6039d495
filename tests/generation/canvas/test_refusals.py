"""What the canvas refuses before anything is drawn, where it says so, and what of a form counts all the same."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image

from gallery import ingest
from generation.canvas.boxes import Box
from generation.canvas.finding import find_boxes
from generation.engine.limits import REMOTE
from generation.engine.masks import vanishes
from generation.masks import picture_of
from generation.models import Checkpoint, Mask, Take
from tests.factories import make_image, make_resource
from tests.generation.canvas.sending import asked, errors, painted, png, send


def stroke(width: int, size: tuple[int, int] = (64, 80)) -> Image.Image:
    """An upright line, so many pixels wide."""
    image = Image.new("L", size, 0)
    image.paste(255, (11, 10, 11 + width, size[1] - 10))
    return image


def outside(image: Image.Image) -> list[Any]:
    """A detector that sees a face half beyond the edge."""
    return [(-20, -10, 50, 40, "face")]


def test_a_stroke_that_its_soft_edge_leaves_nothing_of_is_refused_at_once_and_kept(client: Client, take: Take) -> None:
    answer = send(client, take, mask_file=png(stroke(3)), mask_blur="4")
    assert "too small for its soft edge of 4 pixels" in errors(answer)["mask"]
    assert answer.context["form"]["prompt"].value() == "a hand"
    assert f'name="mask" value="{Mask.objects.get().pk}"' in answer.text
    assert send(client, take, mask=str(Mask.objects.get().pk), mask_blur="1").status_code == 303


def test_a_stroke_thinner_than_what_the_model_draws_is_refused_at_once(client: Client, take: Take) -> None:
    large = f"upload:{ingest.keep_upload(take.owner, make_image(1600, 1600)).key}"
    thin = stroke(1, (1600, 1600))
    answer = send(client, large, mask_file=png(thin), mask_blur="0")
    assert "draws this picture at 64 × 64 pixels" in errors(answer)["mask"]
    speck = Image.new("L", (1600, 1600), 0)
    speck.putpixel((800, 800), 255)  # drawn closer it is as large as it needs to be
    assert send(client, large, mask_file=png(speck), mask_blur="0", only_masked="8").status_code == 303


def test_a_thin_stroke_with_hard_edges_is_drawn(client: Client, take: Take) -> None:
    assert send(client, take, mask_file=png(stroke(1)), mask_blur="0").status_code == 303


@pytest.mark.parametrize("box", [(8, 16, 8, 8), (0, 0, 8, 80), (4, 4, 40, 40)], ids=["small", "thin", "usual"])
def test_of_a_box_something_is_drawn_whatever_was_chosen_for_strokes(
    client: Client, take: Take, box: tuple[int, int, int, int]
) -> None:
    assert send(client, take, "repair", box=[str(number) for number in box], mask_blur="64").status_code == 303
    made = asked()
    size = (made.width, made.height)
    assert not vanishes(picture_of(made.mask), made.mask_blur, size, made.only_masked)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"abilities": ["txt2img", "img2img"]}, "paint a part"), ({"family": REMOTE}, "always draws the whole picture")],
    ids=["no inpainting", "no parts"],
)
def test_what_stands_against_a_repair_is_said_at_its_box(
    client: Client, take: Take, changed: dict[str, Any], said: str
) -> None:
    Checkpoint.objects.update(**changed)
    found = errors(send(client, take, "repair", box=["8", "8", "24", "24"]))
    assert said in found["box"]
    assert not {"mask", "only_masked"} & set(found)


def test_what_is_wrong_with_what_has_no_field_is_said_above(client: Client, take: Take) -> None:
    vae = make_resource("odd", kind="vae", family="sdxl")
    answer = send(client, take, mask_file=png(painted()), vae=vae.slug)
    assert "made for sdxl" in errors(answer)["__all__"]
    assert escape(errors(answer)["__all__"]) in answer.text


def test_a_box_that_reaches_beyond_the_picture_is_cut_at_all_sides(take: Take, settings: Any) -> None:
    settings.REPAIR_DETECTOR = f"{__name__}.outside"
    assert find_boxes(take.asset) == [Box(0, 0, 30, 30, "face")]


def test_a_large_picture_is_sketched_on_at_its_own_size(client: Client, take: Take) -> None:
    asset = ingest.keep_upload(take.owner, make_image(640, 400))
    sketch = Image.new("RGBA", (64, 40), (0, 0, 0, 0))
    sketch.paste((0, 255, 0, 255), (0, 0, 32, 20))
    assert send(client, f"upload:{asset.key}", "whole", sketch_file=png(sketch)).status_code == 303
    assert asked().source_asset.width == 640
