"""Bad searches, one by one: the status, what the sentence says, and never everything."""

import html
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from gallery.search import search
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def posts():
    author = make_user()
    words = (["1girl", "sky"], ["1girl", "night"], ["1girl"])
    return [make_post(asset=make_asset_row(author), tags=tags) for tags in words]


def ask(client, query, page=None):
    return client.get("/posts", {"tags": query} | ({} if page is None else {"page": page}))


def problem_in(response):
    notice = re.search(r'role="alert".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)
    return html.unescape(notice[1]).strip() if notice else ""


def shown(response, posts):
    content = response.content.decode()
    return [post for post in posts if re.search(rf"/posts/{post.pk}\b", content)]


def test_a_good_search_shows_its_posts(client, posts):
    assert shown(ask(client, "1girl"), posts) == posts


@pytest.mark.parametrize(
    ("query", "column", "part"),
    [
        ("(sky", 1, "never closed"),
        ("sky (night or (1girl)", 5, "never closed"),
        ("sky)", 4, "closes nothing"),
        ("sky ()", 5, "empty"),
        ("sky -", 5, "right after it"),
        ("sky or", 5, "needs a tag after it"),
        ("--sky", 2, "follows another sign"),
        ('model:"tiny', 7, "never closed"),
        ("sky noter:ann", 5, "has no noter: search yet"),
        ("sky -pool:4", 6, "has no pool: search yet"),
        ("sky similar:x", 5, "similar takes a number"),
        ("id:cheese", 1, "id takes a number, a range such as 20..30"),
        ("id:9...9", 1, "id takes a number"),
        ("sky id:1..2..3", 5, "id takes a number"),
        ("id:99999999999999999999", 1, "id takes"),
        ("rating:x", 1, "rating takes one of"),
        ("rating: g", 1, "right after the colon"),
        ("-md5:0", 2, "has no md5: search yet"),
        ("order:cheese", 1, "no such order"),
        ("order:id order:created_at", 10, "second time"),
        ("-order:id", 2, "rules the whole search"),
        ("sky or order:id", 8, "rules the whole search"),
        ("*", 1, "fits every tag"),
        ("sky -**", 6, "fits every tag"),
        ("s*k*y*s*k*y*s*k*y*", 1, "at most"),
        ("1girl\u200b", 6, "U+200B"),
        ("sky \ufeffnight", 5, "U+FEFF"),
        ("\u202eyks", 1, "U+202E"),
        ("sky \u2067night\u2069", 5, "U+2067"),
        ("so\u00adft", 3, "U+00AD"),
        ("sky\x07", 4, "U+0007"),
        ("sky" * 1400, 4001, "4000 characters"),
        ("sky " * 251, 1001, "250 terms"),
        ("(" * 41 + "sky" + ")" * 41, 41, "40 deep"),
    ],
)
def test_a_search_that_cannot_be_read_is_422_with_its_place_and_a_cure(client, posts, query, column, part):
    response = ask(client, query)
    assert response.status_code == 422
    sentence = problem_in(response)
    assert sentence.startswith(f"Column {column}: ")
    assert part in sentence
    assert f'value="{html.escape(query)}"' in response.content.decode()
    assert shown(response, posts) == []


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("id:5..5 order:custom", "order:custom follows a list"),
        ("id:5,7..7 order:custom", "order:custom follows a list"),
        ("id:>5 order:custom", "order:custom follows a list"),
        ("order:custom", "order:custom follows a list"),
        ("modelhash:*", "modelhash: takes"),
        ("modelhash:_", "modelhash: takes"),
        ('modelhash:"*"', "modelhash: takes"),
        ("modelhash:012g", "modelhash: takes"),
    ],
)
def test_what_makes_no_sense_is_422_with_a_sentence(client, posts, query, part):
    response = ask(client, query)
    assert response.status_code == 422
    assert part in problem_in(response)
    assert shown(response, posts) == []


