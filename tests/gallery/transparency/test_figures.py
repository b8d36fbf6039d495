"""A year's figures are what stands in the rows of that year, UTC, and nothing else."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from gallery.models import (
    Case,
    LabelVersion,
    ModerationAction,
    Post,
    RatingVersion,
    RefusalCount,
    Statement,
    User,
    Voice,
)
from gallery.models.review import CaseKind, Outcome, SiteRule
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.statements import appeal
from gallery.transparency.figures import count, kept_figures, years
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
LAST_MOMENT = datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    author = make_user("maker", shown_ratings="gsqe")
    return make_post(author, asset=make_asset_row(author))


def move(row: object, **times: datetime) -> None:
    """Put a row's times elsewhere."""
    type(row).objects.filter(pk=row.pk).update(**times)  # type: ignore[attr-defined]


def reported(post: Post, at: datetime, *, by: User | None = None, rule: str = "spam") -> Case:
    case = Case.objects.create(kind="report", post=post)
    move(case, opened_at=at)
    voice = Voice.objects.create(case=case, by=by, rule=rule)
    move(voice, at=at)
    return case


def ended(case: Case, took: timedelta, outcome: str, by: User) -> None:
    case.refresh_from_db()
    case.state, case.outcome, case.reason, case.decided_by = "decided", outcome, "because", by
    case.decided_at = case.opened_at + took
    case.save()


def test_reports_count_by_rule_and_by_who_sent_them_in_the_year_in_which_they_were_sent(post):
    member, one = make_user(), make_user(role="moderator")
    for at in (datetime(2024, 1, 1, tzinfo=UTC), LAST_MOMENT):
        ended(reported(post, at, by=member), timedelta(hours=1), "kept", one)
    ended(reported(post, datetime(2024, 5, 1, tzinfo=UTC), rule="hate"), timedelta(hours=9), "removed", one)
    reported(post, LAST_MOMENT + timedelta(seconds=1))
    figures = count(2024, NOW)
    assert figures["notices"]["report"] == {
        "members": 2,
        "visitors": 1,
        "rules": {"spam": {"members": 2, "visitors": 0}, "hate": {"members": 0, "visitors": 1}},
    }
    # The one of the last moment was decided in the year after.
    decided = figures["decisions"]["report"]
    assert (decided["opened"], decided["decided"], decided["median_hours"]) == (3, 2, 5.0)
    assert decided["outcomes"] == {"kept": 1, "removed": 1}
    assert count(2025, NOW)["notices"]["report"]["visitors"] == 1
    assert count(2025, NOW)["decisions"]["report"]["outcomes"] == {"kept": 1}


@pytest.mark.parametrize(
    ("hours", "middle"), [((), None), ((3,), 3.0), ((1, 2, 90), 2.0), ((1, 2, 4, 90), 3.0)], ids=["none", "1", "3", "4"]
)
def test_the_middle_time_to_a_decision(post, hours, middle):
    one = make_user(role="moderator")
    for took in hours:
        ended(reported(post, datetime(2024, 3, 1, tzinfo=UTC)), timedelta(hours=took), "kept", one)
    assert count(2024, NOW)["decisions"]["report"]["median_hours"] == middle


def test_a_removal_its_appeal_and_its_end_are_counted(post):
    one, other = make_user(role="moderator"), make_user(role="moderator")
    case = claim(one, open_case(CaseKind.SCAN, post=post))
    decide(one, case, Decision(Outcome.REMOVED, "because", rule=SiteRule.HATE))
    statement = Statement.objects.get()
    objection = appeal(post.author, statement, "No.")
    decide(other, claim(other, objection.case), Decision(Outcome.OVERTURNED, "right"))
    now = datetime.now(UTC) + timedelta(seconds=1)
    figures = count(now.year, now)
    assert figures["restrictions"] == {
        "total": 1,
        "rules": {"removal": {"hate": 1}},
        "detection": {"automated": 1},
        "automated": 0,
    }
    assert (figures["appeals"]["received"], figures["appeals"]["overturned"], figures["appeals"]["upheld"]) == (1, 1, 0)
    assert figures["automated"]["noticed"] == {"made": 1, "overturned": 1}
    assert figures["automated"]["doubts"] == {"decided": 1, "left": 0}


