"""Appeals decided: an overturned decision is taken back with all that it took, an upheld one holds."""

from __future__ import annotations

from collections.abc import Callable

from gallery.accounts.standing import standing_bans
from gallery.labels.acts import decided
from gallery.models import Post, Statement, Strike, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence, AiLevel, PostStatus
from gallery.models.review import Restriction, StatementState
from gallery.moderation.acts import log_act, rerate, restore
from gallery.moderation.comments import take_back_removal, uphold_removal
from gallery.moderation.sanctions import unban, void
from gallery.moderation.statements import latest_standing
from gallery.moderation.things import take_back_hiding
from gallery.post_state import locked
from gallery.posts import set_status


def overturn(moderator: User, statement: Statement, reason: str) -> None:
    """Take a decision back, as far as nothing else was decided since; call it with post and statement locked."""
    post = locked(statement.post) if statement.post else None
    restriction = Restriction(statement.restriction)
    if statement.comment_id is not None:
        take_back_removal(moderator, statement, reason)
        _void_with(moderator, statement, reason)
    else:
        if restriction in TAKE_BACK_OF_PERSONS:
            TAKE_BACK_OF_PERSONS[restriction](moderator, statement, reason)
        elif post is not None:
            TAKE_BACK[restriction](moderator, post, statement, reason)
        _log(moderator, ModerationKind.OVERTURN, post, statement, reason)
    _close(statement, StatementState.OVERTURNED)


def uphold(moderator: User, statement: Statement, reason: str) -> None:
    """Let a decision stand; a removed post is removed again. Call it with post and statement locked."""
    post = locked(statement.post) if statement.post else None
    if statement.comment_id is not None:
        uphold_removal(moderator, statement, reason)
    else:
        if post is not None and post.status == PostStatus.APPEALED and statement.restriction == Restriction.REMOVAL:
            set_status(post, PostStatus.REMOVED)
        _log(moderator, ModerationKind.UPHOLD, post, statement, reason)
    _close(statement, StatementState.UPHELD)


def _restore(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    newest = latest_standing(post, Restriction.REMOVAL)
    # One that was removed again since stays so: that is another decision, with an appeal of its own.
    if post.status in {PostStatus.REMOVED, PostStatus.APPEALED} and newest == statement:
        restore(moderator, post, reason, details={"statement": statement.pk})
    _void_with(moderator, statement, reason)


def _void_with(moderator: User, statement: Statement, reason: str) -> None:
    """The strike that came with a removal goes with it."""
    for strike in Strike.objects.filter(about=statement.act, voided_at=None).order_by("pk"):
        void(moderator, strike, reason, details={"statement": statement.pk})


def _rate_back(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    if post.rating == statement.act.details["to"]:
        rerate(moderator, post, statement.act.details["from"], reason, details={"statement": statement.pk})


def _label_back(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    if (post.ai_level, post.ai_evidence) == (statement.act.details["to"], AiEvidence.MODERATOR):
        decided(moderator, post, AiLevel(statement.act.details["from"]), reason, {"statement": statement.pk})


def _void(moderator: User, statement: Statement, reason: str) -> None:
    for strike in Strike.objects.filter(act=statement.act, voided_at=None):
        void(moderator, strike, reason, details={"statement": statement.pk})


def _lift(moderator: User, statement: Statement, reason: str) -> None:
    for ban in standing_bans().filter(act=statement.act):
        unban(moderator, ban, reason, details={"statement": statement.pk})


def _show(moderator: User, statement: Statement, reason: str) -> None:
    take_back_hiding(statement)
    _void_with(moderator, statement, reason)


TAKE_BACK: dict[Restriction, Callable[[User, Post, Statement, str], None]] = {
    Restriction.REMOVAL: _restore,
    Restriction.RATING: _rate_back,
    Restriction.LABEL: _label_back,
}
TAKE_BACK_OF_PERSONS: dict[Restriction, Callable[[User, Statement, str], None]] = {
    Restriction.STRIKE: _void,
    Restriction.BAN: _lift,
    Restriction.STYLE: _show,
}


def _log(moderator: User, kind: ModerationKind, post: Post | None, statement: Statement, reason: str) -> None:
    subject = None if post is not None else statement.person
    log_act(moderator, kind, post, reason, {"statement": statement.pk}, subject=subject)


def _close(statement: Statement, state: StatementState) -> None:
    # What was taken back while its appeal waited stays so, whatever its answer is.
    if statement.state == StatementState.OVERTURNED:
        return
    statement.state = state
    statement.save(update_fields=["state"])
