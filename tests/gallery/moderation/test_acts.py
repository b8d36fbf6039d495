"""Re-rating, removing and restoring, and the log that nothing is taken out of."""

import pytest
from django.db import DatabaseError, connection, transaction

from gallery import moderation
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, Post
from gallery.models.post import PostStatus
from tagging.models import Tag
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db

ACTS = {
    "rerate": lambda actor, post: moderation.rerate(actor, post, "e", "a reason"),
    "remove": lambda actor, post: moderation.remove(actor, post, "a reason"),
    "restore": lambda actor, post: moderation.restore(actor, post, "a reason"),
    "approve": lambda actor, post: moderation.approve(actor, post, "a reason"),
}
ALLOWED = {
    "rerate": {"pending", "active", "flagged", "removed", "appealed"},
    "remove": {"pending", "active", "flagged", "appealed"},
    "restore": {"removed", "appealed"},
    "approve": {"pending"},
}


def bare_post(author=None, **fields):
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def cat_count():
    return Tag.objects.get(name="cat").post_count


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("status", [status.value for status in PostStatus])
def test_what_can_be_done_in_which_state(act, status):
    post, moderator = bare_post(status=status), make_user(role="moderator")
    if status in ALLOWED[act]:
        changed = ACTS[act](moderator, post)
        row = ModerationAction.objects.get()
        assert (row.kind, row.actor, row.post, row.reason) == (act, moderator, changed, "a reason")
    else:
        with pytest.raises(InvalidTransition):
            ACTS[act](moderator, post)
        assert not ModerationAction.objects.exists()
        post.refresh_from_db()
        assert (post.status, post.rating) == (status, "g")


def test_the_count_for_everybody_follows_rating_and_status():
    def general():
        return Tag.objects.get(name="cat").general_count

    post, moderator = bare_post(tags=["cat"]), make_user(role="moderator")
    assert general() == 1
    moderation.rerate(moderator, post, "s", "a reason")
    assert (general(), cat_count()) == (0, 1)
    moderation.remove(moderator, post, "a reason")
    moderation.rerate(moderator, post, "g", "a reason")
    assert (general(), cat_count()) == (0, 0)
    moderation.restore(moderator, post, "a reason")
    assert (general(), cat_count()) == (1, 1)


@pytest.mark.parametrize("act", ACTS)
def test_members_cannot(act):
    post = bare_post()
    for actor in (make_user(), post.author, make_user(role="owner", is_active=False)):
        with pytest.raises(NotAllowed):
            ACTS[act](actor, post)
    assert not ModerationAction.objects.exists()


@pytest.mark.parametrize("role", ["moderator", "admin"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_an_owner_decides_about_their_own_post(act, role):
    post = bare_post(make_user(role=role), status="removed" if act == "restore" else "active")
    with pytest.raises(NotAllowed) as caught:
        ACTS[act](post.author, post)
    assert caught.value.code == "own_post"


def test_an_owners_decision_about_their_own_post_is_logged_as_such():
    post = bare_post(make_user(role="owner"))
    moderation.rerate(post.author, post, "s", "on second thought")
    assert ModerationAction.objects.get().details == {"from": "g", "to": "s", "own_post": True}


def test_counters_follow_removal_and_restoration():
    post, moderator = bare_post(tags=["cat"]), make_user(role="moderator")
    bare_post(tags=["cat"])
    moderation.remove(moderator, post, "spam")
    assert cat_count() == 1
    moderation.restore(moderator, post, "not spam")
    assert cat_count() == 2
    post.refresh_from_db()
    assert post.status == "active"


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_remove_once():
    post, one, other = bare_post(tags=["cat"]), make_user(role="moderator"), make_user(role="moderator")
    found = at_once(*(lambda who=who: moderation.remove(who, post, "spam") for who in (one, other)))
    assert sorted(type(result).__name__ for result in found) == ["InvalidTransition", "Post"]
    assert cat_count() == 0
    assert ModerationAction.objects.count() == 1


def test_the_same_rating_again_is_refused():
    with pytest.raises(InvalidTransition) as caught:
        moderation.rerate(make_user(role="moderator"), bare_post(), "general", "it is")
    assert caught.value.code == "same_rating"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason_needed"), (" \n\x00", "reason_needed"), ("x" * 2001, "reason_too_long")]
)
def test_a_reason_is_needed(reason, code):
    post = bare_post(tags=["cat"])
    with pytest.raises(Invalid) as caught:
        moderation.remove(make_user(role="moderator"), post, reason)
    assert caught.value.code == code
    post.refresh_from_db()
    assert (post.status, cat_count()) == ("active", 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE gallery_moderationaction SET reason = 'nothing happened'",
        "DELETE FROM gallery_moderationaction",
    ],
)
def test_rows_of_the_log_can_be_neither_changed_nor_deleted(change):
    moderation.remove(make_user(role="moderator"), bare_post(), "spam")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert ModerationAction.objects.get().reason == "spam"


@pytest.mark.parametrize(
    ("trigger", "table"),
    [
        ("moderation_log_no_truncate", "gallery_moderationaction"),
        ("audit_link_no_truncate", "gallery_auditlink"),
    ],
)
def test_the_log_cannot_be_emptied(trigger, table):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        transaction.set_rollback(True)


def test_a_post_with_a_past_cannot_be_deleted():
    post = bare_post()
    moderation.remove(make_user(role="moderator"), post, "spam")
    with pytest.raises(DatabaseError), transaction.atomic():
        Post.objects.filter(pk=post.pk).delete()
