"""What the site decided after a file left it, and files whose signature doesn't fit: the headline box warns."""

import io

import pytest

from gallery.ingest import keep_sent
from gallery.labels.acts import decide
from gallery.models import User
from gallery.models.user import Role
from gallery.uploads import publish_sent
from tests.factories import make_asset, make_post, make_user
from tests.gallery.drawn import scene
from tests.gallery.verifying.conftest import download, saved
from tests.gallery.verifying.test_verdicts import with_a_changed_pixel, xmp

pytestmark = pytest.mark.django_db


def sent(level: str, picture: int = 5):
    author, content = make_user(), saved(scene(picture, 320, 240), "JPEG", quality=95)
    asset = keep_sent(author, io.BytesIO(content), len(content), "mine.jpg")
    return publish_sent(author, asset, tags=["cat"], rating="g", level=level)


def moderator() -> User:
    return make_user(role=Role.MODERATOR)


def page_of(client, content: bytes) -> str:
    return client.post("/verify", {"file": io.BytesIO(content)}).content.decode()


@pytest.mark.parametrize("declared", ["human", "unknown"])
def test_a_download_is_warned_of_once_a_moderator_decided_otherwise(client, verify, declared):
    post = sent(declared)
    old = download(client, post, "jpg")
    assert verify(old)["verdict"]["since"] is None
    assert "has since decided" not in page_of(client, old)
    decide(moderator(), post, "generated", "The same hand has six fingers.")
    told = verify(old)
    assert told["verdict"]["code"] == "signed_here"
    since = told["verdict"]["since"]
    assert since["text"] == "The site has since decided: AI-generated"
    assert (since["post_id"], since["level"], since["evidence"]) == (post.pk, "generated", "moderator")
    page = page_of(client, old)
    head = page[page.index('class="verdict ') : page.index("</section>")]
    assert "The site has since decided: AI-generated" in head
    assert "verdict--warn" in head
    assert verify(download(client, post, "jpg"))["verdict"]["since"] is None


@pytest.mark.parametrize("level", ["assisted", "composite", "human", "generated", "unknown"])
def test_a_file_that_says_what_iptc_has_words_for_is_not_warned_of(client, verify, level):
    assert verify(download(client, sent(level), "jpg"))["verdict"]["since"] is None


def test_an_author_who_says_more_is_told_of_as_the_post(client, verify):
    post = sent("human")
    old = download(client, post, "png")
    post.ai_level = "composite"
    post.save(update_fields=["ai_level"])
    assert verify(old)["verdict"]["since"]["text"].startswith("The post of this picture says now: ")


def test_a_decision_at_a_post_that_the_viewer_may_not_see_is_not_told(client, verify):
    post = sent("human")
    old = download(client, post, "jpg")
    decide(moderator(), post, "generated", "The same hand has six fingers.")
    post.status = "removed"
    post.save(update_fields=["status"])
    told = verify(old)
    assert (told["verdict"]["since"], told["matches"]) == (None, [])


def test_of_several_posts_with_the_picture_the_files_own_one_counts(client, verify):
    asset = make_asset(image=scene(5, 320, 240))
    other = make_post(asset=asset)
    post = sent("human")
    old = download(client, post, "jpg")
    told = verify(old)
    assert {match["post_id"] for match in told["matches"]} == {other.pk, post.pk}
    assert told["verdict"]["since"] is None


def test_a_copy_from_elsewhere_that_claims_a_human_is_warned_of(post, verify):
    told = verify(saved(scene(1, 320, 416), "JPEG", xmp=xmp("digitalCapture")))
    assert told["verdict"]["since"]["level"] == "generated"
    assert verify(saved(scene(1, 320, 416), "JPEG"))["verdict"]["since"] is None


def test_a_changed_pixel_warns_in_the_headline_and_takes_no_badge_from_the_file(client, post):
    page = page_of(client, with_a_changed_pixel(download(client, post, "png")))
    head = page[page.index('class="verdict ') : page.index("</section>")]
    assert "Changed after it was signed, and looks like a post here" in head
    assert "verdict--warn" in head
    assert "badge" not in head


def test_the_very_file_of_a_post_with_a_broken_signature_is_doubted(client, post, verify):
    broken = with_a_changed_pixel(download(client, post, "png"))
    author = make_user()
    asset = keep_sent(author, io.BytesIO(broken), len(broken), "mine.png")
    publish_sent(author, asset, tags=["cat"], rating="g", level="generated")
    told = verify(broken)
    assert (told["verdict"]["code"], told["signature"]["state"], told["ai"]) == ("same_file", "invalid", None)
    page = page_of(client, broken)
    head = page[page.index('class="verdict ') : page.index("</section>")]
    assert "But the signature in it is not valid." in head
    assert "verdict--warn" in head
