"""Votes, favourites and lists through the site's pages: with and without scripts, and nothing told to others."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gallery.community import favourite_groups, opinions
from gallery.community.opinions import Opinion, opinion_of
from gallery.models import Favourite, FavouriteGroup, Post, PostStats, PostVote, User
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def new_post(author: User | None = None, **fields: object) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def browser(user: User | None = None) -> Client:
    client = Client()
    if user:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def member() -> User:
    return make_user("mika")


def test_without_scripts_a_button_leads_back_to_the_page_it_stood_on(member):
    post = new_post()
    client = browser(member)
    answer = client.post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1", "next": "/posts?tags=sky"})
    assert (answer.status_code, answer["Location"]) == (302, "/posts?tags=sky")
    answer = client.post(reverse("gallery:vote", args=[post.pk]), {"score": "-1"})
    assert answer["Location"] == reverse("gallery:post", args=[post.pk])
    assert opinion_of(member, post) == Opinion(-1, True)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_nobody_is_led_to_another_site(member, elsewhere):
    post = new_post()
    answer = browser(member).post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1", "next": elsewhere})
    assert answer["Location"] == reverse("gallery:post", args=[post.pk])


def test_htmx_gets_the_fragment_with_the_new_state(member):
    post = new_post()
    client = browser(member)
    answer = client.post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1"}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="keep" name="keep" value="0" aria-pressed="true"' in answer.text
    assert 'id="vote-up" name="score" value="0" aria-pressed="true"' in answer.text
    answer = client.post(reverse("gallery:favourite", args=[post.pk]), {"keep": "0"}, headers=HTMX)
    assert 'id="keep" name="keep" value="1" aria-pressed="false"' in answer.text


def test_tiles_get_the_sums(member):
    post = new_post()
    opinions.favourite(make_user(), post)
    answer = browser(member).post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1"}, headers=JSON)
    assert json.loads(answer.content) == {"refusal": "", "score": 2, "favourites": 2, "vote": 1, "favourite": True}


def test_a_visitor_is_sent_to_sign_in_and_back_and_nothing_happens():
    post = new_post()
    address = reverse("gallery:favourite", args=[post.pk])
    sign_in = reverse("account_login") + "?next=/posts%3Ftags%3Dsky"
    data = {"keep": "1", "next": "/posts?tags=sky"}
    assert browser().post(address, data)["Location"] == sign_in
    assert browser().post(address, data, headers=HTMX)["HX-Redirect"] == sign_in
    assert browser().post(address, data, headers=JSON).json() == {"sign_in": sign_in}
    assert not Favourite.objects.exists()
    page = browser().get(reverse("gallery:post", args=[post.pk]) + "?q=sky")
    assert (
        f'href="{reverse("account_login")}?next=/posts/{post.pk}%3Fq%3Dsky" rel="nofollow" data-key="fav' in page.text
    )


def test_a_refusal_says_why_with_its_status(member):
    post = new_post(member)
    address = reverse("gallery:vote", args=[post.pk])
    for headers in ({}, HTMX, JSON):
        answer = browser(member).post(address, {"score": "1"}, headers=headers)
        assert answer.status_code == 403
        assert "You cannot vote on your own post" in answer.text
    answer = browser(make_user()).post(address, {"score": "7\x00"})
    assert answer.status_code == 422
    assert not PostVote.objects.exists()


def test_ones_own_post_shows_its_score_without_buttons_to_vote(member):
    page = browser(member).get(reverse("gallery:post", args=[new_post(member).pk]))
    assert 'id="vote-up"' not in page.text
    assert 'id="keep"' in page.text


def test_a_post_is_put_into_a_list_and_taken_out_again(member):
    post = new_post()
    group = favourite_groups.create(member, "cats")
    client, address = browser(member), reverse("gallery:put_in_list", args=[post.pk])
    answer = client.post(address, {"add": group.pk}, headers=HTMX)
    assert f'name="remove" value="{group.pk}" aria-pressed="true"' in answer.text
    answer = client.post(address, {"remove": group.pk}, headers=HTMX)
    assert f'name="add" value="{group.pk}" aria-pressed="false"' in answer.text
    assert not group.entries.exists()


def test_a_new_list_is_made_around_a_post_or_not_at_all(member):
    post = new_post()
    client, address = browser(member), reverse("gallery:put_in_list", args=[post.pk])
    made = client.post(address, {"name": "To draw", "private": "1"}, headers=HTMX)
    assert 'value="To draw"' not in made.text
    group = FavouriteGroup.objects.get()
    assert (group.name, group.is_public, group.entries.get().post_id) == ("To_draw", False, post.pk)
    for name in ("to draw", "any"):
        answer = client.post(address, {"name": name})
        assert answer.status_code == 422
        assert f'value="{name}"' in answer.text
    assert FavouriteGroup.objects.count() == 1


def test_the_page_of_a_list_shows_its_posts_in_order_and_none_that_the_viewer_may_not_see(member):
    group = favourite_groups.create(member, "cats")
    a, b, hidden = new_post(), new_post(), new_post(rating="s")
    member.shown_ratings = ["g", "s"]
    member.save()
    for post in (b, hidden, a):
        favourite_groups.add_to_group(member, group.pk, post)
    page = browser(make_user()).get(reverse("gallery:list", args=[group.pk]))
    assert [card.post.pk for card in page.context["cards"]] == [b.pk, a.pk]
    assert page.context["page"].paginator.count == 2
    assert reverse("gallery:post", args=[hidden.pk]) not in page.text
    overview = browser().get(reverse("gallery:lists"))
    assert [(line.group, line.count) for line in overview.context["lines"]] == [(group, 2)]
    assert browser(member).get(reverse("gallery:list", args=[group.pk])).context["page"].paginator.count == 3


def test_many_lists_cost_one_query_each(member, django_assert_max_num_queries):
    author = make_user()
    made = [new_post(author) for _ in range(5)]
    for number in range(8):
        group = favourite_groups.create(member, f"list {number}")
        for post in made[number % 3 :]:
            favourite_groups.add_to_group(member, group.pk, post)
    client = browser()
    with django_assert_max_num_queries(8 + 8):
        page = client.get(reverse("gallery:lists"))
    assert sorted(line.count for line in page.context["lines"]) == [3, 3, 4, 4, 4, 5, 5, 5]
    assert [card.post.pk for card in page.context["lines"][-1].covers] == [post.pk for post in made[:4]]


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "\x00", "1.5"])
def test_a_page_of_lists_that_is_none_shows_one_that_is(member, page):
    group = favourite_groups.create(member, "cats")
    client = browser(member)
    for route, args in (("lists", []), ("list", [group.pk]), ("lists_of", ["mika"]), ("saved", [])):
        assert client.get(reverse(f"gallery:{route}", args=args), {"page": page, "label": page}).status_code == 200


def test_a_private_list_is_named_nowhere(member):
    post = new_post()
    group = favourite_groups.create(member, "zxprivate", is_public=False)
    favourite_groups.add_to_group(member, group.pk, post)
    addresses = [
        reverse("gallery:lists"),
        reverse("gallery:lists_of", args=["mika"]),
        reverse("gallery:profile", args=["mika"]),
        reverse("gallery:post", args=[post.pk]),
    ]
    for client in (browser(), browser(make_user()), browser(make_user(role="owner"))):
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200
            assert "zxprivate" not in answer.text
        missing = client.get(reverse("gallery:list", args=[2**40]))
        hidden = client.get(reverse("gallery:list", args=[group.pk]))
        assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "zxprivate" in browser(member).get(addresses[0]).text


def test_a_list_is_renamed_ordered_and_emptied_in_one_go(member):
    group = favourite_groups.create(member, "cats")
    a, b, c = (new_post() for _ in range(3))
    for post in (a, b, c):
        favourite_groups.add_to_group(member, group.pk, post)
    client, address = browser(member), reverse("gallery:edit_list", args=[group.pk])
    seen = client.get(address).context["form"].initial["seen"]
    assert seen == f"{a.pk} {b.pk} {c.pk}"
    later = new_post()
    favourite_groups.add_to_group(member, group.pk, later)
    answer = client.post(address, {"name": "My cats", "order": f"{c.pk}, {a.pk}", "seen": seen})
    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.name, group.is_public) == ("My_cats", False)
    order = [entry.post_id for entry in favourite_groups.entries_of(group, member)]
    assert order == [c.pk, a.pk, later.pk]


def test_a_refused_list_that_was_to_be_private_is_private_when_tried_again(member):
    post = new_post()
    favourite_groups.create(member, "cats")
    client, address = browser(member), reverse("gallery:put_in_list", args=[post.pk])
    for headers in ({}, HTMX):
        answer = client.post(address, {"name": "cats", "private": "1"}, headers=headers)
        assert answer.status_code == 422
        assert 'name="private" value="1" checked' in answer.text
        answer = client.post(address, {"name": "cats"}, headers=headers)
        assert 'name="private" value="1">' in answer.text


def test_a_post_out_of_sight_can_be_taken_out_of_ones_own_list_and_of_no_other(member):
    group, other = favourite_groups.create(member, "cats"), favourite_groups.create(make_user("nao"), "dogs")
    kept, gone = new_post(), new_post()
    for post in (kept, gone):
        favourite_groups.add_to_group(member, group.pk, post)
        favourite_groups.add_to_group(other.owner, other.pk, post)
    Post.objects.filter(pk=gone.pk).update(status="removed")
    client, address = browser(member), reverse("gallery:put_in_list", args=[gone.pk])
    assert client.post(address, {"remove": str(other.pk)}).status_code == 404
    assert client.post(address, {"add": str(group.pk)}).status_code == 404
    answer = client.post(address, {"remove": str(group.pk)})
    assert answer["Location"] == reverse("gallery:list", args=[group.pk])
    assert [entry.post_id for entry in group.entries.all()] == [kept.pk]
    assert other.entries.count() == 2


def test_all_posts_out_of_sight_leave_a_list_where_its_owner_asks_for_it(member):
    group = favourite_groups.create(member, "cats")
    kept, gone = new_post(), new_post()
    for post in (kept, gone):
        favourite_groups.add_to_group(member, group.pk, post)
    Post.objects.filter(pk=gone.pk).update(status="removed")
    data = {"name": "cats", "is_public": "on", "order": str(kept.pk), "seen": str(kept.pk)}
    client, address = browser(member), reverse("gallery:edit_list", args=[group.pk])
    assert client.post(address, data).status_code == 302
    assert group.entries.count() == 2
    assert client.post(address, data | {"drop_unseen": "on"}).status_code == 302
    assert group.entries.get().post_id == kept.pk


@pytest.mark.parametrize("order", ["cats", "1 1", "-1", "9999999", "٣", "1.5"])
def test_an_order_that_is_none_changes_nothing_and_is_kept(member, order):
    group = favourite_groups.create(member, "cats")
    post = new_post()
    favourite_groups.add_to_group(member, group.pk, post)
    data = {"name": "dogs", "is_public": "on", "order": order, "seen": str(post.pk)}
    answer = browser(member).post(reverse("gallery:edit_list", args=[group.pk]), data)
    assert answer.status_code == 422
    assert f">\n{order}</textarea>" in answer.text
    group.refresh_from_db()
    assert group.name == "cats"
    assert group.entries.get().post_id == post.pk


def test_a_list_is_deleted_after_asking_and_its_posts_stay(member):
    group = favourite_groups.create(member, "cats")
    post = new_post()
    favourite_groups.add_to_group(member, group.pk, post)
    address = reverse("gallery:delete_list", args=[group.pk])
    assert "gone for good" in browser(member).get(address).text
    browser(member).post(address)
    assert not FavouriteGroup.objects.exists()
    assert Post.objects.filter(pk=post.pk).exists()


def test_favourites_stand_newest_first_and_without_what_the_viewer_may_not_see(member):
    first, second, hidden = new_post(), new_post(), new_post(rating="s")
    member.shown_ratings = ["g", "s"]
    member.save()
    for post in (second, hidden, first):
        opinions.favourite(member, post)
    address = reverse("gallery:favourites", args=["mika"])
    assert [card.post.pk for card in browser().get(address).context["cards"]] == [first.pk, second.pk]
    own = browser(member).get(address).context["cards"]
    assert [card.post.pk for card in own] == [first.pk, hidden.pk, second.pk]


def test_private_favourites_are_shown_to_their_owner_alone(member):
    member.private_favourites = True
    member.save()
    post = new_post()
    opinions.favourite(member, post)
    address = reverse("gallery:favourites", args=["mika"])
    for client in (browser(), browser(make_user()), browser(make_user(role="owner"))):
        answer = client.get(address)
        assert "mika keeps favourites private" in answer.text
        assert reverse("gallery:post", args=[post.pk]) not in answer.text
        assert address not in client.get(reverse("gallery:profile", args=["mika"])).text


def test_the_setting_makes_favourites_private_and_public_again(member):
    client, address = browser(member), reverse("gallery:settings")
    for sent, kept in (({"private_favourites": "on"}, True), ({}, False)):
        client.post(address, {"shown_ratings": ["g"], **sent})
        member.refresh_from_db()
        assert member.private_favourites is kept


def test_who_voted_is_on_no_page(member):
    post = new_post()
    opinions.favourite(member, post)
    for client in (browser(), browser(make_user()), browser(make_user(role="owner"))):
        page = client.get(reverse("gallery:post", args=[post.pk]))
        assert "mika" not in page.text
        assert PostStats.objects.get(post=post).score == 1


def test_tiles_show_the_sums_and_what_the_viewer_keeps(member):
    kept, other = new_post(), new_post()
    opinions.favourite(member, kept)
    opinions.favourite(make_user(), kept)
    page = browser(member).get(reverse("gallery:posts"))
    assert {card.post.pk: card.kept for card in page.context["cards"]} == {kept.pk: True, other.pk: False}
    assert "♥ 2" in page.text
    assert page.text.count('aria-pressed="true" aria-label="Keep post') == 1
    assert 'aria-label="Keep post' not in browser().get(reverse("gallery:posts")).text


def test_a_look_counts_once_a_week_for_each_visitor_and_account(member):
    cache.clear()
    post = new_post()
    address = reverse("gallery:count_look", args=[post.pk])
    here, there = browser(), browser()
    for _ in range(2):
        here.post(address, REMOTE_ADDR="192.0.2.1")
        there.post(address, REMOTE_ADDR="192.0.2.2")
        browser(member).post(address, REMOTE_ADDR="192.0.2.1")
    assert PostStats.objects.get(post=post).views == 3
    for end in ("1", "2"):  # one network of one household
        here.post(address, REMOTE_ADDR=f"2001:db8:1:2::{end}")
    assert PostStats.objects.get(post=post).views == 4


def test_nothing_that_is_kept_of_a_look_holds_the_address(member):
    cache.clear()
    address = reverse("gallery:count_look", args=[new_post().pk])
    browser().post(address, REMOTE_ADDR="192.0.2.77")
    kept = list(cache._cache) + [bytes(value) for value in cache._cache.values()]
    assert len(kept) == 2
    assert "192.0.2.77" not in repr(kept)


def test_a_look_needs_the_token_against_forged_requests():
    post = new_post()
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("gallery:count_look", args=[post.pk])).status_code == 403
    assert PostStats.objects.get(post=post).views == 0
