"""Letters on what was brought: each file says that it was edited here, and where it comes from as far as that is known,
never that it was drawn here."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from gallery.downloads import post_label
from gallery.ingest.signing import trust_anchors
from gallery.models import AssetFile, User
from gallery.models.asset import Variant
from gallery.provenance.c2pa import read_manifest
from gallery.storing import content_of
from gallery.verifying.check import verify
from gallery.verifying.verdict import Case
from generation import takes
from generation.layers.lettering import letter
from generation.layers.texts import Text
from generation.models import Take
from tests.factories import make_take, make_user
from tests.gallery.uploads.files import by_webui, plain
from tests.generation.imports.copies import brought, copy_with, row

pytestmark = pytest.mark.django_db

TEXTS = [Text(text="愛", size=40)]
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
BROUGHT = {
    "of which nothing is known": (plain(), {}, "", "none"),
    "by its owner's word": (plain(), None, f"{IPTC}compositeWithTrainedAlgorithmicMedia", "declared"),
    "by its own texts": (by_webui(), None, f"{IPTC}trainedAlgorithmicMedia", "metadata"),
}


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from generation.imports import states

    settings.MEDIA_ROOT, settings.IMPORTS_DIR = tmp_path / "media", tmp_path / "imports"
    settings.C2PA_DIR, settings.QUARANTINE_DIR = tmp_path / "c2pa", tmp_path / "quarantine"
    monkeypatch.setattr(states, "ring", lambda: True)


@pytest.fixture
def noa() -> User:
    return make_user("noa")


def lettered_on(owner: User, content: bytes, recipe: dict[str, Any] | None) -> Take:
    fields = {} if recipe is None else {"recipe": recipe}
    brought(owner, copy_with([row(1, **fields)], {"takes/1.png": content}))
    return letter(owner, Take.objects.get(owner=owner), TEXTS)


def stored(take: Take, variant: str, extension: str = "png") -> tuple[AssetFile, bytes]:
    file = take.asset.files.get(variant=variant, format=extension)
    return file, content_of(file.path)


def require_edited(content: bytes, source: str, *, published: bool = False) -> None:
    """`source`: the IPTC address of where it comes from, empty where nobody knows."""
    state = read_manifest(content, "image/png", trust_anchors())
    assert state is not None
    assert state.state == "trusted"
    assert state.actions == (
        ("c2pa.opened", source),
        ("c2pa.edited", ""),
        *((("c2pa.published", ""),) if published else ()),
    )
    assert state.ingredients == ("File that was sent",)
    if not source:
        assert b"lgorithmicMedia" not in content
        assert b"parameters\0" not in content


@pytest.mark.parametrize("known", BROUGHT)
def test_stored_downloaded_and_published_files_say_the_same(client: Client, noa: User, known: str) -> None:
    content, recipe, source, evidence = BROUGHT[known]
    made = lettered_on(noa, content, recipe)
    label = takes.file_label(made, with_prompt=True)
    assert (label.edited_here, label.drawn_here, label.evidence) == (True, False, evidence)
    for variant in (Variant.ORIGINAL, Variant.BARE):
        file, data = stored(made, variant)
        require_edited(data, source)
        assert file.says == takes.file_label(made, with_prompt=variant == Variant.ORIGINAL).says
        assert b"irodori.evidence" in data
        assert evidence.encode() in data
    assert b"red hair" not in stored(made, Variant.BARE)[1]
    for extension in ("webp", "avif"):
        packet = stored(made, Variant.W180, extension)[1]
        assert (source.encode() in packet) if source else (b"DigitalSourceType" not in packet)

    client.force_login(noa)
    require_edited(client.get(f"/takes/{made.pk}/file.png").content, source)
    post = takes.publish(noa, made, tags=["1girl"], rating="g")
    assert post_label(post, with_prompt=True).edited_here
    shown = client.get(f"/media/{made.asset.key}/original.png?download")
    require_edited(shown.content, source, published=True)
    assert client.get(f"/media/{made.asset.key}/original.png").status_code == 200


def test_what_was_drawn_here_is_still_this_sites_own(noa: User) -> None:
    made = letter(noa, make_take(noa), TEXTS)
    label = takes.file_label(made, with_prompt=True)
    assert (label.drawn_here, label.edited_here) == (True, False)
    state = read_manifest(stored(made, Variant.ORIGINAL)[1], "image/png", trust_anchors())
    assert state is not None
    assert [name for name, _source in state.actions] == ["c2pa.opened", "c2pa.edited"]
    assert state.actions[1][1] == f"{IPTC}trainedAlgorithmicMedia"


def test_letters_on_letters_still_tell_of_the_file_that_was_sent(noa: User) -> None:
    first = lettered_on(noa, by_webui(), None)
    again = letter(noa, first, [Text(text="国", size=20, x=20)])
    require_edited(stored(again, Variant.ORIGINAL)[1], f"{IPTC}trainedAlgorithmicMedia")
    assert takes.file_label(again, with_prompt=True).sent_as == "png"


@pytest.mark.parametrize("own", [True, False])
def test_the_verify_page_knows_what_was_drawn_from_what_was_written_on(noa: User, own: bool) -> None:
    made = letter(noa, make_take(noa, width=256, height=192), TEXTS) if own else lettered_on(noa, by_webui(), None)
    takes.publish(noa, made, tags=["1girl"], rating="g")
    content = stored(made, Variant.BARE)[1]
    answer = verify(noa, BytesIO(content), len(content))
    assert answer.verdict.case == (Case.DRAWN_HERE if own else Case.SIGNED_HERE)
    with Image.open(BytesIO(content)) as image:
        copy = BytesIO()
        image.convert("RGB").save(copy, "PNG")
    answer = verify(noa, BytesIO(copy.getvalue()), len(copy.getvalue()))
    assert answer.verdict.case == (Case.COPY_OF_DRAWN if own else Case.COPY_OF_SENT)
