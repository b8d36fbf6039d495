"""What the dashboard counts is what stands in the rows: by day, UTC; and how long cases have waited."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.dashboard.counting import OTHERS, numbers
from gallery.dashboard.periods import Period
from gallery.dashboard.queue_age import queue_ages
from gallery.dashboard.storage import by_day, count_storage, storage
from gallery.models import Case, Post, RefusalCount, StorageCount, User, Voice
from gallery.moderation.cases import waiting
from tests.factories import make_asset, make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
WEEK = Period(7, datetime(2026, 3, 10, tzinfo=UTC).date())


def bare_post(author: User | None = None, rating: str = "g", **fields: object) -> Post:
    author = author or make_user(shown_ratings="gsqe")
    made = make_post(author, asset=make_asset_row(author), rating=rating)
    Post.objects.filter(pk=made.pk).update(**fields)
    return made


def test_days_are_those_of_utc_and_older_ones_are_left_out():
    for at in ("2026-03-03T23:59:59", "2026-03-04T00:00:00", "2026-03-09T23:59:59", "2026-03-10T00:00:00"):
        bare_post(created_at=datetime.fromisoformat(at + "+00:00"))
    bare_post(rating="s", created_at=datetime.fromisoformat("2026-03-10T08:30:00+09:00"))
    found = numbers(WEEK)["posts"]
    assert found == {"g": [1, 0, 0, 0, 0, 1, 1], "s": [0, 0, 0, 0, 0, 1, 0]}


def test_what_was_said_is_told_apart_by_kind():
    for kind, number in (("report", 3), ("flag", 1)):
        case = Case.objects.create(kind=kind, post=bare_post())
        for _voice in range(number):
            voice = Voice.objects.create(case=case, rule="spam")
            Voice.objects.filter(pk=voice.pk).update(at=datetime(2026, 3, 8, tzinfo=UTC))
    assert numbers(WEEK)["said"] == {"report": [0, 0, 0, 0, 3, 0, 0], "flag": [0, 0, 0, 0, 1, 0, 0]}


def test_of_many_rules_the_frequent_ones_stand_alone():
    for place, rule in enumerate(["", "a", "b", "c", "d", "e", "f"]):
        RefusalCount.objects.create(day=WEEK.today, rule=rule, number=10 - place)
    found = numbers(WEEK)["refusals"]
    assert list(found) == ["", "a", "b", "c", "d", OTHERS]
    assert found[OTHERS][-1] == 5 + 4


def test_ages_fall_into_bands_and_late_is_later_than_the_level():
    now = timezone.now()
    for age in (timedelta(minutes=1), timedelta(hours=23), timedelta(hours=25), timedelta(days=30)):
        case = Case.objects.create(kind="report", post=bare_post())
        Case.objects.filter(pk=case.pk).update(opened_at=now - age)
    Case.objects.create(kind="report", post=bare_post(status="withdrawn"))
    (reports,) = queue_ages(now)
    assert (reports.label, reports.number, reports.late) == ("Report", 4, 2)
    assert reports.number == waiting().count()
    assert [(part.band, part.number) for part in reports.parts] == [(0, 1), (1, 1), (2, 1), (4, 1)]
    assert sum(part.width for part in reports.parts) == pytest.approx(100)
    assert now - reports.oldest == timedelta(days=30)


def test_storage_is_counted_once_a_day_and_only_the_newest_names_people():
    now = timezone.now()
    whole = make_asset(make_user("big"))
    StorageCount.objects.create(
        day=now.date() - timedelta(days=1), originals=1, previews=1, pictures=1, largest=[[whole.owner_id, 2]]
    )
    assert count_storage(now)
    assert not count_storage(now)
    row = StorageCount.objects.get(day=now.astimezone(UTC).date())
    sizes = {file.variant: 0 for file in whole.files.all()}
    for file in whole.files.all():
        sizes[file.variant] += file.size_bytes
    assert row.originals == sizes["original"] + sizes.get("bare", 0)
    assert row.originals + row.previews == sum(sizes.values())
    assert storage().largest == [("big", sum(sizes.values()))]
    assert StorageCount.objects.exclude(largest=[]).count() == 1


def test_a_day_without_a_count_has_what_the_one_before_had():
    StorageCount.objects.create(day=WEEK.first, originals=5, previews=2, pictures=1)
    StorageCount.objects.create(day=WEEK.today, originals=9, previews=4, pictures=1)
    assert by_day(WEEK) == ([5, 5, 5, 5, 5, 5, 9], [2, 2, 2, 2, 2, 2, 4])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("days", ["7", "30", "90", "365", "x"])
def test_the_page_shows_all_of_it_without_inline_styles_and_names_no_post(days, language):
    cache.clear()
    hidden = bare_post(status="removed", title="zxtitle")
    Case.objects.create(kind="report", post=hidden)
    RefusalCount.objects.create(day=timezone.now().date(), rule="<b>", number=1234)
    client = Client()
    client.force_login(make_user(role="moderator"), "django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("gallery:moderation_dashboard"), {"days": days}, headers={"Accept-Language": language})
    assert page.status_code == 200
    for key in ("queue", "reports", "removals", "refusals", "posts", "sign-ups", "storage", "disk"):
        assert f'id="{key}"' in page.text
    assert " style=" not in page.text
    assert "<b>" not in page.text
    assert "zxtitle" not in page.text
    assert "1,234" in page.text