def test_what_a_machine_rated_and_a_moderator_lowered_next_is_its_error(post):
    RatingVersion.objects.all().delete()
    at = datetime(2024, 6, 1, tzinfo=UTC)
    judge = make_user(role="moderator")
    other = make_post(post.author, asset=make_asset_row(post.author))
    RatingVersion.objects.filter(post=other).delete()
    made = [
        (post, 1, "g", "author"),
        (post, 2, "s", "rater"),
        (post, 3, "g", "moderator"),
        (post, 4, "q", "rater"),
        (post, 5, "e", "moderator"),
        (other, 1, "s", "floor"),
        (other, 2, "q", "votes"),
    ]
    for whose, number, rating, kind in made:
        by = judge if kind == "moderator" else None
        RatingVersion.objects.create(
            post=whose, number=number, rating=rating, kind=kind, at=at, by=by, reason="because" if by else ""
        )
    assert count(2024, NOW)["automated"]["ratings"] == {
        "rules": {"moved": 0, "lowered": 0},
        "floor": {"moved": 1, "lowered": 0},
        "rater": {"moved": 2, "lowered": 1},
    }


def test_strikes_bans_and_labels_come_from_the_log_and_the_history(post):
    judge = make_user(role="moderator")
    for kind in ("strike", "strike", "void", "ban", "rerate"):
        ModerationAction.objects.create(actor=judge, kind=kind, subject=post.author, reason="because")
    number = LabelVersion.objects.filter(post=post).count()
    LabelVersion.objects.create(
        post=post,
        number=number + 1,
        level="human",
        evidence="moderator",
        editor=judge,
        at=datetime.now(UTC),
        reason="x",
    )
    now = datetime.now(UTC) + timedelta(seconds=1)
    figures = count(now.year, now)
    assert figures["sanctions"] == {"strike": 2, "void": 1, "ban": 1}
    assert figures["labels"]["changed"] == {"moderator": 1}


def test_refusals_are_of_the_year_and_by_rule():
    for day, rule, number in (("2024-01-01", "", 3), ("2024-12-31", "", 4), ("2024-06-01", "Gore", 2)):
        RefusalCount.objects.create(day=day, rule=rule, number=number)
    RefusalCount.objects.create(day="2025-01-01", rule="", number=50)
    assert count(2024, NOW)["refusals"] == {"": 7, "Gore": 2}


def test_a_year_that_is_not_over_says_so():
    assert (count(2024, NOW)["complete"], count(2024, NOW)["until"]) == (True, "2024-12-31")
    assert (count(2025, NOW)["complete"], count(2025, NOW)["until"]) == (False, "2025-07-01")


def test_years_go_back_to_the_first_account():
    User.objects.filter(pk=make_user().pk).update(date_joined=datetime(2023, 1, 1, tzinfo=UTC))
    make_user()
    assert years(NOW) == [2025, 2024, 2023]


def test_figures_are_kept_and_name_nobody(post, django_assert_num_queries):
    one = make_user("moderator_with_a_name", role="moderator")
    ended(reported(post, datetime(2024, 3, 1, tzinfo=UTC), by=make_user("who_told")), timedelta(hours=1), "kept", one)
    found = kept_figures(2024, NOW)
    with django_assert_num_queries(0):
        assert kept_figures(2024, NOW) == found
    for name in ("moderator_with_a_name", "who_told", "maker"):
        assert name not in json.dumps(found)


def test_no_table_is_asked_more_often_for_more_rows(post):
    """However much there is, the numbers come summed up out of the database."""
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            count(2024, NOW)
        return len(made)

    before = asked()
    one = make_user(role="moderator")
    for rule in ("spam", "hate", "rights", "other"):
        ended(reported(post, datetime(2024, 3, 1, tzinfo=UTC), rule=rule), timedelta(hours=1), "kept", one)
    assert asked() == before
