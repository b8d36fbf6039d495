"""What nobody should send: a filter that can't be read or kept never shows more than the one that was in force."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from gallery.filters import acts, shown, visitors
from gallery.filters.spec import Rules, Said
from gallery.models import Post, User, ViewFilter
from gallery.visibility import visible_posts
from tagging.relations import create_implication
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def member() -> User:
    return make_user("mika", shown_ratings="gs")


@pytest.fixture
def client(member: User) -> Client:
    browser = Client()
    browser.force_login(member, BACKEND)
    return browser


def post(tags: str, rating: str = "g") -> Post:
    author = make_user(shown_ratings="gsqe")
    return make_post(author, asset=make_asset_row(author), tags=tags.split(), rating=rating)


def in_use(member: User, *hide: str) -> ViewFilter:
    row = acts.create(member, "Calm", Said(rules=Rules(hide)))
    acts.choose(member, row)
    return row


def listed(browser: Client) -> set[int]:
    """The posts of the list as this browser gets it."""
    return {card.post.pk for card in browser.get(reverse("gallery:posts")).context["cards"]}


UNREADABLE = [
    pytest.param("spider\n(cat", "<mark>(</mark>", id="a bracket"),
    pytest.param("spider\nscore:high", "score:high", id="a value"),
    pytest.param("spider\nnosuchmetatag:1 or (", "(", id="half a search"),
    pytest.param("spider\n" + "(" * 900, "(((", id="many brackets"),
    pytest.param("spider\n" + "x" * 1001, "xxx", id="a long line"),
    pytest.param("spider\n-(-(", "-(-(", id="nots"),
]


@pytest.mark.parametrize(("typed", "shown_again"), UNREADABLE)
def test_what_cannot_be_read_is_kept_as_typed_and_the_filter_in_force_stays(client, member, typed, shown_again):
    spider, owl = post("spider"), post("owl")
    row = in_use(member, "spider")
    sent = {"name": "Calm", "hide": typed, "seen": row.version, "activate": "on"}
    answer = client.post(reverse("gallery:filter_edit", args=[row.pk]), sent)
    assert answer.status_code == 422
    assert answer.context["form"]["hide"].value() == typed
    assert shown_again in answer.text
    row.refresh_from_db()
    assert row.hide_rules == ["spider"]
    assert listed(client) == {owl.pk}
    assert spider.pk not in listed(client)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param([f"t{n}" for n in range(5001)], "5001 rules", id="tags"),
        pytest.param([f"cat score:{n}" for n in range(5000)], "5000", id="searches"),
        pytest.param(["(" * 30] * 20_000, "20000", id="broken lines"),
        pytest.param(["t" * 39] * 10_000, "", id="characters"),
    ],
)
def test_too_many_rules_are_told_the_limit_and_nothing_changes(client, member, lines, words):
    post("spider")
    row = in_use(member, "spider")
    sent = {"name": "Calm", "hide": "\n".join(lines), "seen": row.version, "activate": "on"}
    answer = client.post(reverse("gallery:filter_edit", args=[row.pk]), sent)
    assert answer.status_code == 422
    assert words in answer.text.replace(",", "")
    assert listed(client) == set()


def test_five_thousand_tags_are_taken_and_hide(client, member):
    spider, owl = post("t4999 spider"), post("owl")
    sent = {"name": "All", "hide": "\n".join(f"t{n}" for n in range(5000)), "activate": "on"}
    assert client.post(reverse("gallery:filter_new"), sent).status_code == 302
    assert listed(client) == {owl.pk}
    assert client.get(reverse("gallery:post", args=[spider.pk])).status_code in {200, 403, 404}


FORGED = [
    pytest.param("x", id="no cookie of ours"),
    pytest.param("a:b:c", id="three parts"),
    pytest.param("." * 2400, id="dots"),
    pytest.param("é" * 100, id="not ASCII"),
    pytest.param(signing.dumps({"s": 1, "b": [], "h": [], "u": [], "n": "x"}, salt="elsewhere"), id="another salt"),
    pytest.param(signing.dumps([1], salt=visitors.SALT), id="a list"),
    pytest.param(signing.dumps({"s": 1}, salt=visitors.SALT), id="half of it"),
    pytest.param(
        signing.dumps({"s": 1, "b": ["z"], "h": [], "u": [], "n": "x"}, salt=visitors.SALT), id="an unknown rating"
    ),
]


@pytest.mark.parametrize("cookie", FORGED)
@pytest.mark.parametrize("name", [visitors.COOKIE, shown.COOKIE])
def test_a_forged_cookie_shows_a_visitor_nothing_more(name, cookie):
    general, sensitive = post("owl"), post("owl", "s")
    browser = Client()
    browser.cookies[name] = cookie
    assert listed(browser) == {general.pk}
    assert browser.get(reverse("gallery:post", args=[sensitive.pk])).status_code == 404
    assert browser.get(reverse("gallery:filters")).status_code == 200


def test_what_one_browser_asked_to_see_is_worth_nothing_in_another(client, member):
    hidden = post("spider")
    in_use(member, "spider")
    stranger = make_user()
    browser = Client()
    browser.force_login(stranger, BACKEND)
    in_use(stranger, "spider")
    browser.post(reverse("gallery:show_post", args=[hidden.pk]))
    client.cookies[shown.COOKIE] = browser.cookies[shown.COOKIE].value
    answer = client.get(reverse("gallery:post", args=[hidden.pk]))
    assert answer.context.get("picture") is None
    own = browser.get(reverse("gallery:post", args=[hidden.pk]))
    assert own.status_code == 200
    assert own.text != answer.text


def test_a_shared_filter_that_was_deleted_leads_nowhere_and_its_copies_stay(client, member):
    maker = make_user()
    row = acts.share(maker, acts.create(maker, "Theirs", Said(rules=Rules(("spider",)))), shared=True)
    address = reverse("gallery:filter_shared", args=[row.shared_key])
    assert client.post(address, {"use": "1"}).status_code == 302
    spider = post("spider")
    acts.delete(maker, row)
    assert client.get(address).status_code == 404
    assert client.post(address, {"use": "1"}).status_code == 404
    assert ViewFilter.objects.filter(owner=member).count() == 1
    assert spider.pk not in listed(client)


def test_a_rule_on_a_tag_hides_what_gets_it_by_a_relation_made_later(client, member):
    post("animal")
    in_use(member, "animal")
    create_implication("spider", "animal")
    spider, owl = post("spider"), post("owl")
    assert listed(client) == {owl.pk}
    assert not Post.objects.filter(visible_posts(User.objects.get(pk=member.pk)), pk=spider.pk).exists()


def test_the_fiftieth_filter_is_the_last_and_says_so(client, member, monkeypatch):
    monkeypatch.setattr(acts, "MAX_FILTERS", 1)
    in_use(member, "spider")
    answer = client.post(reverse("gallery:filter_new"), {"name": "Another", "hide": "owl"})
    assert answer.status_code in {409, 422}
    assert "1" in answer.context["form"].non_field_errors()[0]
    assert answer.context["form"]["hide"].value() == "owl"
