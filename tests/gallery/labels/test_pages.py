"""The page of a label and the moderators' list, as a browser without scripts gets them."""

import pytest
from django.conf import settings
from django.urls import reverse

from gallery.labels.acts import decide
from gallery.labels.disputes import dispute
from gallery.models import LabelDispute
from tests.factories import make_post, make_user
from tests.gallery.labels.test_acts import label, sent

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def address(post):
    return reverse("gallery:post_label", args=[post.pk])


def test_the_page_says_what_the_label_is_what_it_rests_on_and_since_when(client):
    post = sent("human", author=make_user("ann"))
    decide(make_user("mod", role="moderator"), post, "generated", "Six fingers.")
    page = text(client.get(address(post)))
    assert "All or nearly all of it was drawn by a model." in page
    assert "A moderator looked at it and decided" in page
    history = page[page.index('id="history"') :]
    assert history.index("Six fingers.") < history.index("Declared by its author")
    assert "a moderator" in history
    assert "mod</a>" not in history
    assert "/users/ann" in history


def test_moderators_read_who_decided(client):
    post = sent("human")
    decide(make_user("mod", role="moderator"), post, "generated", "Six fingers.")
    client.force_login(make_user("other", role="moderator"))
    assert "/users/mod" in text(client.get(address(post)))


def test_a_visitor_is_asked_to_sign_in_and_sends_nothing(client):
    post = sent()
    assert "/accounts/login/?next=" in text(client.get(address(post)))
    answer = client.post(address(post), {"act": "dispute", "level": "generated", "reason": "Hands."})
    assert answer.status_code == 302
    assert answer["Location"].startswith(settings.LOGIN_URL if "/" in settings.LOGIN_URL else "/accounts/login/")
    assert not LabelDispute.objects.exists()


def test_a_dispute_from_the_post_to_its_outcome(client):
    author, ann, moderator = make_user("author"), make_user("ann"), make_user("mod", role="moderator")
    post = sent("human", author=author)
    client.force_login(ann)
    assert "This label is wrong…" in text(client.get(reverse("gallery:post", args=[post.pk])))
    answer = client.post(address(post), {"act": "dispute", "level": "generated", "reason": "Hands."}, follow=True)
    assert "Your dispute waits for a moderator." in text(answer)
    assert 'id="dispute"' not in text(answer), "one at a time"
    assert "You dispute this label" in text(client.get(reverse("gallery:post", args=[post.pk])))

    client.force_login(author)
    page = text(client.get(address(post)))
    assert "Raised by somebody" in page
    assert "Raised by ann" not in page
    assert 'value="uphold"' not in page

    client.force_login(moderator)
    log = text(client.get("/moderation/log"))
    assert "/moderation/queue" in log
    listed = client.get("/moderation/labels", follow=True)
    assert "Hands." in text(listed)
    raised = LabelDispute.objects.get()
    door = reverse("gallery:label_dispute", args=[post.pk, raised.pk])
    assert door in text(client.get(address(post)))
    refused = client.post(door, {"act": "uphold", "reason": " ", "next": "/moderation/labels"})
    assert refused.status_code == 422
    assert "Give a reason" in text(refused)
    answer = client.post(door, {"act": "uphold", "reason": "Seen.", "next": "/moderation/labels"}, follow=True)
    assert "Nothing waits" in text(answer)
    assert "Made by a human → AI-generated" in text(client.get("/moderation/log"))

    for reader in (ann, author):
        client.force_login(reader)
        page = text(client.get(address(post)))
        assert "Upheld" in page
        assert "Seen." in page
        assert "The label was disputed: Upheld." in text(client.get(reverse("gallery:post", args=[post.pk])))
    client.force_login(make_user())
    assert "Upheld" not in text(client.get(address(post)))


