"""Saved searches: canonical, labelled, with what is new for their owner alone."""

import pytest
from django.test import Client
from django.urls import reverse

from gallery.community import saved_searches
from gallery.errors import Invalid, NotAllowed
from gallery.models import Post, SavedSearch, User
from tagging.query import QueryError
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def new_post(author: User | None = None, **fields: object) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def new_in(saved: SavedSearch) -> str:
    saved.refresh_from_db()
    [line] = saved_searches.count_new(saved.user, [saved])
    return line.shown


def test_a_search_is_kept_in_canonical_form_once_and_gathers_labels():
    user = make_user()
    first = saved_searches.save(user, "  Cat   AND (sea)", ["a", "b"])
    again = saved_searches.save(user, "cat sea", ["b", "c"])
    assert first.pk == again.pk
    assert (again.query, again.labels) == ("cat sea", ["a", "b", "c"])


def test_labels_are_read_folded_and_once():
    assert saved_searches.read_labels(" Cats, ｄｏｇｓ  cats,,猫 ") == ["cats", "dogs", "猫"]
    assert saved_searches.read_labels("") == []


@pytest.mark.parametrize("labels", ["all", "a*b", "x" * 61, " ".join(map(str, range(21))), "a\x00b", 'a"b'])
def test_labels_that_a_search_could_not_name_are_refused(labels):
    with pytest.raises(Invalid):
        saved_searches.read_labels(labels)


def test_what_cannot_be_searched_for_cannot_be_saved():
    user = make_user()
    with pytest.raises(QueryError) as caught:
        saved_searches.save(user, "cat (sea")
    assert caught.value.column == 5
    for text in ("", "   ", "search:cats", "cat -(search:all)"):
        with pytest.raises(Invalid):
            saved_searches.save(user, text)
    with pytest.raises(NotAllowed):
        saved_searches.save(make_user(is_active=False), "cat")
    assert not SavedSearch.objects.exists()


def test_no_more_than_the_limit_is_kept(monkeypatch):
    monkeypatch.setattr(saved_searches, "MAX_SEARCHES", 2)
    user = make_user()
    for text in ("cat", "dog", "cat"):
        saved_searches.save(user, text)
    with pytest.raises(Invalid, match="2 saved searches"):
        saved_searches.save(user, "sea")
    saved_searches.save(make_user(), "sea")


def test_only_what_came_since_the_last_visit_and_is_seen_by_its_owner_is_new():
    user = make_user()
    new_post(tags=["cat"])
    saved = saved_searches.save(user, "cat")
    assert new_in(saved) == "0"
    for fields in ({}, {}, {"rating": "e"}, {"status": "removed"}):
        new_post(tags=["cat"], **fields)
    new_post(tags=["dog"])
    assert new_in(saved) == "2"
    saved_searches.mark_seen(user, saved)
    assert new_in(saved) == "0"
    new_post(tags=["cat"])
    assert new_in(saved) == "1"
    assert saved_searches.mark_all_seen(user) == 1
    assert new_in(saved) == "0"


def test_the_number_of_new_posts_is_capped(monkeypatch):
    monkeypatch.setattr(saved_searches, "NEW_CAP", 2)
    saved = saved_searches.save(make_user(), "cat")
    author = make_user()
    for _ in range(2):
        new_post(author, tags=["cat"])
    assert new_in(saved) == "2"
    new_post(author, tags=["cat"])
    assert new_in(saved) == "2+"


def test_counting_that_takes_too_long_leaves_numbers_out_and_the_page_stands(monkeypatch):
    monkeypatch.setattr(saved_searches, "ALL_COUNTS_MS", 0)
    user = make_user()
    saved_searches.save(user, "cat")
    page = browser(user).get(reverse("gallery:saved"))
    assert page.status_code == 200
    assert "not counted" in page.text


def test_a_search_that_cannot_be_read_any_more_says_so_and_can_be_deleted():
    user = make_user()
    saved = SavedSearch.objects.create(user=user, query="cat (")
    client = browser(user)
    assert "cannot be read any more" in client.get(reverse("gallery:saved")).text
    client.post(reverse("gallery:delete_saved", args=[saved.pk]))
    assert not SavedSearch.objects.exists()


