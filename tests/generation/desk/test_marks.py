"""Marks on takes: what each changes, how it is undone, and whose takes they are."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban
from generation.desk import keeping, marks
from generation.desk.notes import Notes, describe
from generation.models import Take
from tests.factories import make_post, make_take_row, make_user

pytestmark = pytest.mark.django_db


def flags(*takes: Take) -> list[str]:
    return [Take.objects.get(pk=take.pk).flag for take in takes]


def test_a_flag_is_put_on_many_takes_at_once_and_taken_back():
    mira = make_user()
    first, second = make_take_row(mira), make_take_row(mira, flag="reject")
    before = Take.objects.get(pk=second.pk).flagged_at
    done = marks.flag(mira, [first.pk, second.pk, 2**60], "pick")
    assert (done.changed, flags(first, second)) == (2, ["pick", "pick"])
    assert Take.objects.get(pk=first.pk).flagged_at is not None
    assert marks.undo(mira, done.undo).changed == 2
    assert flags(first, second) == ["none", "reject"]
    assert Take.objects.get(pk=second.pk).flagged_at == before
    assert Take.objects.get(pk=first.pk).flagged_at is None


def test_the_same_flag_again_is_no_change_and_keeps_its_time():
    mira = make_user()
    take = make_take_row(mira, flag="reject", flagged_at=timezone.now() - timedelta(days=20))
    done = marks.flag(mira, [take.pk], "reject")
    assert (done.changed, done.undo) == (0, "")
    assert Take.objects.get(pk=take.pk).flagged_at == take.flagged_at


def test_what_was_changed_again_since_stays_when_an_act_is_undone():
    mira = make_user()
    first, second = make_take_row(mira), make_take_row(mira)
    done = marks.flag(mira, [first.pk, second.pk], "pick")
    marks.flag(mira, [second.pk], "reject")
    assert marks.undo(mira, done.undo).changed == 1
    assert flags(first, second) == ["none", "reject"]


def test_nobody_marks_anothers_takes_or_undoes_their_acts():
    mira, tomo = make_user(), make_user()
    take = make_take_row(mira)
    assert marks.flag(tomo, [take.pk], "reject").takes == []
    done = marks.flag(mira, [take.pk], "pick")
    for token in (done.undo, "nothing", done.undo[:-3] + "abc"):
        with pytest.raises(Invalid):
            marks.undo(tomo, token)
    assert flags(take) == ["pick"]


def test_stars_fixes_and_a_note():
    mira = make_user()
    take = make_take_row(mira)
    marks.rate(mira, [take.pk], 4)
    marks.to_fix(mira, [take.pk], add=["text", "hand"])
    done = marks.to_fix(mira, [take.pk], add=["eyes"], remove=["text"])
    take.refresh_from_db()
    assert (take.stars, take.to_fix) == (4, ["hand", "eyes"])
    marks.undo(mira, done.undo)
    take.refresh_from_db()
    assert take.to_fix == ["hand", "text"]
    describe(mira, take.pk, Notes("pick", 2, ("colour",), " left hand\r\nsix\x00 fingers "))
    take.refresh_from_db()
    assert (take.flag, take.stars, take.to_fix, take.note) == ("pick", 2, ["colour"], "left hand\nsix fingers")


def test_a_take_that_was_published_since_is_not_put_back_into_the_bin():
    mira = make_user()
    published, other = make_take_row(mira), make_take_row(mira)
    keeping.to_bin(mira, [published.pk, other.pk])
    out = keeping.out_of_bin(mira, [published.pk, other.pk])
    Take.objects.filter(pk=published.pk).update(post=make_post(mira))
    assert marks.undo(mira, out.undo).ids == [other.pk]
    published.refresh_from_db()
    assert published.purged_at is None


def test_a_form_that_is_older_than_another_tabs_marks_changes_only_what_was_changed_in_it():
    mira = make_user()
    take = make_take_row(mira, note="left hand", to_fix=["hand"])
    seen = Notes.of(take)
    marks.flag(mira, [take.pk], "pick")
    marks.to_fix(mira, [take.pk], add=["eyes"])
    describe(mira, take.pk, replace(seen, stars=3, to_fix=("hand", "text")), seen)
    take.refresh_from_db()
    assert (take.flag, take.stars, take.note, take.to_fix) == ("pick", 3, "left hand", ["hand", "eyes", "text"])
    describe(mira, take.pk, replace(seen, to_fix=()), seen)
    take.refresh_from_db()
    assert (take.flag, take.to_fix) == ("pick", ["eyes", "text"])


def test_two_notes_at_a_time_are_no_note_lost():
    mira = make_user()
    take = make_take_row(mira, note="left hand")
    seen = Notes.of(take)
    describe(mira, take.pk, replace(seen, note="right hand"), seen)
    with pytest.raises(InvalidTransition):
        describe(mira, take.pk, replace(seen, note="both hands", stars=2), seen)
    take.refresh_from_db()
    assert (take.note, take.stars) == ("right hand", 0)
    describe(mira, take.pk, replace(seen, note="right hand", stars=2), seen)
    take.refresh_from_db()
    assert (take.note, take.stars) == ("right hand", 2)


@pytest.mark.parametrize("act", ["flag", "stars", "few stars", "fix", "note", "many"])
def test_what_makes_no_sense_is_refused_and_nothing_kept(act: str):
    mira = make_user()
    take = make_take_row(mira)
    acts = {
        "flag": lambda: marks.flag(mira, [take.pk], "love"),
        "stars": lambda: marks.rate(mira, [take.pk], 6),
        "few stars": lambda: marks.rate(mira, [take.pk], -1),
        "fix": lambda: marks.to_fix(mira, [take.pk], add=["feet"]),
        "note": lambda: describe(mira, take.pk, Notes("pick", 1, note="x" * 2001)),
        "many": lambda: marks.flag(mira, range(1, marks.MAX_TAKES + 2), "pick"),
    }
    with pytest.raises(Invalid):
        acts[act]()
    take.refresh_from_db()
    assert (take.flag, take.stars, take.to_fix, take.note) == ("none", 0, [], "")


def test_a_banned_account_marks_nothing():
    mira, owner = make_user(), make_user(role="owner")
    take = make_take_row(mira)
    token = marks.flag(mira, [take.pk], "pick").undo
    ban(owner, mira, until=timezone.now() + timedelta(days=3), rule=SiteRule.SPAM, reason="A flood.")
    for act in (
        lambda: marks.flag(mira, [take.pk], "reject"),
        lambda: marks.undo(mira, token),
        lambda: keeping.archive(mira, [take.pk]),
        lambda: keeping.to_bin(mira, [take.pk]),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert flags(take) == ["pick"]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_mark_the_same_takes_wait_for_each_other():
    mira = make_user()
    takes = [make_take_row(mira) for _ in range(6)]
    ids, failed = [take.pk for take in takes], list[BaseException]()

    def mark(value: str, order: list[int]) -> None:
        try:
            for _ in range(5):
                marks.flag(mira, order, value)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=mark, args=("pick", ids)),
        threading.Thread(target=mark, args=("reject", ids[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert len(set(flags(*takes))) == 1
