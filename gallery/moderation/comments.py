"""What moderators do to comments: keep, remove, put back, each with a reason and a row in the log.

The row is about the comment's author and names the comment in its details; the author reads a statement of reasons and
can appeal once, as for posts.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gallery.accounts.standing import require_may_act
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Case, Comment, ModerationAction, Statement, User
from gallery.models.comment import CommentState
from gallery.models.moderation import ModerationKind
from gallery.models.review import CaseKind, CaseState, Detection, Outcome, Restriction, SiteRule
from gallery.moderation.acts import checked_reason
from gallery.moderation.cases import decides_alone, settle
from gallery.moderation.statements import state_reasons

REMOVED, RESTORED, KEPT = "removed", "restored", "kept"
"""What was done, in the log's details."""


@transaction.atomic
def remove_comment(
    moderator: User,
    comment: Comment,
    reason: str,
    rule: SiteRule = SiteRule.OTHER,
    *,
    detection: Detection = Detection.MODERATOR,
) -> Comment:
    """Let nobody read the comment but its author and moderators; a withdrawn one is removed all the same.

    Raises NotAllowed (no moderator, one's own), InvalidTransition (removed before) and Invalid (no reason).
    """
    comment = _begin(moderator, comment)
    before = comment.state
    if before == CommentState.REMOVED:
        raise InvalidTransition("comment_removed_before")
    _set_state(comment, CommentState.REMOVED)
    act = log_comment_act(moderator, comment, reason, {"act": REMOVED, "from": before, "rule": rule.value})
    if comment.author_id != moderator.pk:
        state_reasons(act, comment.author, Restriction.COMMENT, rule, detection=detection, comment=comment)
    _settle_reports(comment, moderator, Outcome.REMOVED, act.reason)
    return comment


@transaction.atomic
def restore_comment(moderator: User, comment: Comment, reason: str) -> Comment:
    """Let everybody read a removed comment again, with its votes. Raises as `remove_comment` does."""
    comment = _begin(moderator, comment)
    if comment.state != CommentState.REMOVED:
        raise InvalidTransition("comment_not_removed")
    _set_state(comment, CommentState.STANDING)
    log_comment_act(moderator, comment, reason, {"act": RESTORED})
    return comment


@transaction.atomic
def keep_comment(moderator: User, comment: Comment, reason: str) -> Comment:
    """Leave a reported comment as it is. Raises NotAllowed and Invalid (no reason)."""
    comment = _begin(moderator, comment)
    act = log_comment_act(moderator, comment, reason, {"act": KEPT})
    _settle_reports(comment, moderator, Outcome.KEPT, act.reason)
    return comment


def take_back_removal(moderator: User, statement: Statement, reason: str) -> None:
    """After an appeal: the comment is what it was before, as far as nothing else was decided since."""
    comment = lock_comment(statement.comment)
    if comment is None:
        return
    if comment.state == CommentState.REMOVED:
        _set_state(comment, CommentState(statement.act.details["from"]))
    _log(ModerationKind.OVERTURN, moderator, comment, reason, {"act": RESTORED, "statement": statement.pk})


def uphold_removal(moderator: User, statement: Statement, reason: str) -> None:
    """After an appeal: the comment stays removed."""
    if comment := lock_comment(statement.comment):
        _log(ModerationKind.UPHOLD, moderator, comment, reason, {"statement": statement.pk})


def lock_comment(comment: Comment | None) -> Comment | None:
    """The row as it is now, locked until the transaction ends."""
    return Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk) if comment else None


def log_comment_act(moderator: User, comment: Comment, reason: str, details: dict[str, Any]) -> ModerationAction:
    """A row of the moderation log; Invalid where the reason is missing or too long."""
    return _log(ModerationKind.COMMENT, moderator, comment, reason, details)


def _log(
    kind: ModerationKind, moderator: User, comment: Comment, reason: str, details: dict[str, Any]
) -> ModerationAction:
    details = details | {"comment": comment.pk, "post": comment.post_id}
    if comment.author_id == moderator.pk:
        details |= {"own_comment": True}
    return ModerationAction.objects.create(
        actor=moderator, kind=kind, subject=comment.author, reason=checked_reason(reason), details=details
    )


def _begin(moderator: User, comment: Comment) -> Comment:
    if not moderator.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(moderator)
    found = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if found.author_id == moderator.pk and not decides_alone(moderator):
        raise NotAllowed("own_comment")
    return found


def _set_state(comment: Comment, state: CommentState) -> None:
    comment.state = state
    comment.save(update_fields=["state"])


def _settle_reports(comment: Comment, moderator: User, outcome: Outcome, reason: str) -> None:
    open_ones = Case.objects.select_for_update().filter(comment=comment, kind=CaseKind.REPORT, state=CaseState.OPEN)
    for case in open_ones.order_by("pk"):
        settle(case, moderator, outcome, reason)
