"""The page of a rating and the minimums of tags, as a browser without scripts gets them."""

import pytest
from django.urls import reverse

from gallery import moderation
from gallery.models import Case, RatingVote, TagFloor, Voice
from gallery.post_ratings.locks import lock_rating
from tests.factories import make_post, make_recipe, make_user
from tests.gallery.post_ratings.people import trusted_member

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def address(post):
    return reverse("gallery:post_rating", args=[post.pk])


def test_the_page_says_what_the_rating_rests_on_and_how_it_was(client):
    post = make_post(make_user("ann"), tags=["bikini"], recipe=make_recipe(prompt="cleavage"))
    client.force_login(make_user(shown_ratings=["g", "s"]))
    page = text(client.get(address(post)))
    assert "Rules on tags and prompt" in page
    assert "bikini</span>" in page
    assert "cleavage</span>" in page
    assert "No program looks at the pixels on this site" in page
    moderation.rerate(make_user("mod", role="moderator"), post, "g", "At the pool.")
    page = text(client.get(address(post)))
    assert "At the pool." in page
    assert "Answered by the moderator" in page
    assert "/users/mod" not in page


@pytest.mark.parametrize("visibility", ["hidden", "on_request"])
def test_a_hidden_prompt_is_not_told_by_what_the_rules_found_in_it(client, visibility):
    made = {"prompt_visibility": visibility}
    author = make_user("ann")
    said = make_post(author, tags=["cat"], rating="g", recipe=make_recipe(prompt="cleavage"), **made)
    plain = make_post(author, tags=["cat"], rating="s", recipe=make_recipe(prompt="a sea"), **made)
    client.force_login(make_user(shown_ratings=["g", "s"]))

    def sources(post):
        page = text(client.get(address(post)))
        return page[page.index('class="rating-sources"') : page.index('id="vote"')].replace(str(post.pk), "N")

    assert sources(said) == sources(plain), "whether the author or the prompt asked for it"
    assert "cleavage" not in text(client.get(address(said)))
    both = make_post(author, tags=["bikini"], rating="g", recipe=make_recipe(prompt="cleavage"), **made)
    assert "bikini</span>" in sources(both)
    client.force_login(author)
    assert "cleavage</span>" in text(client.get(address(said)))


def test_two_votes_raise_and_who_may_see_it_no_more_is_not_sent_into_the_void(client):
    post = make_post()
    for number in range(2):
        member = trusted_member(shown_ratings=["g"])
        client.force_login(member)
        answer = client.post(address(post), {"act": "vote", "rating": "s"}, follow=True)
        assert answer.status_code == 200
        assert ("Your vote is kept." if number == 0 else "Your vote counted") in text(answer)
    post.refresh_from_db()
    assert post.rating == "s"


def test_a_vote_can_be_taken_back(client):
    post, member = make_post(), make_user()
    client.force_login(member)
    client.post(address(post), {"act": "vote", "rating": "q"})
    assert "You voted for “Questionable”." in text(client.get(address(post)))
    client.post(address(post), {"act": "unvote"})
    assert not RatingVote.objects.exists()


def test_a_dispute_and_taking_it_back(client):
    post, member = make_post(), make_user()
    client.force_login(member)
    refused = client.post(address(post), {"act": "dispute", "rating": "q", "reason": " "})
    assert (refused.status_code, Voice.objects.count()) == (422, 0)
    assert 'value="q" checked' in text(refused)
    page = text(client.post(address(post), {"act": "dispute", "rating": "q", "reason": "Nude."}, follow=True))
    assert "Your dispute waits for a moderator." in page
    assert "Nude." in page
    assert "Nude." not in text(client.get(address(post), headers={"cookie": ""}))
    client.post(address(post), {"act": "undispute"})
    assert (Voice.objects.count(), Case.objects.get().state) == (0, "moot")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"act": "vote"}, 422),
        ({"act": "vote", "rating": "\x00"}, 422),
        ({"act": "vote", "rating": "g"}, 409),
        ({"act": "dispute", "rating": "zz", "reason": "x"}, 422),
        ({"act": "dispute", "rating": "q", "reason": "x" * 2001}, 422),
        ({"act": "dispute", "rating": "g", "reason": "x"}, 409),
        ({"act": ""}, 400),
        ({}, 400),
    ],
    ids=["no rating", "nul", "the same", "unknown", "too long", "as it is", "empty act", "no act"],
)
def test_what_is_wrong_is_said_and_changes_nothing(client, sent, status):
    post = make_post()
    client.force_login(make_user())
    answer = client.post(address(post), sent)
    assert answer.status_code == status
    assert not RatingVote.objects.exists()
    assert not Voice.objects.exists()


def test_moderators_lock_and_members_read_that_it_is(client):
    post = make_post()
    client.force_login(make_user(role="moderator"))
    assert "Lock it as" in text(client.get(address(post)))
    refused = client.post(address(post), {"act": "lock", "reason": ""})
    assert refused.status_code == 422
    client.post(address(post), {"act": "lock", "reason": "Argued over."})
    client.force_login(make_user())
    page = text(client.get(address(post)))
    assert "nobody but moderators changes it" in page
    assert 'id="vote"' not in page
    assert 'id="dispute"' in page


def test_an_author_reads_that_the_lock_holds(client):
    post = make_post()
    lock_rating(make_user(role="moderator"), post, "Argued over.")
    client.force_login(post.author)
    sent = {"rating": "q", "tags": "1girl", "prompt_visibility": "visible", "title": "", "commentary": ""}
    answer = client.post(reverse("gallery:post_edit", args=[post.pk]), sent)
    assert answer.status_code == 422
    assert "A moderator locked the rating of this post" in text(answer)


def test_minimums_are_public_and_set_by_moderators(client):
    make_post(tags=["hammer"])
    floors = reverse("gallery:tag_floors")
    client.force_login(make_user(role="moderator"))
    refused = client.post(floors, {"tag": "nothing_like_it", "rating": "s", "reason": "Always."})
    assert refused.status_code == 422
    assert "There is no tag “nothing_like_it”." in text(refused)
    assert "Always." in text(refused)
    client.post(floors, {"tag": "hammer", "rating": "s", "reason": "Always."})
    client.logout()
    page = text(client.get(floors))
    assert "Always." in page
    assert 'id="set"' not in page
    assert client.post(floors, {"tag": "hammer", "rating": "", "reason": "x"}).status_code == 302
    assert TagFloor.objects.count() == 1
