"""The list of tags, the page of one, and what people change about it; nobody is told of tags on hidden posts alone."""

import html
import re

import pytest
from django.test import Client

from gallery.links.pages import tag_url
from tagging.models import Category, Tag, TagAlias, TagImplication
from tagging.wiki import Written, write_page
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return html.unescape(response.content.decode())


def without_tokens(response):
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text(response))


def sign_in(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mika():
    return make_user("mika")


@pytest.fixture
def moderator():
    return make_user("moderator", role="moderator")


def names(response):
    return [row["tag"].name for row in response.context["rows"]]


def tag_of(name, **fields):
    return Tag.objects.create(name=name, **({"in_vocabulary": True} | fields))


def test_the_list_is_by_pattern_category_wiki_and_deprecation(client, mika):
    for name, fields in {
        "long_hair": {"post_count": 3, "general_count": 3},
        "short_hair": {"post_count": 9, "general_count": 9, "is_deprecated": True},
        "hairband": {},
        "mika": {"category": Category.ARTIST},
        "a.b": {},
        "axb": {},
    }.items():
        tag_of(name, **fields)
    write_page(mika, "long_hair", Written("", ("長い髪",)), seen="")
    for query, wanted in {
        "": ["short_hair", "long_hair", "a.b", "axb", "hairband", "mika"],
        "name=hair": ["short_hair", "long_hair", "hairband"],
        "name=*_hair": ["short_hair", "long_hair"],
        "name=Hair*": ["hairband"],
        "name=a.b": ["a.b"],
        "name=a.*": ["a.b"],
        "name=長い": ["long_hair"],
        "name=ＨＡＩＲband": ["hairband"],
        "category=artist": ["mika"],
        "wiki=yes": ["long_hair"],
        "deprecated=yes": ["short_hair"],
        "name=hair&wiki=no&deprecated=no": ["hairband"],
        "order=name&name=hair": ["hairband", "long_hair", "short_hair"],
        "order=newest&name=hair": ["hairband", "short_hair", "long_hair"],
        "category=nonsense&order=nonsense&wiki=x&name=%00mika": ["mika"],
    }.items():
        assert names(client.get(f"/tags?{query}")) == wanted, query


def test_a_list_without_tags_a_page_that_is_none_and_too_many_stars_say_what_to_do(client):
    assert "No tag fits" in text(client.get("/tags?name=nothing"))
    for bad in ("page=0", "page=x", "page=1001", "name=a*b*c*d*e*f*g"):
        response = client.get(f"/tags?{bad}")
        assert response.status_code == 422
        assert 'role="alert"' in text(response)
    assert "past the end" in text(client.get("/tags?page=9"))


def test_the_pages_of_the_list_keep_what_was_asked(client):
    Tag.objects.bulk_create(Tag(name=f"tag_{number:03}", in_vocabulary=True) for number in range(130))
    seen, address = [], "/tags?name=tag_&order=name"
    while address:
        response = client.get(address)
        seen += names(response)
        address = response.context["listed"].next_url
    assert seen == [f"tag_{number:03}" for number in range(130)]


def test_a_tag_on_hidden_posts_alone_is_in_no_list_and_has_no_page(client, mika, moderator):
    make_post(tags=["zxsecret"], rating="e")
    make_post(tags=["zxother"], status="removed")
    known = tag_of("known")
    TagImplication.objects.create(antecedent=known, consequent=Tag.objects.get(name="zxsecret"))
    TagAlias.objects.create(antecedent="old_name", consequent=Tag.objects.get(name="zxsecret"))
    for browser in (client, sign_in(mika)):
        assert names(browser.get("/tags")) == ["known"]
        assert names(browser.get("/tags?name=zx*")) == []
        for name in ("zxsecret", "zxother"):
            there, missing = browser.get(f"/tags/{name}"), browser.get(f"/tags/{name}x")
            assert (there.status_code, missing.status_code) == (404, 404)
            assert without_tokens(there).replace(name, "") == without_tokens(missing).replace(f"{name}x", "")
        assert "zxsecret" not in text(browser.get("/tags/known"))
        assert "zxsecret" not in text(browser.get("/tags/old_name"))
        assert "zxsecret" not in text(browser.get("/wiki/known"))
    for data in ({"category": "4"}, {"number": "1"}):
        for route in ("_category", "_revert"):
            assert sign_in(mika).post(f"/tags/{route}", {"name": "zxsecret"} | data).status_code == 404
    assert "zxsecret" in text(sign_in(moderator).get("/tags/known"))
    assert sign_in(moderator).get("/tags/zxsecret").status_code == 200


def test_a_tag_page_shows_relations_wiki_posts_and_number(client, mika):
    post = make_post(tags=["long_hair", "hair"])
    make_post(tags=["long_hair"], rating="e")
    long_hair, hair = Tag.objects.get(name="long_hair"), Tag.objects.get(name="hair")
    TagImplication.objects.create(antecedent=long_hair, consequent=hair)
    TagAlias.objects.create(antecedent="longhair", consequent=long_hair)
    write_page(mika, "long_hair", Written("Below the **shoulders**.", ("長い髪",)), seen="")
    page = text(client.get("/tags/long_hair"))
    for part in ("longhair", 'href="/tags/hair"', "Below the shoulders.", "長い髪", f"/posts/{post.pk}?q=long_hair"):
        assert part in page
    assert "1 post for everybody" in page
    assert 'href="/tags/long_hair"' in text(client.get("/tags/hair"))
    renamed = client.get("/tags/longhair")
    assert renamed.status_code == 404
    assert 'href="/tags/long_hair"' in text(renamed)
    assert client.get("/tags/Long%20Hair")["Location"] == "/tags/long_hair"


@pytest.mark.parametrize("name", ["complete", "a/b", "..", "foo/../bar", "?", "a#b", "100%", ":3", "c++"])
def test_every_tag_has_an_address_that_leads_to_it(client, name):
    tag_of(name)
    response = client.get(tag_url(name))
    assert response.status_code == 200
    assert response.context["tag"].name == name
    assert f'href="{html.escape(tag_url(name))}"' in client.get("/tags").content.decode()


def test_members_change_the_category_of_small_tags_and_moderators_of_all(client, mika, moderator):
    small, large = tag_of("small"), tag_of("large", post_count=50, general_count=50)
    change = {"category": str(Category.CHARACTER)}
    assert client.post("/tags/_category", {"name": "small"} | change)["Location"].startswith("/accounts/login/")
    assert sign_in(mika).post("/tags/_category", {"name": "small"} | change)["Location"] == "/tags/small"
    small.refresh_from_db()
    assert small.category == Category.CHARACTER
    assert 'name="category"' not in text(sign_in(mika).get("/tags/large"))
    answer = sign_in(mika).post("/tags/_category", {"name": "large"} | change, follow=True)
    large.refresh_from_db()
    assert large.category == Category.GENERAL
    assert "moderator" in text(answer).lower()
    sign_in(moderator).post("/tags/_category", {"name": "large"} | change)
    large.refresh_from_db()
    assert large.category == Category.CHARACTER
    answer = sign_in(moderator).post("/tags/_category", {"name": "large", "category": "2"}, follow=True)
    assert "is not a category" in text(answer)


def test_a_category_change_counts_its_posts_anew(mika):
    post = make_post(mika, tags=["smile"])
    sign_in(mika).post("/tags/_category", {"name": "smile", "category": str(Category.META)})
    post.refresh_from_db()
    assert post.meta_tags >= 1


def test_an_earlier_version_comes_back_by_the_same_rights(mika, moderator):
    tag = tag_of("small")
    browser = sign_in(mika)
    browser.post("/tags/_category", {"name": "small", "category": str(Category.META)})
    page = text(browser.get("/tags/small"))
    assert "Bring version 1 back" in page
    assert "mika" in page
    browser.post("/tags/_revert", {"name": "small", "number": "1"})
    tag.refresh_from_db()
    assert tag.category == Category.GENERAL
    Tag.objects.filter(pk=tag.pk).update(post_count=60, general_count=60)
    browser.post("/tags/_revert", {"name": "small", "number": "2"})
    tag.refresh_from_db()
    assert tag.category == Category.GENERAL


def test_only_moderators_deprecate_and_only_what_a_wiki_page_explains(mika, moderator):
    tag = tag_of("old_tag")
    data = {"name": "old_tag", "deprecated": "1"}
    assert sign_in(mika).post("/tags/_deprecate", data).status_code == 403
    answer = sign_in(moderator).post("/tags/_deprecate", data, follow=True)
    assert "Write a wiki page" in text(answer)
    tag.refresh_from_db()
    assert not tag.is_deprecated
    write_page(mika, "old_tag", Written("Use [[new tag]]."), seen="")
    answer = sign_in(moderator).post("/tags/_deprecate", data, follow=True)
    assert "can be added to no other" in text(answer)
    tag.refresh_from_db()
    assert tag.is_deprecated
    sign_in(moderator).post("/tags/_deprecate", data | {"deprecated": "0"})
    tag.refresh_from_db()
    assert not tag.is_deprecated
