"""The canvas's page: whose pictures, what is sent for each task, what is refused and kept, the site's detector."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gallery import ingest
from gallery.models import Asset, User
from gallery.models.post import AiLevel
from generation.finishing import recipe_for
from generation.masks import picture_of
from generation.models import Checkpoint, GenerationRequest, Mask, Take
from generation.recipes import recipe_of_request
from generation.takes import level_of
from tests.factories import make_checkpoint, make_image, make_post, make_take, make_user
from tests.generation.canvas.sending import asked, errors, painted, png, send, strokes

DETECTED: list[Any] = []
SEEN: list[tuple[int, int]] = []


def detector(image: Image.Image) -> list[Any]:
    """As a site's own would be; the tests say what it finds."""
    SEEN.append(image.size)
    if DETECTED == ["broken"]:
        raise RuntimeError("no weights")
    return DETECTED


def test_the_page_starts_with_the_takes_own_words(client: Client, take: Take) -> None:
    answer = client.get("/canvas", {"source": f"take:{take.pk}"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer.context["form"]["prompt"].value() == "1girl, red hair"
    assert answer.context["form"]["count"].value() == 4
    assert answer.context["form"].chosen == "paint"
    for name in ("mask_file", "box", "outpaint"):  # of use without any script
        assert f'name="{name}"' in answer.text
    repair = client.get("/canvas", {"source": f"take:{take.pk}", "task": "repair"}).context["form"]
    assert (repair.chosen, repair["strength"].value()) == ("repair", 0.45)


def test_it_says_how_to_come_here(client: Client, mira: User) -> None:
    assert "Which picture" in client.get("/canvas").text


@pytest.mark.parametrize(
    "source",
    [
        *("take:{other}", "take:0", "take:" + "9" * 30, "take:²", "post:1000000"),
        *("upload:none", "upload:\x00", "nonsense:1", "take"),
    ],
    ids=[
        *("another's", "zero", "thirty digits", "no number", "no post"),
        *("no file", "NUL", "unknown kind", "no number at all"),
    ],
)
def test_what_isnt_theirs_isnt_there(client: Client, take: Take, source: str) -> None:
    named = source.format(other=make_take(make_user("otto")).pk)
    assert client.get("/canvas", {"source": named}).status_code == 404
    assert "source" in errors(send(client, named, task="whole"))


def test_a_post_and_a_file_are_painted_on_too(client: Client, mira: User) -> None:
    post = make_post(make_user("otto"))
    assert client.get("/canvas", {"source": f"post:{post.pk}"}).context["form"]["prompt"].value() == "1girl, red hair"
    asset = ingest.keep_upload(mira, make_image(64, 64))
    assert client.get("/canvas", {"source": f"upload:{asset.key}"}).status_code == 200


def test_what_was_painted_is_drawn_anew(client: Client, take: Take) -> None:
    answer = send(client, take, mask_file=png(painted()), mask_blur="9", only_masked="32")
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/canvas?source=take%3A{take.pk}&request={asked().pk}",
    )
    made = asked()
    assert (made.source_take, made.strength, made.mask_blur, made.only_masked, made.count) == (take, 0.5, 9, 32, 2)
    assert picture_of(made.mask).tobytes() == painted().tobytes()
    assert [board.request for board in client.get(answer["Location"]).context["boards"]] == [made]


def test_a_script_gets_the_tiles_and_the_next_key(client: Client, take: Take) -> None:
    answer = send(client, take, mask_file=png(painted()), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'id="request-{asked().pk}"' in answer.text
    assert re.search(r'id="id_key" value="[0-9a-f]{32}"', answer.text)


def test_a_box_is_drawn_four_times_at_full_size(client: Client, take: Take) -> None:
    assert send(client, take, "repair", box=["8", "16", "24", "99"]).status_code == 303
    made = asked()
    assert (made.count, made.only_masked, made.width, made.height) == (4, 16, 64, 64)  # the model's own size
    assert picture_of(made.mask).getbbox() == (8, 16, 32, 80)  # cut where the picture ends


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (["", "", "", ""], "Draw a box"),
        ([], "Draw a box"),
        (["1", "2", "3", ""], "four whole numbers"),
        (["-1", "0", "20", "20"], "four whole numbers"),
        (["1.5", "0", "20", "20"], "four whole numbers"),
        (["nan", "inf", "20", "20"], "four whole numbers"),
        (["9" * 40, "0", "20", "20"], "four whole numbers"),
        (["1\x00", "0", "20", "20"], "four whole numbers"),
        (["1"] * 9, "four whole numbers"),
        (["60", "0", "20", "20"], "less than 8 pixels"),
        (["0", "0", "7", "20"], "less than 8 pixels"),
        (["0", "0", "64", "80"], "whole picture"),
    ],
    ids=["empty", "missing", "three", "negative", "half", "word", "huge", "NUL", "nine", "outside", "thin", "all"],
)
def test_a_box_that_is_none_is_refused_and_kept(client: Client, take: Take, box: list[str], said: str) -> None:
    answer = send(client, take, "repair", box=box)
    assert said in errors(answer)["box"]
    assert answer.context["form"]["prompt"].value() == "a hand"
    if len(box) == 4 and box[3]:
        assert answer.context["box"][3] == box[3]


