"""Pictures of a folder and what their sidecars say."""

import json
from pathlib import Path

import pytest

from gallery.errors import Invalid
from gallery.imports.folder import Folder
from gallery.imports.item import Item


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("a.png", "b/c.JPG", "b/d.webp", "notes.md", ".e.png", ".hidden/f.png", "z.avif"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def items(root: Path, after: str = "") -> dict[str, Item]:
    return {item.key: item for item in Folder(root).items(after)}


def test_pictures_come_in_the_order_of_their_paths_and_go_on_behind_one(root: Path) -> None:
    assert list(items(root)) == ["a.png", "b/c.JPG", "b/d.webp", "z.avif"]
    assert list(items(root, "b/c.JPG")) == ["b/d.webp", "z.avif"]
    assert items(root)["b/c.JPG"].read() == b"b/c.JPG"


def test_a_sidecar_with_danboorus_names_is_read(root: Path) -> None:
    facts = {
        "id": 7,
        "parent_id": 3,
        "rating": "s",
        "source": "https://example.org/1",
        "title": "Evening",
        "tag_string_general": "1girl solo",
        "tag_string_artist": "somebody",
        "ai_metadata": {"prompt": "1girl", "parameters": {"Steps": "20", "Cfg Scale": "7.5", "Seed": "x"}},
    }
    (root / "a.png.json").write_text(json.dumps(facts))
    item = items(root)["a.png"]
    assert item.words == ("1girl", "solo", "artist:somebody")
    assert (item.number, item.parent, item.rating, item.title) == ("7", "3", "s", "Evening")
    assert item.source == "https://example.org/1"
    assert item.recipe is not None
    assert (item.recipe.prompt, item.recipe.steps, item.recipe.cfg, item.recipe.seed) == ("1girl", 20, 7.5, None)
    assert item.recipe.generator == ""


def test_a_sidecar_of_the_bare_name_with_lists_of_tags_is_read(root: Path) -> None:
    (root / "b/d.json").write_text(json.dumps({"tags": ["long hair", "smile", 4, ""], "rating": "explicit"}))
    item = items(root)["b/d.webp"]
    assert (item.words, item.rating) == (("long_hair", "smile"), "e")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1girl, long hair, smile\n", ("1girl", "long_hair", "smile")),
        ("1girl\nlong hair\n", ("1girl", "long_hair")),
        ("1girl long_hair  smile", ("1girl", "long_hair", "smile")),
        ("\ufeff1girl", ("1girl",)),
        ("", ()),
    ],
)
def test_a_list_of_tags_is_read(root: Path, text: str, words: tuple[str, ...]) -> None:
    (root / "a.txt").write_text(text, "utf-8")
    assert items(root)["a.png"].words == words


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b"\xff\xfe\x00", b"[" * 100_000], ids=["cut", "list", "bytes", "deep"]
)
def test_a_picture_with_a_broken_sidecar_is_refused_by_the_name_of_it(root: Path, content: bytes) -> None:
    (root / "a.png.json").write_bytes(content)
    with pytest.raises(Invalid) as refusal:
        items(root)["a.png"].read()
    assert (refusal.value.code, refusal.value.params["name"]) == ("import_bad_sidecar", "a.png.json")


def test_what_fits_nowhere_in_a_sidecar_leaves_the_picture(root: Path) -> None:
    (root / "a.png.json").write_bytes(b'{"tags": {"a": 1}, "rating": 5, "id": true}')
    item = items(root)["a.png"]
    assert (item.words, item.rating, item.number, item.recipe) == ((), "", "", None)


def test_links_lead_nowhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    outside.write_bytes(b"secret")
    (root / "link.png").symlink_to(outside)
    (root / "a.png.json").symlink_to(outside)
    (root / "linked").symlink_to(outside.parent)
    found = items(root)
    assert list(found) == ["a.png", "b/c.JPG", "b/d.webp", "z.avif"]
    assert found["a.png"].words == ()
    # One that becomes a link after it was listed isn't followed either.
    (root / "z.avif").unlink()
    (root / "z.avif").symlink_to(outside)
    with pytest.raises(OSError, match="symbolic links"):
        found["z.avif"].read()


def test_a_picture_that_is_too_large_is_not_read(root: Path) -> None:
    with (root / "a.png").open("wb") as file:
        file.truncate(26 * 2**20)
    with pytest.raises(Invalid) as refusal:
        items(root)["a.png"].read()
    assert refusal.value.code == "upload_too_large"


def test_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        list(Folder(tmp_path / "nowhere").items())
    assert refusal.value.code == "import_no_folder"