@pytest.mark.parametrize("act", ["declare", "dispute", "decide"])
def test_what_was_typed_stays_when_something_is_wrong(client, act):
    someone = make_user(role="owner")
    post = sent("composite", "metadata", author=someone)
    client.force_login(someone)
    sent_level = "human" if act == "declare" else "magic"
    answer = client.post(address(post), {"act": act, "level": sent_level, "reason": "My long story"})
    assert answer.status_code == 422
    assert "My long story" in text(answer)
    assert label(post) == ("composite", "metadata")


def test_the_author_is_offered_what_the_evidence_allows(client):
    author = make_user()
    post = sent("composite", "metadata", author=author)
    client.force_login(author)
    page = text(client.get(address(post)))
    offered = page[page.index('id="declare"') : page.index('id="dispute"')]
    assert 'value="generated"' in offered
    assert 'value="human"' not in offered
    client.post(address(post), {"act": "declare", "level": "generated", "reason": ""})
    assert label(post) == ("generated", "declared")


def test_a_locked_label_offers_nothing_to_anybody(client):
    post = make_post(author := make_user())
    for viewer in (author, make_user(role="owner")):
        client.force_login(viewer)
        page = text(client.get(address(post)))
        assert "nobody can change that label" in page
        assert 'name="level"' not in page
        assert "This label is wrong…" not in text(client.get(reverse("gallery:post", args=[post.pk])))


def test_a_dispute_belongs_to_its_post_and_is_nothing_to_others(client):
    post, another = sent(), sent()
    raised = dispute(make_user("ann"), post, "generated", "Hands.")
    client.force_login(make_user())
    door = reverse("gallery:label_dispute", args=[post.pk, raised.pk])
    assert client.post(door, {"act": "reject"}).status_code == 404
    client.force_login(make_user(role="moderator"))
    wrong = reverse("gallery:label_dispute", args=[another.pk, raised.pk])
    assert client.post(wrong, {"act": "reject", "reason": "No."}).status_code == 404
    assert client.post(door, {"act": "magic", "reason": "No."}).status_code == 400
    assert client.post(address(post), {"act": "magic"}).status_code == 400


@pytest.mark.parametrize("level", ["generated", "composite", "assisted", "human", "unknown"])
def test_each_label_is_a_sign_of_its_own_and_words_wherever_the_post_is_shown(client, level):
    author = make_user("ann")
    post = sent(level, author=author)
    client.force_login(author)
    client.post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1"})
    for page in (
        "/",
        "/posts",
        "/users/ann",
        "/users/ann/favourites",
        "/posts?select=1",
        f"/posts/{post.pk}",
        "/about",
    ):
        shown = text(client.get(page))
        assert f"badge--{level}" in shown, page
        assert f"#label-{level}" in shown, page
    assert client.get(f"/posts/{post.pk}.json").json()["ai"]["label"] == post.get_ai_level_display()
    assert f"{post.get_ai_level_display()}, rated" in text(client.get("/posts"))


def test_the_results_link_to_what_they_fold_away(client, settings):
    settings.POSTS_PER_AUTHOR = 2
    ann, bob = make_user("ann"), make_user("bob")
    for author in (*[ann] * 12, *[bob] * 30):
        sent(author=author, tags=["cat"])
    page = text(client.get("/posts", {"tags": "cat"}))
    assert "/posts?tags=cat+user%3Abob" not in page, "nobody is left to make room for: the page is filled"
    for _number in range(10):
        sent(author=bob, tags=["cat"])
    page = text(client.get("/posts", {"tags": "cat"}))
    assert "/posts?tags=cat+user%3Abob" in page
    assert "More by bob: 2 here" in page
    assert "52 posts" in page
    assert "More by" in text(client.get("/"))
    assert "More by" not in text(client.get("/posts", {"tags": "user:bob"}))
    assert len(client.get("/posts.json", {"limit": 50}).json()) == 50
    settings.POSTS_PER_AUTHOR = 0
    assert "More by" not in text(client.get("/posts", {"tags": "cat"}))
