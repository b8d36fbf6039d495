"""What waits for moderators: they find it, see why it waits, and others learn nothing of it."""

import pytest
from django.test import Client
from django.urls import reverse

from gallery.moderation import remove
from gallery.uploads import publish_sent
from tests.factories import make_asset, make_image, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image, author = make_image(), make_user()
    first = make_post(asset=make_asset(image=image), rating="e")
    remove(make_user(role="moderator"), first, "Not ours.")
    again = make_asset(author, image=image)
    return first, publish_sent(author, again, tags=["cat"], rating="e", level="generated")


def test_moderators_see_why_a_post_waits_whatever_their_filter(client: Client, waiting):
    first, post = waiting
    client.force_login(make_user(role="moderator", shown_ratings="g"))
    page = client.get(reverse("gallery:post", args=[post.pk])).content.decode()
    assert f'/posts/{first.pk}"' in page
    assert "Why it waits" in page
    assert first.asset.key + "/360" not in page
    listed = client.get(reverse("gallery:moderation_waiting"), follow=True).content.decode()
    assert reverse("gallery:review_case", args=[post.cases.get().pk]) in listed
    assert post.asset.key + "/360" not in listed


def test_its_author_is_told_that_a_moderator_looks_at_it_and_no_more(client: Client, waiting):
    first, post = waiting
    client.force_login(post.author)
    page = client.get(reverse("gallery:post", args=[post.pk])).content.decode()
    assert "A moderator looks at this picture before others see it." in page
    assert "Why it waits" not in page
    assert f'/posts/{first.pk}"' not in page


def test_the_menu_counts_for_moderators_alone(client: Client, waiting):
    client.force_login(make_user(role="moderator", shown_ratings="g"))
    page = client.get(reverse("gallery:moderation")).content.decode()
    assert page.count('badge--strong numeric push">1<') == 2
    client.force_login(make_user())
    assert reverse("gallery:review_queue") not in client.get("/").content.decode()
