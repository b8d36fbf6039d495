"""What the manifest of a picture that was sent says of the file that came, and of what its label rests on."""

import json
from io import BytesIO

import c2pa
import pytest

from gallery.ingest import keep_sent
from gallery.labels.acts import decide
from gallery.provenance import FORMATS
from gallery.uploads import evidence_of, publish_sent
from gallery.uploads.words import evidence_lines
from tests.factories import make_asset, make_post, make_recipe, make_user
from tests.gallery.drawn import scene
from tests.gallery.verifying.conftest import download, saved

pytestmark = pytest.mark.django_db


def manifest_in(content: bytes) -> dict:
    with c2pa.Reader("image/png", BytesIO(content)) as reader:
        return json.loads(json.dumps(reader.get_active_manifest()))


@pytest.mark.parametrize(
    ("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")], ids=str.lower
)
def test_the_file_that_was_sent_is_named_by_its_own_format(client, kind, extension):
    content = saved(scene(5, 64, 48), kind)
    author = make_user()
    asset = keep_sent(author, BytesIO(content), len(content), "mine")
    post = publish_sent(author, asset, tags=["cat"], rating="g", level="human")
    [ingredient] = manifest_in(download(client, post, "png"))["ingredients"]
    assert (ingredient["format"], ingredient["title"]) == (FORMATS[extension].mime, "File that was sent")


def test_the_manifest_says_what_the_label_rests_on(client):
    content = saved(scene(5, 64, 48), "JPEG")
    author = make_user()
    asset = keep_sent(author, BytesIO(content), len(content), "mine")
    post = publish_sent(author, asset, tags=["cat"], rating="g", level="human")

    def evidence() -> str:
        found = manifest_in(download(client, post, "png"))
        [actions] = [one["data"]["actions"] for one in found["assertions"] if one["label"].startswith("c2pa.actions")]
        return actions[0]["parameters"]["irodori.evidence"]

    assert evidence() == "declared"
    decide(make_user(role="moderator"), post, "generated", "The same hand has six fingers.")
    post.refresh_from_db()
    assert evidence() == "moderator"


def test_this_sites_own_file_is_not_called_a_strangers(client):
    author = make_user("author")
    recipe = make_recipe(prompt="a zebra")
    post = make_post(author, asset=make_asset(author, image=scene(1, 64, 48), recipe=recipe), recipe=recipe)
    content = download(client, post, "png")
    asset = keep_sent(make_user(), BytesIO(content), len(content), "theirs.png")
    lines = [str(line.text) for line in evidence_lines(asset, evidence_of(asset))]
    assert lines[0] == "Signed by this site; unchanged since."
