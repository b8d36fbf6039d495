"""What members are told of their slots, and that a refusal loses nothing: uploads, sets, the studio, imports."""

import pytest
from django.test import Client
from django.urls import reverse

from gallery.errors import NoFreeSlot
from gallery.imports.item import Item
from gallery.imports.run import Choices, begin, carry_on
from gallery.models import Asset, Case, ImportedItem, Post, UploadDraft
from gallery.models.post import PostStatus
from gallery.slots import FIRST
from gallery.uploads import save_draft
from tests.factories import make_post, make_take, make_user
from tests.gallery.imports.test_run import png
from tests.gallery.post_ratings.people import bare_post
from tests.gallery.uploads.asking import READY, page, text
from tests.gallery.uploads.files import drafted, plain

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
SAYS = {"tags": "cat", "rating": "g", "level": "human"}


@pytest.fixture(autouse=True)
def slots(settings, tmp_path):
    settings.UPLOAD_SLOTS = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member():
    return make_user("novice")


@pytest.fixture
def client(member):
    client = Client()
    client.force_login(member, BACKEND)
    return client


def fill(member, left=0):
    for _ in range(FIRST - left):
        bare_post(member)


def test_the_pages_tell_the_member_and_nobody_else(client, member):
    bare_post(member)
    draft = drafted(member, plain())
    take = make_take(member)
    pages = ["/upload", page(draft), f"/takes/{take.pk}/publish", "/users/novice"]
    for address in pages:
        assert "1 of 5 slots used" in text(client.get(address)), address
    assert "slots used" not in text(Client().get("/users/novice"))
    moderator = Client()
    moderator.force_login(make_user(role="moderator"), BACKEND)
    for address in ("/users/novice", "/upload"):
        assert "slots used" not in text(moderator.get(address))


def test_how_slots_are_earned_is_said(client):
    said = text(client.get("/upload"))
    assert "One more approved post makes one more slot." in said
    assert "Once 10 of your posts stand and your account is 14 days old" in said


def test_without_the_setting_no_page_speaks_of_slots(client, settings):
    settings.UPLOAD_SLOTS = False
    assert "slots used" not in text(client.get("/upload"))


def test_a_draft_is_posted_and_waits(client, member):
    draft = drafted(member, plain())
    answer = client.post(page(draft), READY, follow=True)
    assert "A moderator looks at it before others see it." in text(answer)
    post = Post.objects.get()
    assert post.status == PostStatus.PENDING
    assert Client().get(f"/posts/{post.pk}").status_code == 404
    assert Client().get(f"/posts/{post.pk}.json").status_code == 404


def test_a_refused_draft_keeps_what_was_typed(client, member):
    fill(member)
    draft = drafted(member, plain())
    answer = client.post(page(draft), READY | {"title": "A title", "commentary": "Long words"})
    assert answer.status_code == 409
    said = text(answer)
    assert "All your 5 slots" in said
    assert "No slot is free" in said
    draft.refresh_from_db()
    assert (draft.title, draft.commentary, draft.tags) == ("A title", "Long words", "cat")
    assert not Post.objects.filter(asset=draft.asset).exists()


def test_of_a_set_as_many_are_posted_as_there_are_slots(client, member):
    fill(member, left=2)
    drafts = [drafted(member, plain(number), f"{number}.png", position=number) for number in range(3)]
    for draft in drafts:
        save_draft(draft, SAYS)
    sent = READY | {"picture": [draft.pk for draft in drafts]} | {f"tags_{draft.pk}": "own" for draft in drafts}
    answer = client.post(reverse("gallery:upload_set", args=["batch-one"]), sent)
    assert answer.status_code == 422
    assert "All your 5 slots" in text(answer)
    made = Post.objects.filter(asset__draft__in=drafts)
    assert [post.status for post in made] == [PostStatus.PENDING] * 2
    left = UploadDraft.objects.get(pk=drafts[2].pk)
    assert left.parent == made.order_by("pk").first()


def test_a_take_stays_a_take_where_no_slot_is_free(client, member):
    fill(member)
    take = make_take(member)
    sent = {"tags": "1girl", "rating": "g", "prompt_visibility": "visible", "title": "Kept title"}
    answer = client.post(f"/takes/{take.pk}/publish", sent)
    assert answer.status_code == 422
    said = text(answer)
    assert "All your 5 slots" in said
    assert 'value="Kept title"' in said
    take.refresh_from_db()
    assert take.post is None
    Post.objects.first().cases.update(kind="scan")
    Post.objects.filter(pk=Post.objects.first().pk).update(status=PostStatus.WITHDRAWN)
    answer = client.post(f"/takes/{take.pk}/publish", sent, follow=True)
    assert "A moderator looks at it before others see it." in text(answer)
    take.refresh_from_db()
    assert take.post.status == PostStatus.PENDING
    assert Case.objects.filter(post=take.post, kind="post").exists()


class Place:
    """Pictures of another place."""

    def __init__(self, count):
        self.pictures = {f"{number}": png() for number in range(count)}

    def items(self, after=""):
        for key in sorted(self.pictures):
            if key > after:
                yield Item(key=key, name=f"{key}.png", number=key, read=lambda key=key: self.pictures[key])


def test_an_import_stops_at_the_last_slot_and_goes_on_later(member):
    fill(member, left=2)
    place = Place(3)
    assets = Asset.objects.count()
    run = begin(member, "place")
    with pytest.raises(NoFreeSlot):
        list(carry_on(run, place, Choices("g")))
    run.refresh_from_db()
    assert (run.after, run.finished) == ("1", False)
    assert "All your 5 slots" in run.trouble
    assert [item.outcome for item in ImportedItem.objects.order_by("key")] == ["posted", "posted"]
    assert Asset.objects.count() == assets + 2
    Post.objects.filter(author=member).update(status=PostStatus.ACTIVE)
    again = begin(member, "place")
    assert [item.key for item in carry_on(again, place, Choices("g"))] == ["2"]
    assert again.finished


def test_a_page_that_is_asked_for_by_others_shows_nothing_of_what_waits(client, member):
    post = make_post(member, title="Secretly waiting")
    assert post.status == PostStatus.PENDING
    for address in ("/", "/posts", "/posts.json", "/users/novice", "/counts/posts.json?tags="):
        assert "Secretly waiting" not in text(Client().get(address))
    assert Client().get("/counts/posts.json").json()["counts"]["posts"] == 0
    assert "Secretly waiting" in text(client.get("/users/novice"))
