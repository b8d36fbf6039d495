"""Appeals decided: an overturned decision is taken back with all that it took, an upheld one holds."""

from __future__ import annotations

from collections.abc import Callable

from gallery.labels.acts import decided
from gallery.models import Post, Statement, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence, AiLevel, PostStatus
from gallery.models.review import Restriction, StatementState
from gallery.moderation.acts import log_act, rerate, restore
from gallery.moderation.comments import take_back_removal, uphold_removal
from gallery.post_state import locked
from gallery.posts import set_status


def overturn(moderator: User, statement: Statement, reason: str) -> None:
    """Take a decision back, as far as nothing else was decided since; call it with post and statement locked."""
    post = locked(statement.post) if statement.post else None
    if post is not None:
        TAKE_BACK[Restriction(statement.restriction)](moderator, post, statement, reason)
        log_act(moderator, ModerationKind.OVERTURN, post, reason, {"statement": statement.pk})
    if statement.comment_id is not None:
        take_back_removal(moderator, statement, reason)
    _close(statement, StatementState.OVERTURNED)


def uphold(moderator: User, statement: Statement, reason: str) -> None:
    """Let a decision stand; a removed post is removed again. Call it with post and statement locked."""
    post = locked(statement.post) if statement.post else None
    if post is not None:
        if post.status == PostStatus.APPEALED and statement.restriction == Restriction.REMOVAL:
            set_status(post, PostStatus.REMOVED)
        log_act(moderator, ModerationKind.UPHOLD, post, reason, {"statement": statement.pk})
    if statement.comment_id is not None:
        uphold_removal(moderator, statement, reason)
    _close(statement, StatementState.UPHELD)


def _restore(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    if post.status in {PostStatus.REMOVED, PostStatus.APPEALED}:
        restore(moderator, post, reason, details={"statement": statement.pk})


def _rate_back(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    if post.rating == statement.act.details["to"]:
        rerate(moderator, post, statement.act.details["from"], reason, details={"statement": statement.pk})


def _label_back(moderator: User, post: Post, statement: Statement, reason: str) -> None:
    if (post.ai_level, post.ai_evidence) == (statement.act.details["to"], AiEvidence.MODERATOR):
        decided(moderator, post, AiLevel(statement.act.details["from"]), reason, {"statement": statement.pk})


TAKE_BACK: dict[Restriction, Callable[[User, Post, Statement, str], None]] = {
    Restriction.REMOVAL: _restore,
    Restriction.RATING: _rate_back,
    Restriction.LABEL: _label_back,
}


def _close(statement: Statement, state: StatementState) -> None:
    statement.state = state
    statement.save(update_fields=["state"])
