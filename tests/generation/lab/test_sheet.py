"""The pictures of a comparison as one, and what is told of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from PIL import Image

from gallery.ingest import picture_of
from gallery.models import User
from gallery.provenance import Axis, Label, Recipe, parameters_text
from gallery.provenance.c2pa.manifest import manifest_of
from gallery.refusals.judging import Refused
from generation import account, takes
from generation.lab.axes import read_axis
from generation.lab.drawing import draw
from generation.lab.keeping import SheetRefused, current_sheet, make_sheet
from generation.lab.sheet import MOST_PIXELS, MOST_SIDE, Side, _font, lay_out, wrapped
from generation.models import Lab, LabCell, Take, Wildcard
from tests.factories import draw_cell, make_checkpoint, make_lab, make_user
from tests.gallery.threads import at_once, until_somebody_waits

RED, BLUE = (200, 30, 30), (30, 30, 200)


def plain(color: tuple[int, int, int], width: int = 64, height: int = 48) -> Image.Image:
    return Image.new("RGB", (width, height), color)


def colours(sheet: Image.Image) -> set[tuple[int, ...]]:
    return {color for _count, color in sheet.getcolors(2**24) or []}  # type: ignore[misc]


def test_every_picture_is_there_with_its_labels() -> None:
    pictures = {(0, 0): plain(RED), (1, 0): plain(BLUE)}
    columns, rows = Side("Sampler", ["Euler", "DDIM"]), Side("Guidance", ["3", "7"])
    sheet = lay_out(columns, rows, (64, 48), lambda *place: pictures.get(place))
    assert {RED, BLUE} <= colours(sheet)
    bare = lay_out(Side("", ["", ""]), Side("", ["", ""]), (64, 48), lambda *place: pictures.get(place))
    assert bare.size == sheet.size
    assert bare.tobytes() != sheet.tobytes()


@pytest.mark.parametrize("size", [(2048, 2048), (64, 4096), (4096, 64), (16, 16), (8192, 8192)])
def test_the_largest_sheet_is_within_bounds(size: tuple[int, int]) -> None:
    eight = Side("Sampler", [f"value {number}" for number in range(8)])
    sheet = lay_out(eight, eight, size, lambda *_place: None)
    assert sheet.width * sheet.height <= MOST_PIXELS
    assert max(sheet.size) <= MOST_SIDE


def test_long_labels_are_wrapped_and_cut_and_japanese_breaks_anywhere() -> None:
    font = _font(14)
    lines = wrapped("a very long value with many words " * 20, font, 120, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(font.getlength(line) <= 120 for line in lines)
    assert len(wrapped("夜空の下で微笑む少女" * 10, font, 120, 3)) == 3
    assert wrapped("", font, 120, 3) == []


@pytest.fixture
def mira(db: None) -> User:
    make_checkpoint()
    return make_user("mira")


def drawn_lab(user: User, x: tuple[str, str], y: tuple[str, str] | None = None, **base: Any) -> Lab:
    whole = {"model": "small", "prompt": "1girl, red hair", "seed": 7, "steps": 4, "guidance": 3.0} | base
    rows = read_axis(user, *y, whole) if y else None
    lab = draw(user, whole, read_axis(user, *x, whole), rows, "k")
    for cell in lab.cells.order_by("pk"):
        draw_cell(cell)
    return lab


def test_a_sheet_is_a_take_whose_recipe_says_what_differs(mira: User) -> None:
    sheet = make_sheet(mira, drawn_lab(mira, ("sampler", "Euler, DDIM"), ("guidance", "3, 7")))
    assert (sheet.kind, sheet.job, sheet.owner) == ("sheet", None, mira)
    recipe = Recipe.from_dict(sheet.recipe)
    assert recipe.axes == (Axis("sampler", ("Euler", "DDIM")), Axis("guidance", ("3", "7")))
    assert (recipe.sampler, recipe.cfg, recipe.steps, recipe.seed) == ("", None, 4, 7)
    assert recipe.prompt == "1girl, red hair"
    assert json.loads(json.dumps(recipe.to_dict())) == recipe.to_dict()


def test_asking_again_brings_the_same_sheet_until_something_new_was_drawn(mira: User) -> None:
    lab = make_lab(mira, values="3, 5, 7")
    cells = list(lab.cells.order_by("column"))
    draw_cell(cells[0])
    with pytest.raises(SheetRefused):
        make_sheet(mira, lab)
    draw_cell(cells[1])
    first = make_sheet(mira, lab)
    lab.refresh_from_db()
    assert make_sheet(mira, lab) == first
    draw_cell(cells[2])
    assert current_sheet(lab) is None
    second = make_sheet(mira, lab)
    assert second != first
    lab.refresh_from_db()
    assert lab.sheet == second
    assert Take.objects.filter(kind="sheet").count() == 2


SECRET = Recipe(
    prompt="1girl", seed=7, axes=(Axis("words", ("zqsecret", "blue, navy")), Axis("sampler", ("Euler", "DDIM")))
)


@pytest.mark.parametrize("name", ["words", "prompt", "lora", "lora_weight", "seed", "some_later_one"])
def test_axes_with_words_loras_or_seeds_are_as_secret_as_the_prompt(name: str) -> None:
    recipe = Recipe(axes=(Axis(name, ("zqsecret",)), Axis("steps", ("4",))))
    assert recipe.without_prompt().axes == (Axis("steps", ("4",)),)


def test_files_tell_of_secret_axes_only_with_the_prompt() -> None:
    shown = parameters_text(SECRET)
    assert 'X Type: Prompt S/R, X Values: "zqsecret, \\"blue, navy\\""' in shown
    assert "Y Type: Sampler" in shown
    hidden = parameters_text(SECRET, include_prompt=False)
    assert "zqsecret" not in hidden
    assert "X Type: Sampler" in hidden
    label = Label.of_drawn(SECRET, include_prompt=False)
    assert "zqsecret" not in str(manifest_of(label, has_source=False)) + label.parameters
    assert "zqsecret" in str(manifest_of(Label.of_drawn(SECRET, include_prompt=True), has_source=False))


def test_a_recipe_without_axes_says_in_files_what_it_said_before_there_were_any() -> None:
    label = Label.of_drawn(Recipe(prompt="a cat"), include_prompt=True)
    assert label.says != Label.of_drawn(Recipe(prompt="a cat", axes=(Axis("steps", ("1",)),)), include_prompt=True).says
    assert "axes" not in str(manifest_of(label, has_source=False))


def publish(user: User, sheet: Take, **more: Any) -> Any:
    return takes.publish(user, sheet, tags=["1girl"], rating="g", **more)


def test_a_published_sheet_has_its_axes_as_data(mira: User, client: Client) -> None:
    sheet = make_sheet(mira, drawn_lab(mira, ("words", "red hair, zqsecret"), ("sampler", "Euler, DDIM")))
    post = publish(mira, sheet)
    told = client.get(f"/posts/{post.pk}.json").json()["generation"]["axes"]
    assert told == [
        {"name": "words", "values": ["red hair", "zqsecret"]},
        {"name": "sampler", "values": ["Euler", "DDIM"]},
    ]
    page = client.get(f"/posts/{post.pk}").text
    assert "zqsecret" in page
    assert "sampler%3ADDIM" in page


def test_with_a_hidden_prompt_others_learn_of_the_open_axes_alone(mira: User, client: Client) -> None:
    sheet = make_sheet(mira, drawn_lab(mira, ("words", "red hair, zqsecret"), ("sampler", "Euler, DDIM")))
    post = publish(mira, sheet, prompt_visibility="hidden")
    client.force_login(make_user("tomo"))
    assert client.get(f"/posts/{post.pk}.json").json()["generation"]["axes"] == [
        {"name": "sampler", "values": ["Euler", "DDIM"]}
    ]
    page = client.get(f"/posts/{post.pk}").text
    assert "zqsecret" not in page
    assert "sampler%3ADDIM" in page
    client.force_login(mira)
    assert "zqsecret" in client.get(f"/posts/{post.pk}").text


def test_the_form_for_publishing_says_that_the_picture_shows_the_words(mira: User, client: Client) -> None:
    client.force_login(mira)
    sheet = make_sheet(mira, drawn_lab(mira, ("words", "red hair, blue hair")))
    assert "stand in the picture itself" in client.get(f"/takes/{sheet.pk}/publish").text
    assert "What this sheet compares" in client.get(f"/takes/{sheet.pk}").text


def test_values_are_held_against_the_rules_when_the_sheet_is_published(mira: User) -> None:
    sheet = make_sheet(mira, drawn_lab(mira, ("words", "red hair, blue hair")))
    sheet.recipe["axes"][0]["values"][1] = "nude child"
    sheet.save()
    with pytest.raises(Refused):
        publish(mira, sheet)


def test_a_copy_of_the_account_has_comparisons_and_erasure_takes_them(mira: User) -> None:
    lab = drawn_lab(mira, ("sampler", "Euler, DDIM"))
    sheet = make_sheet(mira, lab)
    tables = {table.name: list(table.rows) for table in account.parts(mira)}
    assert tables["comparisons"][0]["columns"]["name"] == "sampler"
    assert tables["comparisons"][0]["sheet_id"] == sheet.pk
    assert len(tables["comparison_pictures"]) == 2
    assert tables["takes"][-1]["recipe"]["axes"][0]["values"] == ["Euler", "DDIM"]
    publish(mira, sheet)
    from generation.models import GenerationRequest, Job

    account.erase(mira)
    assert not Lab.objects.exists()
    assert not Job.objects.exists()
    assert not GenerationRequest.objects.exists()
    assert list(Take.objects.all()) == [sheet]


def test_the_words_that_wildcards_drew_are_told_not_their_names(mira: User) -> None:
    Wildcard.objects.create(owner=mira, name="zqlist", text="umbrella")
    sheet = make_sheet(mira, drawn_lab(mira, ("words", "red hair, blue hair"), prompt="1girl, red hair, __zqlist__"))
    assert Recipe.from_dict(sheet.recipe).prompt == "1girl, red hair, umbrella"
    post = publish(mira, sheet)
    assert "zqlist" not in str(post.generation.prompt)


def test_a_prompt_that_no_picture_was_drawn_from_is_not_told(mira: User) -> None:
    lab = drawn_lab(mira, ("prompt", "1girl, hat\n1boy, cap"), prompt="zqunused")
    assert Recipe.from_dict(make_sheet(mira, lab).recipe).prompt == "1girl, hat"


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_comes_out_while_the_sheet_is_made_is_in_it() -> None:
    make_checkpoint()
    user = make_user("mira")
    lab = make_lab(user, values="3, 5, 7")
    first, second, third = lab.cells.order_by("column")
    draw_cell(first, plain(RED, 64, 64))
    draw_cell(second, plain(RED, 64, 64))

    def ask() -> Take:
        held.wait(20)
        return make_sheet(user, lab)

    held = Event()

    def hold_then_draw() -> None:
        with transaction.atomic():
            Lab.objects.select_for_update().get(pk=lab.pk)
            held.set()
            until_somebody_waits()
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(drawn_elsewhere, third).result()

    sheet, nothing = at_once(ask, hold_then_draw)
    assert nothing is None
    assert BLUE in colours(picture_of(sheet.asset).convert("RGB"))
    assert current_sheet(Lab.objects.get()) == sheet


def drawn_elsewhere(cell: LabCell) -> None:
    """On a connection of its own, so that it is committed while another transaction goes on."""
    try:
        draw_cell(cell, plain(BLUE, 64, 64))
    finally:
        connection.close()
