"""The page of chores: each kind of work is found, and nothing is told that its reader may not know."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from gallery.bulk_updates import requests
from gallery.models import User
from gallery.search.budget import time_budget
from gallery.tags import chores as chores_module
from gallery.tags.chores import Chore, chores
from tagging.models import Tag, TagAlias, TagImplication
from tagging.wiki import Written, write_page
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def chore(title: str, viewer: User | None = None) -> Chore:
    (found,) = [found for found in chores(viewer or make_user()) if found.title == title]
    return found


def names(found: Chore) -> list[str]:
    return [line.name for line in found.lines]


def tag(name: str, **fields) -> Tag:
    Tag.objects.filter(name=name).update(**fields)
    return Tag.objects.get(name=name)


def test_posts_that_ask_for_tags_are_counted_as_their_reader_sees_them():
    make_post(tags=["tagme"])
    make_post(tags=["tagme"], rating="e")
    assert chore("Posts that ask for tags").count == 1
    assert chore("Posts that ask for tags", make_user(shown_ratings="gs")).count == 1
    assert "tags=tagme" in chore("Posts that ask for tags").url


def test_posts_with_few_general_tags_are_found():
    make_post(tags=["a"])
    make_post(tags=[f"t_{number}" for number in range(12)])
    assert chore("Posts with few tags").count == 1


def test_large_tags_without_a_page_come_first():
    for number in range(3):
        make_post(tags=["large", *(["small"] if number == 0 else [])])
    make_post(tags=["hidden"], rating="e")
    make_post(tags=["written"])
    write_page(make_user(), "written", Written("It is."), seen="")
    found = [
        name for name in names(chore("Tags without a wiki page")) if name in ("large", "small", "hidden", "written")
    ]
    assert found == ["large", "small"]


def test_deprecated_tags_in_use_are_found():
    make_post(tags=["old", "fresh"])
    tag("old", is_deprecated=True)
    assert names(chore("Deprecated tags in use")) == ["old"]


def test_rare_tags_that_look_like_large_ones_are_found_with_a_proposal():
    make_post(tags=["long_hair", "lond_hair", "umbrella"])
    tag("long_hair", general_count=500, post_count=500)
    found = chore("Possible misspellings")
    assert names(found) == ["lond_hair"]
    assert "rename+lond_hair+-%3E+long_hair" in found.lines[0].act_url


def test_aliases_to_tags_on_no_post_are_found():
    make_post(tags=["used"])
    for old, new in (("a", "used"), ("b", "unused"), ("c", "known")):
        target, _made = Tag.objects.get_or_create(name=new)
        TagAlias.objects.create(antecedent=old, consequent=target)
    tag("known", in_vocabulary=True)
    assert names(chore("Aliases to empty tags")) == ["b → unused"]


def test_implications_whose_consequent_is_missing_are_found_on_posts_that_the_reader_sees():
    make_post(tags=["kitten"])
    make_post(tags=["puppy"], rating="e")
    make_post(tags=["tiger", "cat"])
    for child, parent in (("kitten", "cat"), ("puppy", "cat"), ("tiger", "cat")):
        TagImplication.objects.create(antecedent=tag(child), consequent=tag(parent))
    assert names(chore("Implications not carried out")) == ["kitten ⇒ cat"]


def test_open_requests_are_found():
    requests.propose(make_user(), title="Cats", script="alias neko -> cat", reason="")
    assert names(chore("Open bulk updates")) == ["Cats"]


def test_a_look_that_takes_too_long_says_so_and_the_others_are_there(monkeypatch):
    def slow(_viewer: User) -> Chore:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(chores_module, "BUDGET_MS", 50)
    monkeypatch.setattr(chores_module, "LOOKS", (("Slow", slow), *chores_module.LOOKS[:1]))
    assert [(found.title, found.count) for found in chores(make_user())] == [("Slow", None), ("Open bulk updates", 0)]
    with time_budget(1000):
        assert Tag.objects.count() == 0


def test_the_page_shows_them_to_members():
    make_post(tags=["lonely"])
    client = Client()
    assert client.get("/chores").status_code == 302
    client.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    page = client.get("/chores").content.decode()
    assert "lonely" in page
    assert "all done" in page
