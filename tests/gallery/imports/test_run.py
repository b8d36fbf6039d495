"""Runs: what becomes of each picture, stopping and going on, and an import from a real site."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.errors import Invalid, NotNow
from gallery.fetching import ANYWHERE
from gallery.imports.danbooru_api import DanbooruSite
from gallery.imports.item import Item
from gallery.imports.run import MOST_TROUBLES, Choices, begin, carry_on
from gallery.models import Asset, ImportedItem, ImportRun, Post, User
from tagging.models import Tag
from tests.factories import make_image, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db
CHOICES = Choices("q")


def png(image: Image.Image | None = None, text: str = "") -> bytes:
    info = PngInfo()
    if text:
        info.add_text("parameters", text)
    out = BytesIO()
    (image or make_image()).save(out, "PNG", pnginfo=info)
    return out.getvalue()


@dataclass
class Place:
    """A source that this test fills; `broken` keys can't be read."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, Item] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def add(self, key: str, content: bytes | None = None, **facts: str | tuple[str, ...]) -> None:
        self.pictures[key] = content or png()
        item = Item(key=key, name=f"{key}.png", read=lambda: self._read(key))
        self.facts[key] = replace(item, **({"number": key} | facts))  # type: ignore[arg-type]

    def _read(self, key: str) -> bytes:
        if key in self.broken:
            raise Invalid("import_no_file")
        return self.pictures[key]

    def items(self, after: str = "") -> Iterator[Item]:
        yield from (self.facts[key] for key in sorted(self.facts) if key > after)


@pytest.fixture
def owner() -> User:
    return make_user("importer")


@pytest.fixture
def place() -> Place:
    here = Place()
    for key in "abc":
        here.add(key)
    return here


def outcomes(owner: User, place: Place, **begun: bool) -> list[str]:
    run = begin(owner, "place", **begun)
    return [item.outcome for item in carry_on(run, place, CHOICES)]


def test_every_picture_becomes_a_post_with_what_is_said_of_it(owner: User, place: Place) -> None:
    place.add(
        "d",
        png(text="night sky\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x48, Model: some model"),
        words=("1girl", "artist:somebody", "__bad__", "rating:e", ""),
        rating="s",
        source="https://example.org/d",
        title="Night",
    )
    assert outcomes(owner, place) == ["posted"] * 4
    post = Post.objects.get(title="Night")
    assert (post.author, post.rating, post.source) == (owner, "s", "https://example.org/d")
    assert (post.ai_level, post.ai_evidence) == ("generated", "metadata")
    assert post.generation.prompt == "night sky"
    assert {"1girl", "somebody"} <= _names(post)
    others = Post.objects.exclude(pk=post.pk)
    assert {(each.rating, each.ai_level) for each in others} == {("q", "unknown")}


def _names(post: Post) -> set[str]:
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True))


def test_a_run_goes_on_where_it_stopped_and_posts_nothing_twice(owner: User, place: Place) -> None:
    run = begin(owner, "place")
    assert len(list(carry_on(run, place, CHOICES, most=2))) == 2
    assert (run.after, run.finished) == ("b", False)
    place.add("d")
    again = begin(owner, "place")
    assert again.pk == run.pk
    assert [item.key for item in carry_on(again, place, CHOICES)] == ["c", "d"]
    assert again.finished
    assert outcomes(owner, place) == []
    assert Post.objects.count() == 4


def test_what_was_posted_just_before_it_was_killed_is_found_again(owner: User, place: Place) -> None:
    run = begin(owner, "place")
    list(carry_on(run, place, CHOICES, most=1))
    # As if the process had died between the post and the note.
    ImportedItem.objects.all().delete()
    ImportRun.objects.update(after="")
    assert outcomes(owner, place) == ["known", "posted", "posted"]
    assert Post.objects.count() == 3


def test_what_is_refused_is_told_and_tried_again_only_when_asked(owner: User, place: Place) -> None:
    place.broken = {"b"}
    place.add("c", b"no picture at all")
    assert outcomes(owner, place) == ["posted", "refused", "refused"]
    reasons = {item.key: item.reason for item in ImportedItem.objects.filter(outcome="refused")}
    assert set(reasons) == {"b", "c"}
    assert all(reasons.values())
    assert Asset.objects.count() == Post.objects.count() == 1
    place.broken = set()
    place.add("c")
    assert outcomes(owner, place) == []
    assert outcomes(owner, place, again=True) == ["posted", "posted"]
    assert Post.objects.count() == 3


def test_a_picture_that_is_posted_by_somebody_else_is_not_posted_again(owner: User, place: Place) -> None:
    image = make_image()
    first = Place()
    first.add("x", png(image), rating="g")
    outcomes(make_user("first"), first)
    place.add("b", png(image))
    assert outcomes(owner, place) == ["posted", "refused", "posted"]


