"""The chain of the moderation log: it holds, and whatever was done to it behind its back is found."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from gallery import moderation
from gallery.models import AuditLink, ModerationAction
from gallery.moderation.audit import Broken, Head, verify
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

BEHIND = "SET LOCAL session_replication_role = replica"
TAMPERED = {
    "reason": ("UPDATE gallery_moderationaction SET reason = 'nothing' WHERE id = {second}", Broken("digest", 2)),
    "details": ("UPDATE gallery_moderationaction SET details = '{{}}' WHERE id = {second}", Broken("digest", 2)),
    "time": ("UPDATE gallery_moderationaction SET at = at - interval '1 us' WHERE id = {second}", Broken("digest", 2)),
    "actor": (
        "UPDATE gallery_moderationaction SET actor_id = (SELECT max(id) FROM gallery_user) WHERE id = {second}",
        Broken("digest", 2),
    ),
    "subject": (
        "UPDATE gallery_moderationaction SET subject_id = actor_id WHERE id = {second}",
        Broken("digest", 2),
    ),
    "act deleted": ("DELETE FROM gallery_moderationaction WHERE id = {second}", Broken("gone", 2)),
    "act and link deleted": (
        "DELETE FROM gallery_auditlink WHERE number = 2; DELETE FROM gallery_moderationaction WHERE id = {second}",
        Broken("gap", 2),
    ),
    "act slipped in": (
        "INSERT INTO gallery_moderationaction (at, actor_id, kind, post_id, reason, details) "
        "SELECT at, actor_id, kind, post_id, 'slipped in', details FROM gallery_moderationaction WHERE id = {second}",
        "loose",
    ),
    "link changed": ("UPDATE gallery_auditlink SET digest = repeat('0', 64) WHERE number = 2", Broken("digest", 2)),
}


def acts(count=3):
    post, moderator = make_post(asset=make_asset_row(make_user())), make_user(role="moderator")
    make_user()
    for number in range(count):
        moderation.rerate(moderator, post, "gsq"[(number + 1) % 3], f"reason {number}: 1:a,2:bc 赤\n'\"\\")
    return list(ModerationAction.objects.order_by("pk"))


def behind_its_back(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BEHIND)
        cursor.execute(statement)


def test_an_empty_log_holds():
    assert verify() == (Head(0, ""), None)


def test_every_act_becomes_a_link_and_the_chain_holds():
    rows = acts(5)
    links = list(AuditLink.objects.order_by("number"))
    assert [(link.number, link.act_id) for link in links] == [(n + 1, row.pk) for n, row in enumerate(rows)]
    assert verify() == (Head(5, links[-1].digest), None)


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_changed_behind_its_back_is_found(how):
    rows = acts()
    statement, expected = TAMPERED[how]
    behind_its_back(statement.format(second=rows[1].pk))
    _head, broken = verify()
    if expected == "loose":
        expected = Broken("loose", ModerationAction.objects.order_by("-pk").first().pk)
    assert broken == expected


def test_a_log_cut_short_or_written_anew_is_found_by_what_was_noted():
    rows = acts()
    noted, _ = verify()
    behind_its_back("DELETE FROM gallery_auditlink WHERE number = 3")
    behind_its_back(f"DELETE FROM gallery_moderationaction WHERE id = {rows[2].pk}")
    assert verify()[1] is None
    assert verify(noted)[1] == Broken("short", 3)
    moderation.remove(rows[0].actor, rows[0].post, "another third act")
    assert verify()[1] is None
    assert verify(noted)[1] == Broken("other_past", 3)


@pytest.mark.parametrize("statement", ["UPDATE {0} SET digest = digest", "DELETE FROM {0}"])
def test_links_can_be_neither_changed_nor_deleted(statement):
    acts(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("gallery_auditlink"))


def test_acts_at_the_same_moment_make_one_chain():
    moderators = [make_user(role="moderator") for _ in range(4)]
    posts = [make_post(asset=make_asset_row(make_user())) for _ in range(4)]

    def work(number):
        for rating in "sqsq":
            moderation.rerate(moderators[number], posts[number], rating, "a reason")

    assert at_once(*(lambda number=number: work(number) for number in range(4))) == [None] * 4
    head, broken = verify()
    assert (head.number, broken) == (16, None)


def test_what_was_undone_is_no_link():
    with transaction.atomic():
        acts(2)
        transaction.set_rollback(True)
    acts(1)
    assert verify()[0].number == 1


def test_the_command_says_what_it_found():
    rows = acts()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    head = re.search(r"3:[0-9a-f]{64}", out.getvalue())[0]
    call_command("verify_audit", noted=head, stdout=out)
    with pytest.raises(CommandError, match="is no head"):
        call_command("verify_audit", noted="3:abc")
    behind_its_back(f"UPDATE gallery_moderationaction SET reason = 'x' WHERE id = {rows[2].pk}")
    with pytest.raises(CommandError, match="link 3 doesn't fit"):
        call_command("verify_audit")
