"""What people hold against a label: raised by anyone with an account, decided by a moderator with a reason."""

from django.db import transaction
from django.db.models import QuerySet

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.acts import checked_level, close_dispute, decided, require_unlocked, uphold_who_say_so
from gallery.models import Case, LabelDispute, Post, User
from gallery.models.label import DisputeState
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiLevel, PostStatus
from gallery.models.review import CaseKind
from gallery.moderation.acts import MAX_REASON, RERATABLE, begin, log_act
from gallery.moderation.cases import close_moot_case, decides_alone, open_case
from gallery.post_state import EDITABLE, locked, require_status
from gallery.visibility import reachable_posts

# So many may wait for a moderator at once, of one person.
MAX_OPEN = 10
# Of posts in these states nothing is decided; their disputes wait unseen and count for nobody.
UNDECIDABLE = (PostStatus.WITHDRAWN, PostStatus.QUARANTINED)


@transaction.atomic
def dispute(person: User, post: Post, level: str, reason: str) -> LabelDispute:
    """Say that the label of a post that one can see is wrong, which would be right, and what shows it.

    Authors may dispute the labels of their own posts. Raises NotAllowed (a disabled account), InvalidTransition (a
    label that is locked or the same, the state of the post, one that is open already) and Invalid (level, reason, no
    such post, too many at once).
    """
    require_may_act(person)
    reachable = Post.objects.select_for_update(of=("self",), no_key=True).filter(reachable_posts(person), pk=post.pk)
    found = reachable.first()
    if found is None:
        raise Invalid("no_such_post", id=post.pk)
    # One after another for each person, so that no two count the same open ones; after the post, as everywhere.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    require_status(found, EDITABLE)
    require_unlocked(found)
    wanted = checked_level(level)
    if found.ai_level == wanted:
        raise InvalidTransition("same_label", label=wanted.label)
    text = reason.replace("\x00", "").strip()
    if not text:
        raise Invalid("dispute_reason_needed")
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(text), limit=MAX_REASON)
    waiting = open_disputes().filter(by=person)
    if LabelDispute.objects.filter(post=found, by=person, state=DisputeState.OPEN).exists():
        raise InvalidTransition("dispute_open_already")
    if waiting.count() >= MAX_OPEN:
        raise Invalid("too_many_disputes", limit=MAX_OPEN)
    case = open_case(CaseKind.LABEL, post=found)
    return LabelDispute.objects.create(
        post=found, by=person, level=wanted, against=found.ai_level, reason=text, case=case
    )


@transaction.atomic
def withdraw_dispute(person: User, raised: LabelDispute) -> LabelDispute:
    """Take one's own open dispute back. Raises NotAllowed and InvalidTransition."""
    # The post before its disputes and cases, as everywhere.
    locked(raised.post)
    raised = _locked(raised)
    if raised.by_id != person.pk:
        raise NotAllowed("not_your_dispute")
    _require_open(raised)
    raised.state = DisputeState.WITHDRAWN
    raised.save(update_fields=["state"])
    close_moot_case(Case.objects.select_for_update().get(label_dispute=raised))
    return raised


@transaction.atomic
def uphold(moderator: User, raised: LabelDispute, reason: str) -> LabelDispute:
    """The person is right: the post gets the label that they say, and everybody else who says so is right too.

    Raises NotAllowed (no moderator, one's own dispute or post), InvalidTransition (decided, locked, the state of the
    post) and Invalid (no reason).
    """
    raised, post = _begin(moderator, raised)
    require_unlocked(post)
    level, details = AiLevel(raised.level), {"dispute": raised.pk}
    if post.ai_level == level:
        # Its author came to say so too meanwhile; nothing changes.
        log_act(moderator, ModerationKind.LABEL, post, reason, {"from": level.value, "to": level.value} | details)
        uphold_who_say_so(moderator, post, level, reason)
    else:
        decided(moderator, post, level, reason, details)
    raised.refresh_from_db()
    return raised


@transaction.atomic
def reject(moderator: User, raised: LabelDispute, reason: str) -> LabelDispute:
    """The label stays as it is. Raises as `uphold` does."""
    raised, post = _begin(moderator, raised)
    details = {"from": post.ai_level, "to": post.ai_level, "dispute": raised.pk, "rejected": raised.level}
    log_act(moderator, ModerationKind.LABEL, post, reason, details)
    close_dispute(moderator, raised, DisputeState.REJECTED, reason)
    return raised


def open_disputes() -> QuerySet[LabelDispute]:
    """What waits for a moderator, the oldest first."""
    waiting = LabelDispute.objects.filter(state=DisputeState.OPEN).exclude(post__status__in=UNDECIDABLE)
    return waiting.order_by("pk")


def _begin(moderator: User, raised: LabelDispute) -> tuple[LabelDispute, Post]:
    # The post before its disputes, as everywhere.
    post = begin(moderator, raised.post, RERATABLE)
    raised = _locked(raised)
    _require_open(raised)
    if raised.by_id == moderator.pk and not decides_alone(moderator):
        raise NotAllowed("own_dispute")
    return raised, post


def _locked(raised: LabelDispute) -> LabelDispute:
    return LabelDispute.objects.select_for_update().get(pk=raised.pk)


def _require_open(raised: LabelDispute) -> None:
    if raised.state != DisputeState.OPEN:
        raise InvalidTransition("dispute_closed", state=str(DisputeState(raised.state).label))
