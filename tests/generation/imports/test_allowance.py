"""What a copy costs its sender: every picture that is opened, and every row that is written, has its bound."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gallery.models import Asset, UploadAllowance
from generation.imports import lineage, states
from generation.imports.carrying_out import bring_waiting
from generation.imports.plan import Plan
from generation.models import AccountImport, BroughtTake, Take
from tests.factories import make_user
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import DAY, brought, copy_with, going_on, row, sent

pytestmark = pytest.mark.django_db


def test_pictures_that_are_none_count_against_the_day_too(noa, settings):
    settings.UPLOADS_PER_DAY = 2
    files = {f"takes/{number}.png": b"no picture, %d" % number for number in range(1, 6)}
    run = brought(noa, copy_with([row(number) for number in range(1, 6)], files))
    assert run.state == "waiting"
    assert run.not_before > timezone.now()
    assert BroughtTake.objects.filter(outcome="left_out").count() == 2
    assert UploadAllowance.objects.get().files == 2


def test_empty_places_count_too(noa, settings):
    settings.UPLOADS_PER_DAY = 3
    rows = [row(number, parent_id=number - 1 or None, erased_at=DAY, purged_at=DAY) for number in range(1, 10)]
    run = brought(noa, copy_with([*rows, row(10, parent_id=9)], {"takes/10.png": plain()}))
    assert run.state == "waiting"
    assert Take.objects.count() == Asset.objects.count() == 3


def test_an_operators_import_counts_nothing(noa, settings, tmp_path):
    from generation.imports.carrying_out import carry_out

    settings.UPLOADS_PER_DAY = 1
    path = tmp_path / "noa.zip"
    files = {f"takes/{number}.png": b"no picture, %d" % number for number in range(1, 4)}
    path.write_bytes(copy_with([row(number) for number in range(1, 4)], files))
    assert carry_out(states.begin_at_once(noa), path, lambda: False)
    assert AccountImport.objects.get().state == "done"
    assert not UploadAllowance.objects.exists()


def test_what_was_left_out_is_forgotten_with_its_report(noa):
    brought(noa, copy_with([row(1), row(2)], {"takes/1.png": plain()}))
    assert BroughtTake.objects.count() == 2
    brought(noa, copy_with([row(7)], {"takes/7.png": plain(7)}))
    assert sorted(BroughtTake.objects.values_list("key", "outcome")) == [
        (f"t1@{DAY}", "came"),
        (f"t7@{DAY}", "came"),
    ]


def test_a_long_line_of_what_is_missing_is_walked_once(noa, monkeypatch):
    # A thousand children below a thousand that are missing.
    plan = Plan()
    for number in range(1, 2001):
        plan.keys[number] = f"t{number}"
        plan.parents[f"t{number}"] = ("takes", number - 1 if number <= 1000 else 1000)
    above, asked = Plan.above, []

    def counted(self: Plan, key: str) -> str | None:
        asked.append(key)
        return above(self, key)

    monkeypatch.setattr(Plan, "above", counted)
    here = {f"t{number}": number if number > 1000 else None for number in range(1, 2001)}
    assert set(lineage.nearest_above(plan, here).values()) == {None}
    assert len(asked) < 5000


def test_what_is_beyond_the_days_allowance_comes_the_next_day(noa, settings):
    settings.UPLOADS_PER_DAY = 2
    content = copy_with([row(n) for n in (1, 2, 3)], {f"takes/{n}.png": plain(n) for n in (1, 2, 3)})
    run = brought(noa, content)
    assert (run.state, Take.objects.count(), run.fence) == ("waiting", 2, 0)
    assert timezone.now() < run.not_before < timezone.now() + timedelta(days=1, minutes=1)
    assert bring_waiting(going_on) == 0
    assert Take.objects.count() == 2
    UploadAllowance.objects.update(day=date(2020, 1, 1))
    AccountImport.objects.update(not_before=timezone.now())
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 3
    assert not list(settings.IMPORTS_DIR.iterdir())


def test_whoever_is_banned_meanwhile_gets_no_further(noa):
    from gallery.models.review import SiteRule
    from gallery.moderation.sanctions import ban

    sent(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    ban(make_user(role="owner"), noa, until=timezone.now() + timedelta(days=1), rule=SiteRule.SPAM, reason="A flood.")
    bring_waiting(going_on)
    run = AccountImport.objects.get()
    assert (run.state, Take.objects.count()) == ("failed", 0)
    assert "banned" in run.trouble["code"]
