"""Whoever is banned is told beside each form that it can't be sent, and of its reason in whole sentences."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban, unban
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NOTICE = "You can’t do this until"


@pytest.fixture
def mika(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_user("mika")


@pytest.fixture
def client(mika):
    browser = Client()
    browser.force_login(mika, BACKEND)
    return browser


def test_forms_say_that_a_banned_account_cannot_send_them(client, mika):
    owner = make_user("owner", role="owner")
    post = make_post(make_user("rin"))
    pages = {
        reverse("gallery:post", args=[post.pk]): 'value="send"',
        reverse("gallery:upload"): 'id="id_files"',
        reverse("generation:create"): 'button--block" data-draw',
        reverse("gallery:post_tags", args=[post.pk]): 'class="button button--primary"',
    }
    for address, sign in pages.items():
        page = client.get(address).text
        assert NOTICE not in page
        assert not any("disabled" in part.partition(">")[0] for part in page.split(sign)[1:]), address
    until = timezone.now() + timedelta(days=3)
    given = ban(owner, mika, until=until, rule=SiteRule.SPAM, reason="a flood of posts")
    statement = reverse("gallery:statement", args=[given.act.statement.pk])
    for address, sign in pages.items():
        page = client.get(address).text
        assert NOTICE in page, address
        assert page.count(f'href="{statement}"') >= 2, address
        assert all("disabled" in part.partition(">")[0] for part in page.split(sign)[1:]), address
    votes = reverse("gallery:vote", args=[post.pk])
    assert f'action="{votes}"' not in client.get(reverse("gallery:post", args=[post.pk])).text
    unban(owner, given, "enough")
    assert f'action="{votes}"' in client.get(reverse("gallery:post", args=[post.pk])).text


def test_the_reason_of_a_ban_does_not_run_into_the_next_sentence(client, mika):
    given = ban(make_user("owner", role="owner"), mika, until=None, rule=SiteRule.HATE, reason="A week off for insults")
    post = make_post(make_user("rin"))
    answer = client.post(reverse("gallery:vote", args=[post.pk]), {"score": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "“A week off for insults”. How to object" in answer.text
    assert f'href="{reverse("gallery:statement", args=[given.act.statement.pk])}"' in answer.text
