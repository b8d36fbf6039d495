"""The page of results: its orders, its count, what a * stands for, random posts, ready-made searches, search help."""

import html
import re

import pytest
from django.test import Client

from gallery.links.results import ORDERS, READY_MADE
from gallery.search import SearchPage
from gallery.search.guide import GRAMMAR
from gallery.views import browse
from tagging.models import Category, Tag
from tagging.query import registry
from tagging.wiki import Written, write_page
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return html.unescape(response.content.decode())


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sign_in(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_every_order_of_the_menu_is_known_leads_to_posts_and_says_that_it_is_on(client):
    make_post(tags=["sky"])
    assert {value for value, _label in ORDERS} - {""} <= set(registry.orders())
    links = client.get("/posts?tags=sky").context["orders"]
    assert len(links) == len(ORDERS)
    for place, link in enumerate(links):
        response = client.get(link.url)
        assert response.status_code == 200
        assert [other.current for other in response.context["orders"]] == [at == place for at in range(len(links))]
    assert re.search(r"order%3Arandom%3A\d+", links[-1].url)


def test_an_order_that_is_not_in_the_menu_is_its_last_line(client):
    make_post(tags=["sky"])
    last = client.get("/posts?tags=sky+order:score_asc").context["orders"][-1]
    assert (last.label, last.current) == ("order:score_asc", True)


@pytest.mark.parametrize(
    ("count", "exact", "shown"),
    [(1, True, "1 post"), (2, True, "2 posts"), (10_000, False, "10,000+ posts"), (40, False, "at least 40 posts")],
)
def test_a_count_is_exact_or_says_that_it_is_not(client, rf, count, exact, shown):
    page = SearchPage(posts=[], count=count, count_is_exact=exact, next_token=None, previous_token=None, query="")
    rendered = browse.render(rf.get("/"), "gallery/parts/results_count.html", {"page": page})
    assert rendered.content.decode().strip() == shown


def test_a_star_shows_the_tags_it_stands_for_and_none_that_are_hidden(client):
    make_post(tags=["long_hair", "sky"])
    make_post(tags=["short_hair"])
    make_post(tags=["secret_hair"], rating="e")
    (found,) = client.get("/posts?tags=*_hair+-night").context["wildcards"]
    assert found.pattern == "*_hair"
    assert {tag.name: tag.url for tag in found.tags} == {
        "long_hair": "/posts?tags=-night+long_hair",
        "short_hair": "/posts?tags=-night+short_hair",
    }
    page = text(client.get("/posts?tags=*_hair"))
    assert "Tags like *_hair" in page
    assert "secret" not in page


def test_a_search_for_one_unknown_tag_offers_its_wiki_page_and_the_nearest(client):
    make_post(tags=["long_hair"])
    page = text(sign_in(make_user()).get("/posts?tags=long_hairs"))
    assert "/posts?tags=long_hair" in page
    assert "/wiki/_edit?title=long_hairs" in page
    write_page(make_user(), "long_hairs", Written("No such tag."), seen="")
    assert 'href="/wiki/long_hairs"' in text(client.get("/posts?tags=long_hairs"))
    assert "/wiki/_edit" not in text(client.get("/posts?tags=long_hairs+nothing_else"))


def test_a_random_post_is_one_of_the_search_that_the_viewer_may_see(client):
    shown = {make_post(tags=["sky"]).pk for _ in range(2)}
    make_post(tags=["night"])
    make_post(tags=["sky"], rating="e")
    seen = set()
    for _ in range(30):
        address = client.get("/posts/random?tags=sky+order:score")["Location"]
        seen.add(int(re.match(r"/posts/(\d+)\?q=sky\+order%3Ascore$", address)[1]))
    assert seen == shown
    assert client.get("/posts/random")["Location"].startswith("/posts/")


@pytest.mark.parametrize("query", ["nothing_has_this", "(sky", "score:abc", "\x00"])
def test_a_search_without_posts_has_no_random_one_and_shows_why(client, query):
    if query != "\x00":
        make_post(tags=["sky"])
    response = client.get("/posts/random", {"tags": query})
    assert response["Location"].startswith("/posts")
    assert not response["Location"].startswith("/posts/")
    assert client.get(response["Location"]).status_code in (200, 422)


def test_the_empty_search_offers_searches_that_run(client):
    make_post(tags=["sky"])
    offered = client.get("/posts").context["ready_made"]
    assert [search["query"] for search in offered] == [query for query, _label in READY_MADE]
    for search in offered:
        assert client.get(search["url"]).status_code == 200
    assert client.get("/posts?tags=sky").context["ready_made"] == []
    assert client.get("/posts?tags=order:id").context["ready_made"] == []


def test_a_search_that_cannot_be_read_leads_to_the_help(client):
    page = text(client.get("/posts?tags=(sky"))
    assert "cannot be read" in page
    assert page.count('href="/help/search"') >= 2


def test_a_search_that_takes_too_long_says_so_and_keeps_the_text(client, monkeypatch):
    from gallery.errors import SearchTimeout

    def slow(*args, **kwargs):
        raise SearchTimeout

    monkeypatch.setattr(browse, "search", slow)
    response = client.get("/posts?tags=sky+-night")
    assert response.status_code == 503
    assert response["Retry-After"]
    page = text(response)
    assert "This search takes too long" in page
    assert 'value="sky -night"' in page
    assert "Try again" in page


def test_the_help_explains_every_metatag_and_order_and_its_examples_run():
    make_post(tags=["sky"])
    client = sign_in(make_user())  # some searches are of what a member keeps
    response = client.get("/help/search")
    page = text(response)
    for kind in [kind for kind in registry.kinds() if kind.name != "order"]:
        assert f'id="metatag-{kind.name}"' in page
        assert str(kind.summary()) in page
        assert str(kind.summary()), kind.name
    for order in registry.order_kinds():
        assert f"order:{order.key}" in page
        assert str(order.summary()), order.key
    assert "250 terms" in page
    assert "4000 characters" in page.replace("4,000", "4000")
    links = dict.fromkeys(re.findall(r'class="guide__example" href="([^"]+)"', page))
    assert len(links) > len(GRAMMAR)
    refused = {link: client.get(html.unescape(link)).status_code for link in links}
    # A search for what looks like a post says so where there is no such post.
    assert {link: status for link, status in refused.items() if status != 200} == {"/posts?tags=similar%3A1234": 422}


def test_the_help_is_linked_from_every_page_and_the_box(client):
    for address in ("/", "/posts", "/about", "/nowhere"):
        assert 'class="search-box__help" href="/help/search"' in text(client.get(address))


def test_the_category_of_a_matched_tag_is_its_colour(client):
    make_post(tags=["long_hair"])
    Tag.objects.filter(name="long_hair").update(category=Category.META)
    assert "tag--meta" in text(client.get("/posts?tags=*_hair"))


def test_a_mistyped_tag_behind_a_minus_is_told_though_posts_are_found(client):
    make_post(tags=["sky", "night"])
    page = client.get("/posts?tags=sky -nigth")
    assert len(page.context["cards"]) == 1
    assert "There is no tag “nigth”." in text(page)
    assert "There is no tag" not in text(client.get("/posts?tags=sky or night"))


def test_a_mistyped_metatag_leads_to_the_one_that_was_meant(client):
    page = client.get("/posts?tags=stpes:20")
    assert [near["name"] for near in page.context["unknown"][0]["nearest"]] == ["steps:20"]
    assert "/posts?tags=steps%3A20" in page.content.decode()
    # No wiki page is offered where something else was meant, and no value that the metatag refuses.
    assert "edit_url" not in page.context["unknown"][0]
    assert client.get("/posts?tags=stpes:abc").context["unknown"][0]["nearest"] == []


def test_a_page_that_cannot_be_says_so_and_leads_to_the_first_one(client):
    page = client.get("/posts?tags=sky&page=0")
    assert page.status_code == 422
    assert "There is no such page" in text(page)
    assert "This search cannot be read" not in text(page)
    assert 'href="/posts?tags=sky"' in page.content.decode()
