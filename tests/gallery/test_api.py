"""The JSON interface: Danbooru's shape, the page's sentences, and nothing that the pages would not show."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.errors import SearchTimeout
from gallery.models import Post
from gallery.models.asset import AssetFile
from gallery.uploads import publish_sent
from tagging.models import Category, Tag
from tests.factories import make_asset, make_image, make_post, make_recipe, make_user
from tests.gallery.uploads.crafted import A1111, png, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member(client):
    user = make_user("mika", shown_ratings="gs")
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user


def test_a_post_has_danboorus_fields_with_its_own_values(client):
    author = make_user("haru")
    Tag.objects.create(name="some_artist", category=Category.ARTIST)
    shown = make_post(
        asset=make_asset(author, image=make_image(200, 160)), tags=["sky", "1girl", "some_artist"], rating="g"
    )
    Post.objects.filter(pk=shown.pk).update(source="https://example.com/1")
    shown.stats.up_score, shown.stats.down_score, shown.stats.score, shown.stats.fav_count = 5, 2, 3, 4
    shown.stats.save()
    original = AssetFile.objects.get(asset=shown.asset, variant="original")
    [told] = client.get("/posts.json").json()
    assert told == client.get(f"/posts/{shown.pk}.json").json()
    expected = {
        "id": shown.pk,
        "uploader_id": author.pk,
        "uploader_name": "haru",
        "tag_string": "1girl lowres sky some_artist tiny",
        "tag_string_general": "1girl sky",
        "tag_string_artist": "some_artist",
        "tag_string_character": "",
        "tag_count": 5,
        "tag_count_general": 2,
        "tag_count_artist": 1,
        "rating": "g",
        "score": 3,
        "up_score": 5,
        "down_score": 2,
        "fav_count": 4,
        "source": "https://example.com/1",
        "file_ext": "png",
        "file_size": original.size_bytes,
        "image_width": 200,
        "image_height": 160,
        "parent_id": None,
        "has_children": False,
        "is_pending": False,
        "is_flagged": False,
        "is_deleted": False,
        "ai": {"level": "generated", "evidence": "site_job", "label": "AI-generated"},
        "file_url": f"http://testserver/media/{shown.asset.key}/original.png",
    }
    assert {name: told[name] for name in expected} == expected
    assert told["generation"]["prompt"] == "1girl, red hair"
    assert told["generation"]["seed"] == 42


def test_every_address_that_it_tells_is_answered(client):
    make_post(asset=make_asset(image=make_image(900, 700)))
    [told] = client.get("/posts.json").json()
    for name in ("file_url", "large_file_url", "preview_file_url"):
        assert client.get(told[name]).status_code == 200, name
    assert len(client.get(told["file_url"]).content) == told["file_size"]


@pytest.mark.parametrize(
    ("width", "height", "large"),
    [(900, 400, "sample.webp"), (850, 400, "original.png"), (300, 800, "original.png")],
    ids=["larger", "as large", "smaller"],
)
def test_the_large_file_is_the_sample_and_of_a_small_picture_itself(client, width, height, large):
    post = make_post(asset=make_asset(image=make_image(width, height)))
    told = client.get(f"/posts/{post.pk}.json").json()
    assert told["large_file_url"] == f"http://testserver/media/{post.asset.key}/{large}"
    if large == "sample.webp":
        # A picture of an older version may have no sample yet.
        post.asset.files.filter(variant="sample").delete()
        assert client.get(f"/posts/{post.pk}.json").json()["large_file_url"].endswith("/720.webp")


def test_a_hidden_prompt_is_told_to_its_author_alone_and_so_is_the_size_of_the_file_with_it(client):
    author = make_user("haru")
    recipe = make_recipe(prompt="1girl, secret", seed=31337)
    made = make_asset(author, image=make_image(200, 160), recipe=recipe)
    hidden = make_post(author, asset=made, recipe=recipe, prompt_visibility="hidden")
    told = client.get(f"/posts/{hidden.pk}.json").json()
    for name in ("prompt", "negative_prompt", "seed", "loras"):
        assert told["generation"][name] is None
    assert told["generation"]["steps"] == 20
    assert told["file_size"] == len(client.get(told["file_url"]).content)
    client.force_login(author, "django.contrib.auth.backends.ModelBackend")
    own = client.get(f"/posts/{hidden.pk}.json").json()
    assert own["generation"]["prompt"] == "1girl, secret"
    assert own["generation"]["seed"] == 31337
    assert own["file_size"] == len(client.get(own["file_url"]).content) != told["file_size"]


def test_what_was_sent_has_a_size_too(client):
    author = make_user("sender")
    post = publish_sent(author, sent(author, png(parameters=A1111)), tags=["cat"], rating="g")
    assert client.get(f"/posts/{post.pk}.json").json()["file_size"] == post.file_size > 0


def test_parents_and_children_that_the_reader_may_not_see_are_not_told_of(client):
    parent, child = make_post(rating="g"), make_post(rating="g")
    hidden_parent, hidden_child = make_post(rating="s"), make_post(rating="s")
    Post.objects.filter(pk=child.pk).update(parent=parent)
    other = make_post(rating="g")
    Post.objects.filter(pk=other.pk).update(parent=hidden_parent)
    Post.objects.filter(pk=hidden_child.pk).update(parent=other)

    def told(post):
        answer = client.get(f"/posts/{post.pk}.json").json()
        return answer["parent_id"], answer["has_children"]

    assert told(parent) == (None, True)
    assert told(child) == (parent.pk, False)
    assert told(other) == (None, False)
    user = make_user(shown_ratings="gs")
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert told(other) == (hidden_parent.pk, True)
    assert told(hidden_parent) == (None, True)


def test_all_pages_together_are_the_search_in_both_directions(client):
    made = [make_post(tags=["sky"]).pk for _number in range(7)]
    make_post(tags=["sea"])
    for query, expected in (("sky", made[::-1]), ("sky order:id", made)):
        seen, address = [], f"/posts.json?tags={query}&limit=3"
        while address:
            response = client.get(address)
            seen.append([post["id"] for post in response.json()])
            address = links(response).get("next")
        assert [number for page in seen for number in page] == expected
        back = client.get(links(response)["prev"])
        assert [post["id"] for post in back.json()] == seen[-2]
        assert parse_qs(urlsplit(links(response)["prev"]).query)["limit"] == ["3"]


def test_a_shuffle_stays_the_same_from_page_to_page(client):
    made = [make_post(tags=["sky"]).pk for _number in range(7)]
    seen, address = [], "/posts.json?tags=sky order:random&limit=3"
    while address:
        response = client.get(address)
        seen += [post["id"] for post in response.json()]
        address = links(response).get("next")
    assert sorted(seen) == made


def links(response) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', response.get("Link", ""))}


def test_a_numbered_page_is_the_one_that_the_site_shows(client):
    made = [make_post().pk for _number in range(5)]
    assert [post["id"] for post in client.get("/posts.json?limit=2&page=2").json()] == made[::-1][2:4]


@pytest.mark.parametrize(
    ("query", "expected"), [("sky", 3), ("sky -sea", 2), ("", 4), ("nothing_has_it", 0), ("rating:s", 0)]
)
def test_counts_are_of_what_the_reader_can_see(client, query, expected):
    for tags, rating in ((["sky"], "g"), (["sky"], "g"), (["sky", "sea"], "g"), (["sky"], "s"), (["tree"], "g")):
        make_post(tags=tags, rating=rating)
    assert client.get("/counts/posts.json", {"tags": query}).json() == {"counts": {"posts": expected}, "exact": True}


def test_a_query_that_cannot_be_read_gets_the_pages_sentence_its_code_and_its_column(client):
    for address in ("/posts.json", "/counts/posts.json"):
        response = client.get(address, {"tags": "sky (sea"})
        assert response.status_code == 422
        told = response.json()
        assert told["success"] is False
        assert told["error"] == "unbalanced_open"
        assert told["column"] == 5
        assert told["message"] == client.get("/posts", {"tags": "sky (sea"}).context["query_error"]


@pytest.mark.parametrize(
    ("address", "code", "part"),
    [
        ("/posts.json?page=0", "bad_page", "“0” is not a page"),
        ("/posts.json?page=zx", "bad_page", "“zx” is not a page"),
        ("/posts.json?limit=0", "bad_limit", "use 1 to 200"),
        ("/posts.json?limit=201", "bad_limit", "use 1 to 200"),
        ("/posts.json?limit=99999999999999999999", "bad_limit", "use 1 to 200"),
        ("/posts.json?limit=abc", "bad_limit", "use 1 to 200"),
        ("/tags.json?limit=1001", "bad_limit", "use 1 to 1000"),
        ("/tags.json?search[category]=2", "unknown_category", "use one of 0, 1, 3, 4, 5, 6"),
        ("/tags.json?search[category]=x", "unknown_category", "use one of 0, 1, 3, 4, 5, 6"),
    ],
)
def test_a_bad_parameter_is_refused_with_what_would_be_right(client, address, code, part):
    response = client.get(address)
    assert response.status_code == 422
    assert response.json()["error"] == code
    assert part in response.json()["message"]


@pytest.mark.parametrize(
    "text", ["%00", "sky%00", "%F0%9F%8E%A8", "'; DROP TABLE x; --", "\\", "(", "*", "%25", "[", "a{9}"]
)
def test_no_text_breaks_it(client, text):
    make_post(tags=["sky"])
    for address in (f"/tags.json?search[name_matches]={text}", f"/tags.json?search[name]={text}"):
        assert client.get(address).status_code == 200, address
    for address in (f"/posts.json?tags={text}", f"/counts/posts.json?tags={text}"):
        assert client.get(address).status_code in (200, 422), address


def test_an_unknown_post_is_answered_404_in_json(client):
    response = client.get("/posts/999999.json")
    assert response.status_code == 404
    assert response.json()["error"] == "not_found"


def test_a_search_that_takes_too_long_says_when_to_try_again(client, monkeypatch):
    def slow(*_args, **_options):
        raise SearchTimeout

    monkeypatch.setattr("gallery.views.api.search", slow)
    response = client.get("/posts.json")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert response.json()["error"] == "too_slow"


def test_no_answer_may_be_kept_by_others(client):
    shown = make_post()
    for address in ("/posts.json", f"/posts/{shown.pk}.json", "/counts/posts.json", "/tags.json", "/posts/0.json"):
        assert client.get(address)["Cache-Control"] == "private, no-cache", address


def test_tags_are_listed_by_pattern_names_and_category_the_largest_first(client):
    for tags in (["red_hair", "sky"], ["red_hair", "blue_hair"], ["hairband"]):
        make_post(tags=tags)
    Tag.objects.filter(name="sky").update(category=Category.META)

    def names(**asked):
        return [tag["name"] for tag in client.get("/tags.json", {f"search[{k}]": v for k, v in asked.items()}).json()]

    assert names(name_matches="*_hair") == ["red_hair", "blue_hair"]
    assert names(name_matches="hair*") == ["hairband"]
    assert names(name_matches="RED hair") == ["red_hair"]
    assert names(name_matches="red.hair") == []
    assert names(name="sky,hairband") == ["hairband", "sky"]
    assert names(category="5") == ["lowres", "sky"]
    [told] = client.get("/tags.json", {"search[name]": "red_hair"}).json()
    assert (told["post_count"], told["category"], told["is_deprecated"]) == (2, 0, False)
    assert len(client.get("/tags.json?limit=2").json()) == 2


def test_a_tag_of_hidden_posts_alone_is_listed_for_those_who_see_one(client, member):
    make_post(tags=["seen_by_all"])
    make_post(tags=["seen_by_members"], rating="s")
    make_post(tags=["seen_by_nobody"], rating="e")
    pattern = {"search[name_matches]": "seen_by_*"}
    assert [tag["name"] for tag in Client().get("/tags.json", pattern).json()] == ["seen_by_all"]
    assert [tag["name"] for tag in client.get("/tags.json", pattern).json()] == ["seen_by_all", "seen_by_members"]


def test_a_page_of_many_posts_costs_no_more_queries_than_one_of_few(client):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/posts.json")
        return len(asked)

    make_post(tags=["sky"])
    few = queries()
    for number in range(6):
        make_post(tags=["sky", f"tag_{number}"])
    assert queries() <= few + 1  # of a few, that they are all is known without counting


def test_tags_on_hidden_posts_take_no_place_in_a_members_list(client, member):
    Tag.objects.bulk_create(Tag(name=f"zx{number:02}") for number in range(30))
    make_post(tags=["zxzz"], rating="s")
    answer = client.get("/tags.json", {"search[name_matches]": "zx*", "limit": 2}).json()
    assert [tag["name"] for tag in answer] == ["zxzz"]


def test_a_name_is_found_wherever_it_stands_in_the_list_asked_for(client):
    make_post(tags=["sky"])
    names = {"search[name]": "nothing,nowhere,sky", "limit": 1}
    assert [tag["name"] for tag in client.get("/tags.json", names).json()] == ["sky"]


def test_another_method_is_refused_in_json(client):
    response = client.post("/tags.json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["error"] == "method_not_allowed"
