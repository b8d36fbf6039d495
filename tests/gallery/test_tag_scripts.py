"""Tag scripts on picked posts: each post by itself, every refusal with its reason, nothing that was typed is lost."""

import html

import pytest
from django.core.cache import cache
from django.test import Client

from gallery.errors import Invalid
from gallery.models import Post
from gallery.tag_edits.limits import CHANGED_TAGS_A_MINUTE, spend
from gallery.tag_edits.many import MOST_POSTS, run_script
from tagging.models import Tag
from tagging.relations import create_implication
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return html.unescape(response.content.decode())


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mika():
    return make_user("mika")


def sign_in(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def names(post):
    post.refresh_from_db()
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True))


def apply(browser, posts, script, **more):
    return browser.post("/posts/tag-script", {"ids": [post.pk for post in posts], "script": script} | more)


def test_each_post_says_what_was_done_to_it(mika):
    smiling, frowning = make_post(tags=["smile", "sky"]), make_post(tags=["frown"])
    response = apply(sign_in(mika), [smiling, frowning], "smile -frown")
    assert response.status_code == 200
    first, second = response.context["outcomes"]
    assert (first.changed, first.added, first.removed) == (False, (), ())
    assert (second.changed, second.removed) == (True, ("frown",))
    assert "smile" in second.added
    assert {"smile", "sky"} <= names(smiling)
    assert "frown" not in names(frowning)
    page = text(response)
    assert "1 post is changed." in page
    assert "−frown" in page


def test_a_post_that_is_refused_stops_no_other_and_tells_nothing_of_a_hidden_one(mika):
    shown, hidden = make_post(tags=["sky"]), make_post(tags=["zxsecret"], rating="e")
    response = apply(sign_in(mika), [hidden, shown, Post(pk=2**40)], "smile")
    reasons = {outcome.post_id: outcome.refused for outcome in response.context["outcomes"]}
    assert reasons[shown.pk] == ""
    assert reasons[hidden.pk].replace(str(hidden.pk), "N") == reasons[2**40].replace(str(2**40), "N")
    assert "smile" in names(shown)
    assert "smile" not in names(hidden)
    assert "zxsecret" not in text(response)
    assert hidden.asset.key not in text(response)


def test_a_script_that_is_wrong_for_every_post_changes_nothing_and_is_kept(mika):
    post = make_post(tags=["sky"])
    for script in ("", "   ", "smile -a__b- __", "猫"):
        response = apply(sign_in(mika), [post], script, next="/posts?tags=sky")
        assert response.status_code in (200, 422), script
        assert names(post) - {"tagme"} >= {"sky"}
        assert f'value="{post.pk}" checked' in text(response)
        assert 'href="/posts?tags=sky"' in text(response)
        if script.strip():
            assert script in text(response)


def test_no_posts_and_too_many_are_refused_whole(mika):
    post = make_post(tags=["sky"])
    assert apply(sign_in(mika), [], "smile").status_code == 422
    ids = [post.pk, *range(10**6, 10**6 + MOST_POSTS)]
    with pytest.raises(Invalid, match="201 posts are picked"):
        run_script(mika, ids, "smile")
    response = sign_in(mika).post("/posts/tag-script", {"ids": ids, "script": "smile"})
    assert response.status_code == 422
    assert "smile" not in names(post)


def test_a_script_beyond_a_members_limit_is_refused_whole_and_moderators_have_none(mika):
    cache.clear()
    posts = [make_post(mika, asset=make_asset_row(mika), tags=["sky", "frown"]) for _ in range(2)]
    create_implication("smile", "happy")
    spend(mika, new_tags=0, changed_tags=CHANGED_TAGS_A_MINUTE - 5)
    answer = apply(sign_in(mika), posts, "smile -frown sky -sea")
    assert "would change 6 tags of the picked posts; 5 are left to you" in text(answer)
    assert not [post for post in posts if names(post) & {"smile", "happy"} or "frown" not in names(post)]
    assert apply(sign_in(mika), posts[:1], "smile -frown sky -sea").context["changed"] == 1
    moderator = make_user(role="moderator")
    assert apply(sign_in(moderator), posts, "smile -frown").context["changed"] == 1


def test_ids_that_are_none_are_left_out_and_back_leads_nowhere_else(mika):
    post = make_post(tags=["sky"])
    response = sign_in(mika).post(
        "/posts/tag-script",
        {"ids": ["x", "-1", "9" * 30, str(post.pk), str(post.pk)], "script": "smile", "next": "https://evil.example"},
    )
    assert [outcome.post_id for outcome in response.context["outcomes"]] == [post.pk]
    assert "evil" not in text(response)


def test_visitors_pick_and_apply_nothing(client):
    post = make_post(tags=["sky"])
    page = text(client.get("/posts?tags=sky&select=1"))
    assert "data-picker" not in page
    assert 'href="?tags=sky&select=1"' not in page
    assert apply(client, [post], "smile")["Location"].startswith("/accounts/login/")
    assert names(post) >= {"sky"}
    assert client.get("/posts/tag-script").status_code == 302


def test_picking_is_a_plain_form_that_keeps_the_search_and_its_page(mika):
    posts = [make_post(mika, asset=make_asset_row(mika), tags=["sky"]) for _ in range(42)]
    browser = sign_in(mika)
    page = text(browser.get("/posts?tags=sky&select=1"))
    assert page.count('name="ids"') == 40
    assert 'name="next" value="/posts?tags=sky&select=1"' in page
    assert f'href="{browser.get("/posts?tags=sky").context["next_url"]}&select=1"' in page
    assert 'href="?tags=sky&select=1"' in text(browser.get("/posts?tags=sky"))
    assert str(posts[-1].pk) in page
