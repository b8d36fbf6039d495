"""The states of a request, one function for each step: proposed, voted on, discussed, approved or rejected, done.

pending → rejected | processing → approved | failed. Each step locks the row first, so that two people who decide at
once are one after the other.
"""

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from gallery.accounts.house import house_account
from gallery.accounts.standing import banned_people, require_may_act
from gallery.bulk_updates.bell import ring
from gallery.bulk_updates.script import Line, read_script, require_sound, try_script
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import BulkUpdateComment, BulkUpdateRequest, BulkUpdateVote, User
from gallery.models.bulk_update import BulkUpdateStatus

MAX_TITLE = 200
MAX_REASON = 5_000
MAX_COMMENT = 5_000
MAX_PENDING = 20
"""Open requests that one member may have."""


def propose(requester: User, *, title: str, script: str, reason: str) -> BulkUpdateRequest:
    """A new request, waiting for a decision. Raises Invalid (what was typed) and NotAllowed (too many open ones)."""
    require_may_act(requester)
    title, reason = title.replace("\x00", "").strip(), reason.replace("\x00", "").strip()
    if not title:
        raise Invalid("request_title_needed")
    if len(title) > MAX_TITLE:
        raise Invalid("title_too_long", length=len(title), limit=MAX_TITLE)
    if len(reason) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(reason), limit=MAX_REASON)
    require_sound(try_script(script, requester, house_account()))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=requester.pk)
        open_ones = requester.bulk_updates.filter(status=BulkUpdateStatus.PENDING).count()
        if open_ones >= MAX_PENDING and not requester.is_moderator:
            raise NotAllowed("too_many_requests", limit=MAX_PENDING)
        return BulkUpdateRequest.objects.create(
            requester=requester, title=title, script=script.replace("\x00", "").strip(), reason=reason
        )


@transaction.atomic
def vote(user: User, request: BulkUpdateRequest, score: int) -> int:
    """+1 or -1, or 0 to take a vote back; returns the sum. Raises Invalid and InvalidTransition (decided already)."""
    if score not in (1, 0, -1):
        raise Invalid("unknown_vote", value=score)
    require_may_act(user)
    _locked(request, BulkUpdateStatus.PENDING)
    if score:
        BulkUpdateVote.objects.update_or_create(request=request, user=user, defaults={"score": score})
    else:
        BulkUpdateVote.objects.filter(request=request, user=user).delete()
    return votes_that_count().filter(request=request).aggregate(sum=Sum("score"))["sum"] or 0


def votes_that_count() -> QuerySet[BulkUpdateVote]:
    """All votes but those of accounts that are banned now."""
    return BulkUpdateVote.objects.exclude(user__in=banned_people())


def comment(author: User, request: BulkUpdateRequest, body: str) -> BulkUpdateComment:
    """A contribution to the discussion, which stays open after the decision. Raises Invalid."""
    require_may_act(author)
    text = body.replace("\x00", "").strip()
    if not text:
        raise Invalid("comment_empty")
    if len(text) > MAX_COMMENT:
        raise Invalid("comment_too_long", length=len(text), limit=MAX_COMMENT)
    return BulkUpdateComment.objects.create(request=request, author=author, body=text)


def may_decide(user: User, request: BulkUpdateRequest, lines: list[Line]) -> bool:
    """Whether this person may approve or reject: an admin, or a moderator where every line is small; nobody their
    own but an owner."""
    if request.requester_id == user.pk and not user.is_owner:
        return False
    return user.is_admin or (user.is_moderator and all(line.command.is_small() for line in lines))


@transaction.atomic
def approve(approver: User, request: BulkUpdateRequest) -> BulkUpdateRequest:
    """Checked again and handed to the background. Raises NotAllowed, InvalidTransition and Invalid (it no longer
    fits what tags are by now)."""
    request = _locked(request, BulkUpdateStatus.PENDING)
    lines = read_script(request.script)
    _require_right(approver, request, lines)
    require_sound(try_script(request.script, approver, house_account()))
    request.status = BulkUpdateStatus.PROCESSING
    request.approver, request.decided_at = approver, timezone.now()
    request.save(update_fields=["status", "approver", "decided_at"])
    transaction.on_commit(ring)
    return request


@transaction.atomic
def reject(approver: User, request: BulkUpdateRequest) -> BulkUpdateRequest:
    """Not to be done; a requester may take back their own. Raises NotAllowed and InvalidTransition."""
    request = _locked(request, BulkUpdateStatus.PENDING)
    if request.requester_id != approver.pk:
        _require_moderator(approver)
    request.status = BulkUpdateStatus.REJECTED
    request.approver, request.decided_at, request.finished_at = approver, timezone.now(), timezone.now()
    request.save(update_fields=["status", "approver", "decided_at", "finished_at"])
    return request


def _require_right(user: User, request: BulkUpdateRequest, lines: list[Line]) -> None:
    _require_moderator(user)
    if request.requester_id == user.pk and not user.is_owner:
        raise NotAllowed("own_request")
    if not may_decide(user, request, lines):
        raise NotAllowed("request_needs_admin")


def _require_moderator(user: User) -> None:
    if not user.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(user)


def _locked(request: BulkUpdateRequest, status: BulkUpdateStatus) -> BulkUpdateRequest:
    """The row as it is now, locked; InvalidTransition unless it is in `status`."""
    locked = BulkUpdateRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.status != status:
        raise InvalidTransition("request_decided", status=str(BulkUpdateStatus(locked.status).label))
    return locked
