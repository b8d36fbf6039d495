"""The pages of the rules: what is typed stays, what a box finds is shown, and nobody else reads the words."""

import pytest
from django.urls import reverse

from gallery.models import ModerationAction, Refusal, RefusalRule
from gallery.refusals.rules import Wanted, save_rule
from tests.factories import make_user
from tests.gallery.uploads.files import drafted, plain

pytestmark = pytest.mark.django_db

TYPED = {"name": "Night", "effect": "refuse", "places": ["prompt", "text"], "terms": "moonless", "reason": "Too dark."}


@pytest.fixture
def admin(client):
    person = make_user(role="admin")
    client.force_login(person)
    return person


def page(answer):
    return answer.content.decode()


def test_an_admin_makes_changes_and_deletes_a_rule(client, admin):
    new = reverse("gallery:refusal_rule_new")
    assert client.post(new, TYPED | {"enabled": "on"}).status_code == 302
    rule = RefusalRule.objects.get()
    assert (rule.name, rule.terms, rule.places, rule.enabled) == ("Night", "moonless", ["prompt", "text"], True)
    one = reverse("gallery:refusal_rule", args=[rule.pk])
    assert client.post(one, TYPED).status_code == 302
    assert RefusalRule.objects.get().enabled is False
    assert client.post(one, TYPED | {"act": "delete"}).status_code == 302
    assert not RefusalRule.objects.exists()
    assert "Night" in page(client.get(reverse("gallery:moderation_log")))


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"terms": "moonless\nx"}, "moonless\nx</textarea>"),
        ({"reason": ""}, "moonless</textarea>"),
        ({"name": "", "note": "Because."}, 'value="Because."'),
        ({"places": ["sky"]}, 'value="Night"'),
        ({"effect": "burn"}, 'value="Night"'),
        ({"terms": "m" * 50_000}, "mmmm"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, admin, change, kept):
    answer = client.post(reverse("gallery:refusal_rule_new"), TYPED | change)
    assert answer.status_code == 422
    assert kept in page(answer)
    assert "errorlist" in page(answer)
    assert not RefusalRule.objects.exists()
    assert not ModerationAction.objects.exists()


def test_the_box_shows_what_is_found_and_counts_nothing(client, admin):
    save_rule(admin, None, Wanted("Night", "refuse", ("prompt",), "moonless"), "because")
    address = reverse("gallery:refusal_rules")
    found = page(client.post(address, {"text": "M00nless <b>", "place": "prompt"}))
    assert "<mark>moonless</mark>" in found
    assert "M00nless &lt;b&gt;</textarea>" in found
    assert "<mark>" not in page(client.post(address, {"text": "M00nless", "place": "name"}))
    assert "<mark>" not in page(client.post(address, {"text": "moonlit", "place": "nowhere"}))
    assert not Refusal.objects.exists()


def test_the_box_takes_no_more_than_it_says(client, admin):
    answer = client.post(reverse("gallery:refusal_rules"), {"text": "a" * 20_001, "place": "prompt"})
    assert answer.status_code == 422
    assert "20001" in page(answer)


def test_everybody_reads_names_and_nobody_words(client):
    admin = make_user(role="admin")
    save_rule(admin, None, Wanted("Night", "warn", ("prompt",), "moonless", "It is dark."), "because")
    save_rule(admin, None, Wanted("Day", "warn", ("prompt",), "sunlit", enabled=False), "because")
    shown = page(client.get(reverse("gallery:refusal_help")))
    assert "Night" in shown
    assert "It is dark." in shown
    assert "moonless" not in shown
    assert "Day" not in shown


def test_what_was_posted_in_vain_says_why(client):
    owner = make_user()
    draft = drafted(owner, plain())
    save_rule(make_user(role="admin"), None, Wanted("Night", "refuse", ("text",), "moonless"), "because")
    client.force_login(owner)
    typed = {"tags": "1girl", "rating": "g", "level": "human", "prompt_visibility": "visible", "title": "Moonless"}
    answer = client.post(reverse("gallery:draft", args=[draft.pk]), typed)
    assert answer.status_code == 422
    assert "Night" in page(answer)
    assert 'value="Moonless"' in page(answer)
    # A picture that is held back leaves nothing to come back to.
    answer = client.post(reverse("gallery:draft", args=[draft.pk]), typed | {"title": "child, nude"}, follow=True)
    assert answer.redirect_chain[0] == (reverse("gallery:upload"), 303)
    assert "held back" in page(answer)