def test_the_page_saves_and_keeps_what_was_typed_where_it_cannot():
    user = make_user()
    client, address = browser(user), reverse("gallery:saved")
    answer = client.post(address, {"query": "cat (sea", "labels": "pets"})
    assert answer.status_code == 422
    assert "Column 5" in answer.text
    assert 'value="cat (sea"' in answer.text
    assert 'value="pets"' in answer.text
    answer = client.post(address, {"query": "cat sea", "labels": "pets", "stay": "1"})
    assert answer["Location"] == reverse("gallery:posts") + "?tags=cat+sea"
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.labels) == ("cat sea", ["pets"])


def test_opening_marks_as_seen_and_looking_at_the_page_does_not():
    user = make_user()
    saved = saved_searches.save(user, "cat")
    new_post(tags=["cat"])
    client = browser(user)
    for _ in range(2):
        assert "1 new" in client.get(reverse("gallery:saved")).text
    answer = client.post(reverse("gallery:open_saved", args=[saved.pk]))
    assert answer["Location"] == reverse("gallery:posts") + "?tags=cat"
    assert "nothing new" in client.get(reverse("gallery:saved")).text


def test_a_deleted_search_can_be_brought_back_with_what_was_new_in_it():
    user = make_user()
    saved = saved_searches.save(user, "cat", ["pets"])
    new_post(tags=["cat"])
    client = browser(user)
    client.post(reverse("gallery:delete_saved", args=[saved.pk]))
    assert not SavedSearch.objects.exists()
    assert "Bring it back" in client.get(reverse("gallery:saved")).text
    client.post(reverse("gallery:undelete_saved"))
    back = SavedSearch.objects.get()
    assert (back.query, back.labels, new_in(back)) == ("cat", ["pets"], "1")
    assert "Bring it back" not in client.get(reverse("gallery:saved")).text
    client.post(reverse("gallery:undelete_saved"))
    assert SavedSearch.objects.count() == 1


def test_labels_are_edited_on_the_page_and_narrow_it():
    user = make_user()
    cat, _dog = saved_searches.save(user, "cat"), saved_searches.save(user, "dog")
    client = browser(user)
    address = reverse("gallery:relabel_saved", args=[cat.pk])
    answer = client.post(address, {"labels": "all"})
    assert answer.status_code == 422
    assert 'value="all"' in answer.text
    client.post(address, {"labels": "Pets big"})
    cat.refresh_from_db()
    assert cat.labels == ["pets", "big"]
    page = client.get(reverse("gallery:saved"), {"label": "pets"})
    assert [line.search.query for line in page.context["lines"]] == ["cat"]


def test_anothers_saved_searches_are_out_of_reach():
    owner, other = make_user(), make_user(role="owner")
    saved = saved_searches.save(owner, "zxsecret", ["zxlabel"])
    client = browser(other)
    for route in ("open_saved", "relabel_saved", "delete_saved"):
        assert client.post(reverse(f"gallery:{route}", args=[saved.pk])).status_code == 404
    assert "zx" not in client.get(reverse("gallery:saved")).text
    for act in (saved_searches.mark_seen, saved_searches.delete):
        with pytest.raises(NotAllowed):
            act(other, saved)


def test_a_saved_search_is_found_by_its_label_in_a_search():
    user, other = make_user(), make_user()
    cat, dog, _sea = (new_post(tags=[name]) for name in ("cat", "dog", "sea"))
    saved_searches.save(user, "cat", ["pets"])
    saved_searches.save(user, "dog", ["pets"])
    page = browser(user).get(reverse("gallery:posts"), {"tags": "search:pets"})
    assert [post.pk for post in page.context["page"].posts] == [dog.pk, cat.pk]
    assert browser(other).get(reverse("gallery:posts"), {"tags": "search:pets"}).context["page"].posts == []


@pytest.mark.django_db(transaction=True)
def test_the_same_search_saved_twice_at_once_is_kept_once():
    user = make_user()
    results = at_once(*[lambda: saved_searches.save(user, "cat")] * 3)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert SavedSearch.objects.count() == 1


def test_every_button_of_a_saved_search_says_which_one_it_means():
    user = make_user()
    saved_searches.save(user, "umbrella", ["rain", "wet"])
    saved_searches.save(user, "1girl", [])
    page = browser(user).get(reverse("gallery:saved")).text
    for name in (
        "umbrella: rain, wet",
        "1girl: no labels",
        *(f"Delete the saved search “{q}”" for q in ("umbrella", "1girl")),
    ):
        assert f'aria-label="{name}"' in page
