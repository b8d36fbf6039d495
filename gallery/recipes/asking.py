"""Asking an author for a prompt that is read on request, and the author's answers. Each function is one transaction."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Post, PromptRequest, User
from gallery.models.post import PostStatus, PromptVisibility
from gallery.models.recipe import PromptRequestState as State
from gallery.visibility import Viewer, reachable_posts, readable_among, signed_in

ASKED_A_DAY = 20
LONGEST_MESSAGE = 500


@transaction.atomic
def ask_for_prompt(asker: User, post: Post, message: str = "") -> PromptRequest:
    """Ask for the prompt of a post; asked again while it waits, it is the same request with the newer message.

    Raises NotAllowed (the account), Invalid (no such post, nothing to ask for, too many in a day, a long message) and
    InvalidTransition (declined before). A grant that was taken back can be asked for anew.
    """
    require_may_act(asker)
    message = message.replace("\x00", "").strip()
    if len(message) > LONGEST_MESSAGE:
        raise Invalid("prompt_message_too_long", length=len(message), limit=LONGEST_MESSAGE)
    # One at a time, so that nobody asks for more than the day's number by asking for many at once.
    User.objects.select_for_update(no_key=True).get(pk=asker.pk)
    found = Post.objects.filter(reachable_posts(asker), pk=post.pk).first()
    if found is None:
        raise Invalid("no_such_post", id=post.pk)
    # Locked before it is asked what was answered: an answer of this very moment must not be written over.
    request = PromptRequest.objects.select_for_update().filter(post=found, asker=asker).first()
    if found.prompt_visibility != PromptVisibility.ON_REQUEST or found.pk in readable_among(asker, [found]):
        raise Invalid("prompt_not_on_request")
    if request is not None and request.state == State.DECLINED:
        raise InvalidTransition("prompt_request_declined")
    now = timezone.now()
    if request is None or request.state in (State.WITHDRAWN, State.REVOKED):
        today = PromptRequest.objects.filter(asker=asker, asked_at__gt=now - timedelta(days=1))
        if today.exclude(post=found).count() >= ASKED_A_DAY:
            raise Invalid("too_many_prompt_requests", limit=ASKED_A_DAY)
        request = request or PromptRequest(post=found, asker=asker)
        request.state, request.asked_at, request.answered_at = State.ASKED, now, None
    request.message = message
    request.answer_seen = True
    request.save()
    return request


@transaction.atomic
def withdraw_request(asker: User, post: Post) -> PromptRequest | None:
    """Ask no longer; None where nothing waits."""
    request = PromptRequest.objects.select_for_update().filter(post=post, asker=asker, state=State.ASKED).first()
    if request is not None:
        request.state = State.WITHDRAWN
        request.save(update_fields=["state"])
    return request


def grant(author: User, request: PromptRequest) -> PromptRequest:
    """Let the asker read the prompt, as long as it is on request. Raises NotAllowed and InvalidTransition."""
    return _answer(author, request, State.GRANTED)


def decline(author: User, request: PromptRequest) -> PromptRequest:
    """Say no, or take a grant back, which holds at once. Raises NotAllowed and InvalidTransition."""
    return _answer(author, request, State.DECLINED)


@transaction.atomic
def _answer(author: User, request: PromptRequest, state: State) -> PromptRequest:
    require_may_act(author)
    locked = PromptRequest.objects.select_for_update(of=("self",)).select_related("post").get(pk=request.pk)
    if locked.post.author_id != author.pk or not signed_in(author):
        raise NotAllowed("not_your_post")
    if state == State.DECLINED and locked.state in (State.GRANTED, State.REVOKED):
        state = State.REVOKED
    if locked.state == state:
        return locked
    if locked.state == State.WITHDRAWN:
        raise InvalidTransition("prompt_request_withdrawn")
    locked.state, locked.answered_at, locked.answer_seen = state, timezone.now(), False
    locked.save(update_fields=["state", "answered_at", "answer_seen"])
    return locked


def asked_of(author: User) -> QuerySet[PromptRequest]:
    """What others asked this author for, what waits first, then the newest; what was withdrawn is nobody's business."""
    posts = Post.objects.filter(reachable_posts(author), author=author)
    mine = PromptRequest.objects.filter(post__in=posts).exclude(state=State.WITHDRAWN)
    # "asked" comes before "declined", "granted" and "revoked" in the alphabet too.
    return mine.select_related("post__asset", "post__author", "asker").order_by("state", "-asked_at")


def asked_by(asker: User) -> QuerySet[PromptRequest]:
    """What this member asked for, of posts that they can still open: new answers first, then the newest."""
    posts = Post.objects.filter(reachable_posts(asker))
    mine = PromptRequest.objects.filter(asker=asker, post__in=posts)
    return mine.select_related("post__asset", "post__author").order_by("answer_seen", "-asked_at")


def request_of(viewer: Viewer, post: Post) -> PromptRequest | None:
    """What this viewer asked for at a post."""
    if not isinstance(viewer, User) or not signed_in(viewer):
        return None
    return PromptRequest.objects.filter(asker=viewer, post=post).first()


def waiting_for(author: User) -> int:
    """How many requests wait for this author's answer."""
    mine = PromptRequest.objects.filter(state=State.ASKED, post__author=author)
    return mine.exclude(post__status=PostStatus.QUARANTINED).count()


def answers_for(asker: User) -> int:
    """How many answers this member has not looked at, of posts that they can still open."""
    unseen = PromptRequest.objects.filter(asker=asker, answer_seen=False)
    return unseen.filter(post__in=Post.objects.filter(reachable_posts(asker))).count()


def answers_seen(asker: Viewer, post: Post | None = None) -> None:
    """This member looked at the answers: at all of them, or at the one about `post`."""
    if not isinstance(asker, User) or not signed_in(asker):
        return
    unseen = PromptRequest.objects.filter(asker=asker, answer_seen=False)
    (unseen if post is None else unseen.filter(post=post)).update(answer_seen=True)