def test_edges_leave_the_mask_for_later(client: Client, take: Take) -> None:
    assert send(client, take, "edges", mask_file=png(painted()), outpaint=["8", "0", "", "16"]).status_code == 303
    made = asked()
    assert (made.outpaint, made.mask) == ([8, 0, 0, 16], None)
    assert not Mask.objects.exists()


def test_the_whole_picture_needs_no_mask(client: Client, take: Take) -> None:
    assert send(client, take, "whole", outpaint=["8", "8", "8", "8"], box=["0", "0", "9", "9"]).status_code == 303
    assert (asked().mask, asked().outpaint, asked().only_masked) == (None, None, None)


@pytest.mark.parametrize(
    ("task", "changed", "field", "said"),
    [
        ("paint", {}, "mask", "Paint over"),
        ("paint", {"mask": "12345"}, "mask", "no such mask"),
        ("paint", {"mask_file": Image.new("L", (64, 80), 0)}, "mask", "empty"),
        ("paint", {"mask_file": Image.new("L", (64, 80), 255)}, "mask", "covers the whole"),
        ("paint", {"mask_file": painted(80, 64)}, "mask", "80 × 64"),
        ("edges", {}, "outpaint", "by how many pixels"),
        ("edges", {"outpaint": ["7", "", "", ""]}, "outpaint", "steps of 8"),
        ("edges", {"outpaint": ["8"] * 9}, "outpaint", "whole numbers"),
        ("whole", {"strength": "nan"}, "strength", "Strength"),
        ("whole", {"prompt": ""}, "prompt", "empty"),
        ("whole", {"model": "none"}, "model", "not available"),
        ("whole", {"sketch_file": Image.new("RGB", (64, 80))}, "sketch", "transparent"),
        ("whole", {"sketch_file": strokes(80, 64)}, "sketch", "proportions"),
        ("nonsense", {"mask": ""}, "task", "Choose what"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_beside_its_field(
    client: Client, take: Take, task: str, changed: dict[str, Any], field: str, said: str
) -> None:
    files = {name: png(value) if isinstance(value, Image.Image) else value for name, value in changed.items()}
    assert said in errors(send(client, take, task, **files))[field]


def test_a_mask_outlives_a_complaint_about_something_else(client: Client, take: Take) -> None:
    answer = send(client, take, mask_file=png(painted()), prompt="")
    assert set(errors(answer)) == {"prompt"}
    mask = Mask.objects.get()
    assert f'name="mask" value="{mask.pk}"' in answer.text
    assert send(client, take, mask=str(mask.pk)).status_code == 303
    assert asked().mask == mask


def test_a_sketch_is_a_picture_of_its_own_whose_child_is_the_takes(client: Client, take: Take, mira: User) -> None:
    # Painted at half the size, as on a phone with a large picture.
    assert send(client, take, "whole", sketch_file=png(strokes(32, 40)), strength="0.7").status_code == 303
    made = asked()
    assert (made.source_take, made.source_asset.owner) == (take, mira)
    assert made.source_asset != take.asset
    sketched, before = ingest.picture_of(made.source_asset), ingest.picture_of(take.asset)
    assert sketched.size == before.size == (64, 80)
    assert sketched.getpixel((4, 4)) == (255, 0, 0)
    assert sketched.getpixel((60, 70)) == before.getpixel((60, 70))
    # A hand drew in it: the label says so.
    job = made.jobs.select_related("request__source_asset", "request__checkpoint").first()
    assert level_of(recipe_for(job)) == AiLevel.COMPOSITE
    again = recipe_of_request(made)
    assert (again["source"], again["sketch_on"]) == (f"upload:{made.source_asset.key}", f"take:{take.pk}")
    assert take.pk in [each.source_take_id for each in GenerationRequest.objects.filter(source_take=take)]


def test_a_sketch_and_a_mask_go_together(client: Client, take: Take) -> None:
    assert send(client, take, sketch_file=png(strokes()), mask_file=png(painted())).status_code == 303
    assert (asked().source_take, asked().mask.width) == (take, 64)
    assert asked().source_asset != take.asset


def test_nobody_claims_to_have_sketched_on_anothers_take(client: Client, take: Take, mira: User) -> None:
    own = ingest.keep_upload(mira, make_image(64, 80))
    other = make_take(make_user("otto"), width=64, height=80)
    answer = client.post("/create", {
        "source": f"upload:{own.key}", "sketch_on": f"take:{other.pk}", "prompt": "x", "count": "1", "shape": "source",
        "model": Checkpoint.objects.first().slug, "strength": "0.5", "key": "canvas",
    })  # fmt: skip
    assert "sketched on" in errors(answer)["source"]


@pytest.mark.parametrize(
    ("gone", "said"), [("purged_at", "in the bin"), ("archived_at", "is archived")], ids=["bin", "archive"]
)
def test_a_take_that_went_meanwhile_says_so_and_keeps_what_was_sent(
    client: Client, take: Take, gone: str, said: str
) -> None:
    Take.objects.filter(pk=take.pk).update(**{gone: timezone.now()})
    answer = send(client, take, mask_file=png(painted()))
    assert said in errors(answer)["source"]
    assert answer.context["form"]["prompt"].value() == "a hand"
    answer = client.get("/canvas", {"source": f"take:{take.pk}"})
    assert (answer.status_code, answer.url) == (302, f"/takes/{take.pk}")
    assert "source" in errors(send(client, f"upload:{take.asset.key}", "whole"))  # nor by another name


def test_a_model_that_paints_parts_is_chosen_instead(client: Client, take: Take, painter: Checkpoint) -> None:
    Checkpoint.objects.update(abilities=["txt2img", "img2img"])
    able = make_checkpoint("able")
    answer = client.get("/canvas", {"source": f"take:{take.pk}"})
    assert answer.context["form"]["model"].value() == able.slug
    assert "can&#x27;t paint parts" in answer.text
    Checkpoint.objects.update(abilities=["txt2img", "img2img"])
    assert "No model here can paint" in client.get("/canvas", {"source": f"take:{take.pk}"}).text
    assert "mask" in errors(send(client, take, mask_file=png(painted())))


def test_a_sites_detector_offers_boxes(client: Client, take: Take, settings: Any) -> None:
    assert 'value="find"' not in client.get("/canvas", {"source": f"take:{take.pk}"}).text
    settings.REPAIR_DETECTOR = f"{__name__}.detector"
    SEEN.clear()
    DETECTED[:] = [
        (4.4, 8, 20, 20, "hand"),
        (50, 60, 900, 900),
        ("x", 1, 2, 3),
        (0, 0, 1, 1),
        None,
        (float("nan"),) * 4,
    ]
    answer = send(client, take, apply="find")
    assert (answer.status_code, SEEN) == (200, [(64, 80)])
    assert [(box.typed, box.label) for box in answer.context["found"]] == [("4,8,20,20", "hand"), ("50,60,14,20", "")]
    assert answer.context["form"].chosen == "repair"
    chosen = send(client, take, apply="box:4,8,20,20")
    assert chosen.context["box"] == ["4", "8", "20", "20"]
    for DETECTED[:], said in (([], "Nothing was found"), (["broken"], "search for parts failed")):
        assert said in send(client, take, apply="find").text
    settings.REPAIR_DETECTOR = "no.such.module"
    assert "search for parts failed" in send(client, take, apply="find").text


def test_large_pictures_are_shown_small_first(client: Client, mira: User) -> None:
    asset = ingest.keep_upload(mira, make_image(1200, 900))
    picture = client.get("/canvas", {"source": f"upload:{asset.key}"}).context["picture"]
    assert picture["small"] != picture["whole"]
    assert Asset.objects.get(pk=asset.pk).width == 1200