NUMBERS = [
    "id", "width", "height", "mpixels", "ratio", "filesize", "score", "upvotes", "downvotes", "favcount", "views",
    "tagcount", "gentags", "arttags", "copytags", "chartags", "metatags", "modeltags", "child_count", "comments",
    "active_children", "steps", "cfg", "denoise", "seed", "parent", "child", "favgroup", "limit",
]  # fmt: skip
FORMS = [
    "0", "5", "5..5", "5,7", "5,7..7", "..5", "5..", "5...6", ">0", "<=5", ">5,<3", "0..0", "2147483648..4294967296",
]  # fmt: skip
ODD = ["7..5", "9223372036854775807", "..99999999999999999999999", "9" * 400]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_form_of_a_number_is_answered_or_refused(client, posts, name):
    forms = [f"{name}:{form}" for form in FORMS]
    if name == "limit":
        queries = forms[:3]
    else:
        queries = [" or ".join(forms), *(f"{name}:{form}" for form in ODD)]
    for query in queries:
        assert ask(client, query).status_code in (200, 422), query


@pytest.mark.parametrize("form", [*FORMS, *ODD])
def test_every_form_of_numbers_is_a_list_for_the_custom_order_or_refused(client, posts, form):
    assert ask(client, f"id:{form} order:custom").status_code in (200, 422)


def test_more_wildcards_than_can_be_looked_up_are_422(client, posts):
    response = ask(client, " or ".join(f"{letter}*" for letter in "abcdefghijklmnopqrs"))
    assert response.status_code == 422
    assert "“*”" in problem_in(response)
    assert shown(response, posts) == []


@pytest.mark.parametrize(
    "query",
    [
        "' or '1'='1",
        "sky'; drop table gallery_post; select '1",
        "sky\\",
        "\\",
        "%",
        "_",
        "s_y",
        "sk%",
        "%*",
        "[[:alpha:]]*",
        "s*k.*y.+",
        "*(*",
        "s*{9999999}",
        "^*$",
        "$1",
        "%s",
        "%(x)s",
        "{sky}",
        "model:%",
        "model:%*x",
        "model:\\\\*x",
        'model:"[a-z]+*"',
        "user:%",
        "user:_____",
        "x" * 3999 + "*",
        "é*",
        "猫*",
    ],
)
def test_signs_that_mean_something_to_a_database_mean_themselves(client, posts, query):
    response = ask(client, query)
    assert response.status_code == 200
    assert shown(response, posts) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_post")
        assert cursor.fetchone() == (len(posts),)


@pytest.mark.parametrize(
    "token", ["0", "-1", "00", "1001", "99999999999", "1.5", "x", "b", "a-1", "b5x", "１", "1 ", "b5t", "'", "b9" * 40]
)
@pytest.mark.parametrize("order", ["", " order:created_at"])
def test_a_page_that_is_none_is_422_with_a_sentence(client, posts, token, order):
    response = ask(client, "1girl" + order, token)
    assert response.status_code == 422
    assert "is not a page" in problem_in(response)
    assert shown(response, posts) == []


@pytest.mark.parametrize("token", ["2", "1000", "b1"])
def test_beyond_the_end_there_is_nothing_and_the_page_says_so(client, posts, token):
    response = ask(client, "1girl", token)
    assert response.status_code == 200
    content = response.content.decode()
    assert "This page is past the end" in content
    assert '"/posts?tags=1girl"' in content, "the way back"
    assert shown(response, posts) == []


@pytest.mark.parametrize(("order", "other"), [("created_at", "id"), ("created_at", "score"), ("score", "created_at")])
def test_a_place_in_another_order_is_422_with_a_sentence(client, posts, order, other):
    token = search(f"1girl order:{order}", AnonymousUser(), limit=2).next_token
    assert ask(client, f"1girl order:{order}", token).status_code == 200
    response = ask(client, f"1girl order:{other}", token)
    assert response.status_code == 422
    assert problem_in(response)
    assert shown(response, posts) == []


def test_a_bare_number_of_a_post_is_a_place_in_every_order(client, posts):
    for order in ("id_desc", "created_at", "score"):
        response = ask(client, f"1girl order:{order}", f"b{posts[1].pk}")
        assert response.status_code == 200
        assert shown(response, posts) == [posts[0]]
