"""Setting and changing the label of a post: one function and one transaction for each way to do it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.evidence import Label, declarable
from gallery.labels.history import ground_of, record_label
from gallery.models import Case, LabelDispute, Post, User
from gallery.models.label import DisputeState
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence, AiLevel
from gallery.models.review import CaseState, Detection, Outcome, Restriction, SiteRule
from gallery.moderation.acts import RERATABLE, begin, checked_reason, log_act
from gallery.moderation.cases import decides_alone, settle
from gallery.moderation.statements import state_reasons
from gallery.post_state import EDITABLE, checked_choice, locked, require_status
from gallery.recipes.rows import named_by_machine, state_of


@transaction.atomic
def declare(author: User, post: Post, level: str, reason: str = "") -> Post:
    """The author says what the picture is.

    Where the label rests on more than their word they can say only that a machine made more of it; saying again what
    that rests on takes the declaration back. Raises NotAllowed (not the author), InvalidTransition (locked, the same,
    the state of the post) and Invalid (no such level, one against the evidence or against the generation data).
    """
    post = locked(post)
    if post.author_id != author.pk:
        raise NotAllowed("not_your_post")
    require_may_act(author)
    require_status(post, EDITABLE)
    wanted = checked_level(level)
    ground = ground_of(post)
    require_unlocked(post)
    if post.ai_level == wanted:
        raise InvalidTransition("same_label", label=wanted.label)
    if wanted not in declarable(ground):
        raise Invalid("label_against_evidence", label=AiLevel(ground[0] if ground else post.ai_level).label)
    require_no_machine(post, wanted)
    label = ground if ground and ground[0] == wanted else (wanted, AiEvidence.DECLARED)
    # What a moderator decided needs their words beside it, also when it holds again.
    if label[1] == AiEvidence.MODERATOR:
        reason = post.label_versions.filter(evidence=AiEvidence.MODERATOR).order_by("-number")[0].reason
    return _set(author, post, label, reason.replace("\x00", "").strip()[:2000])


@transaction.atomic
def decide(moderator: User, post: Post, level: str, reason: str) -> Post:
    """A moderator decides what the picture is, with a reason that everybody can read; it stands in the log.

    Raises NotAllowed, InvalidTransition (locked, the same, the state of the post) and Invalid (level, reason).
    """
    post = begin(moderator, post, RERATABLE)
    require_unlocked(post)
    wanted = checked_level(level)
    if (post.ai_level, post.ai_evidence) == (wanted, AiEvidence.MODERATOR):
        raise InvalidTransition("same_label", label=wanted.label)
    return decided(moderator, post, wanted, reason, {})


def decided(moderator: User, post: Post, level: AiLevel, reason: str, details: dict[str, Any]) -> Post:
    """Put a moderator's decision on a locked, unlocked-label post and write it into the log with these details."""
    before = {"from": post.ai_level, "evidence": post.ai_evidence}
    post = _set(moderator, post, (level, AiEvidence.MODERATOR), checked_reason(reason))
    act = log_act(moderator, ModerationKind.LABEL, post, reason, before | {"to": level.value} | details)
    if post.author_id != moderator.pk and "statement" not in details:
        detection = Detection.REPORT if "dispute" in details else Detection.MODERATOR
        state_reasons(act, post.author, Restriction.LABEL, SiteRule.LABEL, detection=detection)
    uphold_who_say_so(moderator, post, level, reason)
    return post


def uphold_who_say_so(moderator: User, post: Post, level: AiLevel, reason: str) -> None:
    """Close the open disputes that ask for the label that a locked post has got. Nobody but an owner closes their own,
    also not by the way; it waits for another moderator."""
    same = LabelDispute.objects.select_for_update().filter(post=post, level=level, state=DisputeState.OPEN)
    for one in same.order_by("pk"):
        if one.by_id != moderator.pk or decides_alone(moderator):
            close_dispute(moderator, one, DisputeState.UPHELD, reason)


def close_dispute(moderator: User, raised: LabelDispute, state: DisputeState, reason: str) -> None:
    """Write a decision on a locked, open dispute. Raises Invalid (no reason)."""
    raised.state, raised.decided_by, raised.decided_at = state, moderator, timezone.now()
    raised.decision = checked_reason(reason)
    raised.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    case = Case.objects.select_for_update().get(label_dispute=raised)
    if case.state == CaseState.OPEN:
        outcome = Outcome.RELABELLED if state == DisputeState.UPHELD else Outcome.KEPT
        settle(case, moderator, outcome, raised.decision)


def require_unlocked(post: Post) -> None:
    """Raises InvalidTransition for a picture that was drawn here: its label is nobody's to change."""
    if post.ai_evidence == AiEvidence.SITE_JOB:
        raise InvalidTransition("label_locked")


def require_no_machine(post: Post, level: AiLevel) -> None:
    """Raises Invalid where a post would be a human's by its author's word while its generation data name a machine."""
    state = state_of(post)
    if level == AiLevel.HUMAN and state is not None and named_by_machine(state):
        raise Invalid("label_against_recipe", label=AiLevel.HUMAN.label)


def checked_level(value: str) -> AiLevel:
    """A level by its word; Invalid for anything else."""
    if not value:
        raise Invalid("label_level_needed")
    return AiLevel(checked_choice(value, AiLevel, "unknown_ai_level"))


def _set(editor: User, post: Post, label: Label, reason: str) -> Post:
    before = AiLevel(post.ai_level), AiEvidence(post.ai_evidence)
    post.ai_level, post.ai_evidence = label
    post.save(update_fields=["ai_level", "ai_evidence", "updated_at"])
    record_label(editor, post, reason, before=before)
    return post