def test_parents_are_found_whichever_comes_first(owner: User, place: Place) -> None:
    place.add("a", parent="c")
    place.add("b", parent="a")
    assert outcomes(owner, place) == ["posted"] * 3
    ids = dict(ImportedItem.objects.values_list("key", "post_id"))
    parents = dict(ImportedItem.objects.values_list("key", "post__parent_id"))
    assert parents == {"a": ids["c"], "b": ids["a"], "c": None}


def test_a_place_from_which_nothing_comes_any_more_is_left(owner: User) -> None:
    place = Place()
    for number in range(MOST_TROUBLES + 5):
        place.add(f"{number:03}")
    place.broken = set(place.facts)
    run = begin(owner, "place")
    with pytest.raises(Invalid) as refusal:
        list(carry_on(run, place, CHOICES))
    assert refusal.value.code == "import_troubles"
    run.refresh_from_db()
    assert run.trouble
    assert ImportedItem.objects.count() == MOST_TROUBLES


def test_a_full_disk_ends_the_run_before_the_picture(
    owner: User, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(owner, "place")
    list(carry_on(run, place, CHOICES, most=1))

    def full(*args: object, **kinds: object) -> None:
        raise NotNow("upload_no_room")

    monkeypatch.setattr("gallery.imports.run.keep_sent", full)
    with pytest.raises(NotNow):
        list(carry_on(run, place, CHOICES))
    run.refresh_from_db()
    assert run.after == "a"
    monkeypatch.undo()
    assert outcomes(owner, place) == ["posted", "posted"]


def test_the_command_imports_a_folder_and_tells(owner: User, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.png").write_bytes(png())
    (tmp_path / "b.png.json").write_text(json.dumps({"tags": ["smile"], "rating": "g"}))
    (tmp_path / "c.png").write_bytes(b"nothing")
    told = StringIO()
    call_command("import_posts", str(tmp_path), owner="importer", stdout=told)
    assert "2 posted, 0 known before, 1 refused. That was all." in told.getvalue()
    assert "c.png: " in told.getvalue()
    assert Post.objects.filter(rating="g").count() == 1
    listed = StringIO()
    call_command("import_posts", list=True, stdout=listed)
    assert "2 posted, 0 known before, 1 refused; finished" in listed.getvalue()


def test_the_command_says_what_is_missing(owner: User, tmp_path: Path) -> None:
    for wanted, words in (
        ({}, "in whose name"),
        ({"owner": "nobody"}, "no account named"),
        ({"owner": "importer", "limit": 0}, "from 1 on"),
        ({"owner": "importer", "tags": "1girl"}, "imported whole"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import_posts", str(tmp_path), **wanted)
    with pytest.raises(CommandError, match=r"^There is no folder .* Nothing was imported; is the path right"):
        call_command("import_posts", str(tmp_path / "nowhere"), owner="importer")
    with pytest.raises(CommandError, match="public internet"):
        call_command("import_posts", "http://127.0.0.1", owner="importer")


@pytest.mark.django_db(transaction=True)
def test_posts_of_another_irodori_come_over_its_api(live_server: object) -> None:
    artist = make_user("artist")
    parent = make_post(
        artist, tags=["1girl", "red_hair"], recipe=make_recipe(prompt="an evening", seed=99), title="One"
    )
    child = make_post(artist, tags=["1boy"], parent=parent, title="Two", prompt_visibility="hidden")
    make_post(artist, tags=["1girl"], rating="e", title="Not for visitors")
    site = DanbooruSite(str(live_server), network=ANYWHERE, pause=0.0)
    place = Place()
    for item in site.items():
        place.pictures[item.key] = item.read()
        place.facts[item.key] = replace(item, read=partial(place.pictures.__getitem__, item.key))
    assert list(place.facts) == [str(parent.pk), str(child.pk)]
    # The same database is the other site and this one: here nothing is there yet.
    Post.objects.all().delete()
    Asset.objects.all().delete()
    importer = make_user("importer")
    assert outcomes(importer, place) == ["posted", "posted"]
    first, second = Post.objects.filter(author=importer).order_by("pk")
    assert {"1girl", "red_hair"} <= _names(first)
    assert (first.title, first.ai_level, first.ai_evidence) == ("One", "generated", "c2pa")
    assert (first.generation.prompt, first.generation.seed) == ("an evening", 99)
    assert (second.parent, second.title) == (first, "Two")
    assert (second.generation.prompt, second.generation.seed) == ("", None)


def test_the_command_reaches_into_its_own_network_only_when_told(owner: User, live_server: object) -> None:
    make_post(make_user("artist"), tags=["1girl"])
    address, told = str(live_server), StringIO()
    with pytest.raises(CommandError, match="usual ports"):
        call_command("import_posts", address, owner="importer", stdout=told)
    call_command("import_posts", address, owner="importer", inner=True, pause=0.0, stdout=told)
    assert "0 posted, 0 known before, 1 refused. That was all." in told.getvalue()
