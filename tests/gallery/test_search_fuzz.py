"""Whatever is typed into the search box or an address gets an answer: posts, or a sentence on what is wrong."""

import html
import re
from contextlib import suppress

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gallery.errors import UserFacingError
from gallery.search import search
from tagging.query import QueryError, parse, registry
from tests.factories import make_post, make_user
from tests.tagging.query_strategies import query_texts

pytestmark = pytest.mark.django_db

PIECES = [
    "1girl",
    "sky",
    "(",
    ")",
    "-",
    "~",
    "or",
    "and",
    "*",
    "s*",
    "rating:",
    "order:",
    "id:",
    ">",
    "..",
    ",",
    '"',
    "ordfav:",
    "limit:",
    ":",
]
WORDS = [
    "rating:g",
    "order:random",
    "order:created_at",
    "id:1..9",
    "score:>0",
    "fav:ann",
    "user:none",
    "model:a*",
    "age:<1d",
    "date:2026-02-30",
]
PAGES = ["1", "0", "-1", "1000", "1001", "a1", "b99999999999999999999", "b5t1", "a5t99999999999999999"]
page_tokens = (
    st.none()
    | st.sampled_from(["", *PAGES])
    | st.from_regex(r"[ab]?[0-9]{1,20}([a-z][0-9]{0,20}){0,3}", fullmatch=True)
    | st.text(max_size=30)
)
texts = query_texts() | st.lists(st.sampled_from([*PIECES, *WORDS, *(" " for _ in WORDS)]), max_size=20).map("".join)
# Values at the edges of what columns hold, and of what readers take.
EDGES = [
    *(["0", "-1", "1", "5..9", ">5", "any", "none", "true", "a*", "%a_", "ann", "x,y", "'", "\\", "-"]),
    *(["2147483648", "9223372036854775807", ">9223372036854775807", "<-9223372036854775807"]),
    *(["0.000001", ".5", ">999999999999999.5", "0..999999999999999", "16:9", "999999/1", "1/999999", "0:1"]),
    *(["8000000000gb", "0b", "<0002", ">9998", "9998-12-31", "today..9998", "<2000y", "1d", "90000000h", "1mo,2w..3w"]),
]
names = st.sampled_from([name for kind in registry.kinds() for name in (kind.name, *kind.aliases)])
examples = st.sampled_from([example for kind in registry.kinds() for example in kind.examples])
orders = st.sampled_from([f"order:{value}" for value in registry.orders()])
terms = (
    st.builds("{}{}:{}".format, st.sampled_from(["", "", "-", "~"]), names, st.sampled_from(EDGES)) | examples | orders
)
queries = texts | st.lists(terms | st.sampled_from(["sky", "or", "-night"]), min_size=1, max_size=4).map(" ".join)


@pytest.fixture
def member():
    return make_user("ann", shown_ratings="gs")


@pytest.fixture
def posts(member):
    return [
        make_post(tags=["1girl", "sky"]),
        make_post(tags=["1girl"], author=member),
        make_post(tags=["sky", "night"], rating="s"),
    ]


@pytest.fixture
def clients(member):
    visitor, signed_in = Client(), Client()
    signed_in.force_login(member)
    return [visitor, signed_in]


def ask(client, query, page):
    return client.get("/posts", {"tags": query} | ({} if page is None else {"page": page}))


def problem_in(content):
    """The sentence in the notice, without the query that is repeated there."""
    notice = re.search(r'role="alert".*?<p>(.*?)</p>', content, re.DOTALL)
    return html.unescape(notice[1]).strip() if notice else ""


def assert_answered(response, query, posts):
    content = response.content.decode()
    # 403 is for who has no account and asks for votes or saved searches.
    assert response.status_code in (200, 403, 422, 503)
    assert f'value="{html.escape(query)}"' in content, "the query stands in the box as it was typed"
    if response.status_code == 200:
        return
    assert problem_in(content)
    assert not any(f"/posts/{post.pk}" in content for post in posts), "an error shows no posts"


def cannot_be_read(query):
    try:
        parse(query)
    except QueryError:
        return True
    return False


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries, page_tokens)
@example("", "0")
@example("*", None)
@example("-(a or b", "1")
@example("order:id", "b5t1")
@example("order:created_at", "b5s7")
@example("'; DROP TABLE gallery_post; --", None)
def test_any_text_and_any_page_are_answered(posts, clients, query, token):
    query = query.replace("\x00", "")  # no browser sends it, and no page could repeat it
    for client in clients:
        response = ask(client, query, token)
        assert_answered(response, query, posts)
        if cannot_be_read(query):
            assert response.status_code == 422
            assert response.context["query_error"] == problem_in(response.content.decode())
            assert_refused_by_the_interface(client, query)


def assert_refused_by_the_interface(client, query):
    for address in ("/posts.json", "/counts/posts.json"):
        answer = client.get(address, {"tags": query})
        assert answer.status_code == 422
        assert answer.json()["success"] is False
        assert answer.json()["message"].startswith("Column ")


@pytest.mark.parametrize("name", [kind.name for kind in registry.kinds()])
def test_every_metatag_bears_values_at_the_edge(member, name):
    """No value that can be read is too much for the database."""
    for value in EDGES:
        with suppress(QueryError, UserFacingError):
            search(f"{name}:{value}", member, limit=2)
