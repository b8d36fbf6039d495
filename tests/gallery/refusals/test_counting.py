"""How often rules refuse is counted by day, and stays when it is forgotten whom."""

from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from gallery.models import Refusal, RefusalCount
from gallery.models.refusal import RuleEffect
from gallery.refusals.counting import drop_old_refusals, note
from gallery.refusals.judging import Hit
from tests.factories import make_user
from tests.gallery.threads import at_once


def hit(name: str = "") -> Hit:
    return Hit(RuleEffect.REFUSE, ("word",), name=name)


@pytest.mark.django_db
def test_the_number_stays_and_the_person_is_forgotten():
    person = make_user()
    for name in ("", "Gore", "Gore"):
        note(person, hit(name))
    today = timezone.now().astimezone(UTC).date()
    drop_old_refusals(timezone.now() + timedelta(days=31))
    assert not Refusal.objects.exists()
    assert sorted(RefusalCount.objects.values_list("day", "rule", "number")) == [(today, "", 1), (today, "Gore", 2)]


@pytest.mark.django_db(transaction=True)
def test_none_is_lost_when_many_are_refused_at_once():
    people = [make_user() for _ in range(6)]
    at_once(*(lambda person=person: note(person, hit()) for person in people))
    assert list(RefusalCount.objects.values_list("rule", "number")) == [("", 6)]
