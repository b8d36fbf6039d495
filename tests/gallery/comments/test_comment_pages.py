"""What pages and programs show of comments: folded, removed, hidden with their post; by how many queries."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.community.comment_pages import A_PAGE, as_shown, new_on_own_posts, panel
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.models import Case, Comment, Statement, User
from gallery.models.review import SiteRule
from gallery.moderation.comments import remove_comment
from tests.factories import make_post, make_user
from tests.gallery.comments.test_comments import make_comment
from tests.gallery.moderation.test_acts import bare_post

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def browser(person=None):
    client = Client()
    if person:
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def viewer_with(said, **fields):
    """A member with a filter in force."""
    member = make_user(**fields)
    member.active_filter = filters.create(member, "Mine", said)
    member.save()
    return User.objects.get(pk=member.pk)


def texts(client, address="/comments"):
    return client.get(address).text


def bodies(client, query=""):
    return [row["body"] for row in client.get(f"/comments.json{query}").json()]


HIDING = {
    "removed": {"status": "removed"},
    "withdrawn": {"status": "withdrawn"},
    "quarantined": {"status": "quarantined"},
    "pending": {"status": "pending"},
    "explicit": {"rating": "e"},
}


@pytest.mark.parametrize("hiding", HIDING)
def test_comments_of_a_post_that_one_may_not_see_are_nowhere(hiding):
    post = make_post(**HIDING[hiding])
    found = make_comment(post, text="zxcomment")
    other = make_user(shown_ratings="gsqe")
    addresses = [
        "/comments",
        f"/comments?by={found.author.username}",
        "/comments.json",
        f"/users/{found.author.username}",
    ]
    for client in (browser(), browser(other)):
        for address in addresses:
            assert "zxcomment" not in texts(client, address), address
        for address in (
            f"/posts/{post.pk}/comments", f"/comments/{found.pk}", f"/comments/{found.pk}/report",
            f"/comments.json?post_id={post.pk}",
        ):  # fmt: skip
            assert client.get(address).status_code == 404, address
    assert "zxcomment" not in texts(browser(make_user(role="moderator", shown_ratings="gsqe")), "/comments") or (
        hiding == "explicit"
    )


@pytest.mark.parametrize(
    "said",
    [
        Said(rules=Rules(hide=("spider",))),
        Said(rules=Rules(hide=("spider -nothing",))),
        Said(hidden_ratings=frozenset({"g"})),
        Said(rules=Rules(hide=("comments:>0",))),
    ],
    ids=["tag", "query", "rating", "by comments"],
)
def test_comments_of_posts_that_ones_filter_hides_are_nowhere(said):
    post = make_post(tags=["spider"])
    found = make_comment(post, text="zxcomment")
    client = browser(viewer_with(said, shown_ratings="gs"))
    assert "zxcomment" not in texts(client)
    assert bodies(client) == []
    assert "zxcomment" not in texts(client, f"/posts/{post.pk}")
    for address in (f"/posts/{post.pk}/comments", f"/comments/{found.pk}", f"/comments.json?post_id={post.pk}"):
        assert client.get(address).status_code == 404


def test_comments_of_muted_people_are_folded_below_posts_and_left_out_of_lists():
    post, rude = make_post(), make_user("rude")
    make_comment(post, rude, "zxcomment")
    member = viewer_with(Said(muted=(rude.pk,)))
    client = browser(member)
    assert "zxcomment" not in texts(client)
    assert bodies(client) == bodies(client, f"?post_id={post.pk}") == []
    page = texts(client, f"/posts/{post.pk}")
    assert '<details class="comment__fold">' in page
    assert "A comment by rude, whom you mute" in page
    assert [one.folded for one in panel(member, post)["shown"]] == ["muted"]
    assert bodies(browser()) == ["zxcomment"]


@pytest.mark.parametrize(
    ("threshold", "score", "folded"), [(-5, -5, ""), (-5, -6, "score"), (0, -1, "score"), (-100, -99, "")]
)
def test_a_comment_below_the_readers_threshold_is_folded(threshold, score, folded):
    found, reader = make_comment(score=score), make_user(comment_threshold=threshold)
    assert as_shown([found], reader)[0].folded == folded
    assert as_shown([found], found.author)[0].folded == ""
    assert as_shown([found], VISITOR)[0].folded == ("score" if score < -5 else "")


def test_the_threshold_is_chosen_in_the_settings():
    member = make_user()
    client = browser(member)
    form = {"shown_ratings": ["g"], "zone": "both"}
    assert client.post("/settings", form | {"comment_threshold": "-20"}).status_code == 302
    member.refresh_from_db()
    assert member.comment_threshold == -20
    for wrong in ("-101", "11", "x", "9" * 30):
        assert client.post("/settings", form | {"comment_threshold": wrong}).status_code == 422
    assert client.post("/settings", form | {"comment_threshold": ""}).status_code == 302
    member.refresh_from_db()
    assert member.comment_threshold == -5


def test_a_removed_comment_is_read_by_its_author_who_is_told_why_and_by_moderators():
    post = make_post()
    found = make_comment(post, text="zxcomment")
    remove_comment(make_user(role="moderator"), found, "Insults others.", SiteRule.HATE)
    for client in (browser(), browser(make_user())):
        assert "zxcomment" not in texts(client, f"/posts/{post.pk}")
        assert client.get(f"/comments/{found.pk}").status_code == 404
    author, moderator = browser(found.author), browser(make_user(role="moderator"))
    for client in (author, moderator):
        assert "zxcomment" in texts(client, f"/posts/{post.pk}")
        assert bodies(client) == []
    assert "Insults others." in texts(author, f"/posts/{post.pk}")
    assert "Insults others." not in texts(moderator, f"/posts/{post.pk}/comments")


def test_a_withdrawn_comment_is_read_by_nobody_but_in_its_case():
    post = make_post()
    found = make_comment(post, text="zxcomment")
    reporter, moderator = browser(make_user()), browser(make_user(role="moderator"))
    assert reporter.post(f"/comments/{found.pk}/report", {"rule": "hate", "text": "Rude."}).status_code == 302
    assert browser(found.author).post(f"/comments/{found.pk}/withdraw").status_code == 302
    for client in (reporter, moderator, browser(found.author)):
        assert "zxcomment" not in texts(client, f"/posts/{post.pk}")
        assert client.get(f"/comments/{found.pk}").status_code == 404
    assert "zxcomment" in texts(moderator, f"/moderation/cases/{Case.objects.get().pk}")


def test_the_count_is_of_standing_comments():
    post = make_post()
    for state in ("standing", "removed", "withdrawn"):
        make_comment(post, state=state)
    assert browser().get(f"/posts/{post.pk}.json").json()["comment_count"] == 1
    assert panel(make_user(role="moderator"), post)["count"] == 1


def test_a_post_shows_the_newest_comments_the_oldest_of_them_first_and_leads_to_older_ones():
    post, ann = make_post(), make_user()
    made = [make_comment(post, ann, f"number {number}.") for number in range(A_PAGE + 3)]
    page = browser().get(f"/posts/{post.pk}").text
    assert "number 2." not in page
    places = [page.index(f"number {number}.") for number in range(3, A_PAGE + 3)]
    assert places == sorted(places)
    older = browser().get(f"/posts/{post.pk}/comments?before={made[3].pk}").text
    assert "number 2." in older
    assert "number 3." not in older
    assert browser().get(f"/comments/{made[0].pk}")["Location"] == (
        f"/posts/{post.pk}/comments?before={made[0].pk + 1}#c{made[0].pk}"
    )
    assert browser().get(f"/comments/{made[-1].pk}")["Location"] == f"/posts/{post.pk}#c{made[-1].pk}"


def test_posts_named_in_comments_are_links_for_those_who_may_see_them():
    post, hidden = make_post(), make_post(rating="e")
    make_comment(post, text=f"post #{hidden.pk}")
    link = f'<a href="/posts/{hidden.pk}"'
    assert link not in texts(browser())
    assert link in texts(browser(make_user(role="moderator")))


def test_new_comments_on_ones_posts_are_counted_until_one_looks():
    author, other = make_user(), make_user()
    post = make_post(author)
    make_comment(post, author)
    make_comment(post, other, state="removed")
    assert new_on_own_posts(author) == 0
    make_comment(post, other)
    make_comment(make_post(author, rating="e"), other)
    make_comment(make_post(author, status="quarantined"), other)
    make_comment(make_post(), other)
    assert new_on_own_posts(author) == 2
    client = browser(author)
    assert client.get("/comments?on=mine").text.count('class="comment"') == 2
    author.refresh_from_db()
    assert new_on_own_posts(author) == 0
    assert browser().get("/comments?on=mine").status_code == 302


def test_more_comments_cost_no_more_queries():
    author = make_user()
    post = make_post(author)
    reader = browser(make_user(role="moderator"))

    def queries(address):
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(address).status_code == 200
        return len(asked)

    addresses = ("/comments", f"/posts/{post.pk}", f"/posts/{post.pk}/comments", "/comments.json", "/posts.json")
    make_comment(post, text=f"post #{post.pk}")
    make_comment(make_post(author), text=f"post #{post.pk}")
    reader.get("/comments")  # the first one notes the session
    few = {address: queries(address) for address in addresses}
    for number in range(6):
        make_comment(post, text=f"post #{post.pk}, **{number}**")
        make_comment(make_post(author), text=f"post #{post.pk}")
    assert {address: queries(address) for address in addresses} == few


def test_without_scripts_one_previews_sends_edits_and_votes():
    post, ann = make_post(), make_user()
    client, reader = browser(ann), browser(make_user())
    preview = client.post(f"/posts/{post.pk}/comments", {"act": "preview", "text": "**so** good"})
    assert "<strong>so</strong> good" in preview.text
    assert "**so** good</textarea>" in preview.text
    assert not Comment.objects.exists()
    sent = client.post(f"/posts/{post.pk}/comments", {"act": "send", "text": "**so** good"})
    found = Comment.objects.get()
    assert sent["Location"] == f"/posts/{post.pk}#c{found.pk}"
    assert client.post(f"/comments/{found.pk}/edit", {"act": "preview", "text": "better"}).status_code == 200
    assert client.post(f"/comments/{found.pk}/edit", {"act": "send", "text": "better"}).status_code == 302
    assert reader.post(f"/comments/{found.pk}/vote", {"score": "1", "next": "/comments?by=x"})["Location"] == (
        f"/comments?by=x#c{found.pk}"
    )
    found.refresh_from_db()
    assert (found.text, found.score) == ("better", 1)


def test_what_was_typed_stays_where_it_is_refused():
    post, ann = make_post(), make_user()
    client = browser(ann)
    client.post(f"/posts/{post.pk}/comments", {"text": "first"})
    again = client.post(f"/posts/{post.pk}/comments", {"text": "second"})
    assert again.status_code == 429
    assert 50 < int(again["Retry-After"]) <= 60
    assert "second</textarea>" in again.text
    long = client.post(f"/posts/{post.pk}/comments", {"text": "x" * 2001})
    assert (long.status_code, "2000 are the most" in long.text) == (422, True)


@pytest.mark.parametrize("value", ["", "2", "up", "1.0", "１", "9" * 50, "\x00"])
def test_a_vote_that_is_none_changes_nothing(value):
    found = make_comment()
    assert browser(make_user()).post(f"/comments/{found.pk}/vote", {"score": value}).status_code == 422
    found.refresh_from_db()
    assert found.score == 0


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_a_vote_leads_nowhere_else(next_page):
    found = make_comment()
    answer = browser(make_user()).post(f"/comments/{found.pk}/vote", {"score": "1", "next": next_page})
    assert answer["Location"] == f"/comments/{found.pk}"


@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**40])
def test_numbers_that_no_comment_has_are_not_found(number):
    client = browser(make_user(role="moderator"))
    for act in ("", "/edit", "/withdraw", "/report", "/moderate"):
        assert client.get(f"/comments/{number}{act}").status_code == 404
    assert client.post(f"/comments/{number}/vote", {"score": "1"}).status_code == 404


@pytest.mark.parametrize("query", ["?before=x", "?before=-1", "?before=99999999999999999999", "?before=%00", "?on=%00"])
def test_odd_places_are_the_first_page(query):
    make_comment(make_post(), text="zxcomment")
    assert "zxcomment" in texts(browser(), f"/comments{query}")


@pytest.mark.parametrize(
    ("query", "status"),
    [("post_id=x", 422), ("post_id=-1", 422), ("post_id=999999", 404), ("page=x", 422), ("page=b", 422),
     ("limit=0", 422),
     ("limit=201", 422), ("page=b1", 200), ("post_id=999999999999999999999", 422), ("search[post_id]=%00", 200)],
)  # fmt: skip
def test_programs_are_told_what_is_wrong(query, status):
    answer = browser().get(f"/comments.json?{query}")
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["success"] is False


def test_programs_read_comments_in_danboorus_shape():
    found = make_comment(make_post(), make_user("ann"), "**so** good", score=3)
    Comment.objects.filter(pk=found.pk).update(edited_at=timezone.now() + timedelta(hours=1))
    row = browser().get(f"/comments.json?post_id={found.post_id}").json()[0]
    assert {key: value for key, value in row.items() if not key.endswith("_at")} == {
        "id": found.pk, "post_id": found.post_id, "creator_id": found.author_id, "creator_name": "ann",
        "body": "**so** good", "score": 3, "is_deleted": False,
    }  # fmt: skip
    assert row["updated_at"] > row["created_at"]


def test_a_closed_post_says_so_and_keeps_what_stands_there():
    post = make_post()
    make_comment(post, text="zxcomment")
    assert browser(post.author).post(f"/posts/{post.pk}/comments/open", {"open": "0"}).status_code == 302
    page = texts(browser(make_user()), f"/posts/{post.pk}")
    assert "takes no comments" in page
    assert "zxcomment" in page
    assert 'id="composer"' not in page


def test_a_moderator_removes_and_restores_from_the_comment_itself():
    found = make_comment(bare_post())
    client = browser(make_user(role="moderator"))
    address = f"/comments/{found.pk}/moderate"
    assert client.post(address, {"act": "remove", "rule": "hate", "reason": ""}).status_code == 422
    assert client.post(address, {"act": "remove", "rule": "nonsense", "reason": "x"}).status_code == 422
    assert client.post(address, {"act": "remove", "rule": "hate", "reason": "Rude."}).status_code == 302
    assert Statement.objects.get().rule == SiteRule.HATE
    assert client.post(address, {"act": "restore", "reason": "A mistake."}).status_code == 302
    assert "removed" in texts(client, "/moderation/log")


def test_the_address_of_a_comment_leads_to_the_page_where_its_reader_finds_it():
    post, moderator = bare_post(), make_user(role="moderator")
    first = make_comment(post)
    later = [make_comment(post) for _ in range(A_PAGE)]
    for one in later[1:]:
        remove_comment(moderator, one, "Spam.")
    for reader in (None, moderator):
        client = browser(reader)
        answer = client.get(f"/comments/{first.pk}")
        assert f'id="c{first.pk}"' in client.get(answer.url).text


def test_comments_under_a_filter_that_takes_too_long_say_so(monkeypatch):
    make_comment()
    client = browser(viewer_with(Said(rules=Rules(("-cat score:>-5",)))))
    assert client.get("/comments").status_code == 200
    for module in ("comments", "api"):
        monkeypatch.setattr(f"gallery.views.{module}.PAGE_MS", 0)
    for address in ("/comments", "/comments.json"):
        answer = client.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
