"""Leaving: a deletion is asked for, called off by signing in again, or carried out when its time has come.

What others refer to (posts, edits, decisions, the log) stays and points to an account without a name; everything that
only concerned its owner goes. All of it is one transaction. Whoever calls off and whoever carries out lock the row of
the deletion first: of two at the same moment one finds nothing left to do.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from gallery.accounts.exports.requests import drop_exports
from gallery.accounts.names import HOUSE_NAME
from gallery.accounts.parts import account_parts
from gallery.accounts.roles import locked_owners
from gallery.accounts.sessions import end_all
from gallery.community.opinions import take_back_favourites
from gallery.errors import Invalid, InvalidTransition
from gallery.models import (
    AccountDeletion,
    AssetOrigin,
    Comment,
    Favourite,
    FavouriteGroup,
    Post,
    PromptRequest,
    Refusal,
    SavedSearch,
    SignInLink,
    UploadAllowance,
    UploadDraft,
    User,
    ViewFilter,
    Voice,
)
from gallery.models.account import PostsChoice
from gallery.models.comment import CommentState
from gallery.models.user import DELETED_NAME, Role, Zone, only_general
from gallery.posts import WITHDRAWABLE, withdraw
from gallery.tag_edits.store import lock_tags

logger = logging.getLogger(__name__)

WITHDRAWN_REASON = "The account was deleted."


@transaction.atomic
def ask_for_deletion(user: User, posts: str) -> AccountDeletion:
    """Begin the days of grace, and sign the account out everywhere.

    Raises Invalid (unknown choice), and InvalidTransition (asked already, the only owner, the site's own account).
    """
    if posts not in PostsChoice.values:
        raise Invalid("deletion_choice")
    owners = locked_owners(user.pk)
    locked = User.objects.get(pk=user.pk)
    if locked.username == HOUSE_NAME:
        raise InvalidTransition("deletion_house")
    if _last_owner(locked, owners):
        raise InvalidTransition("deletion_last_owner")
    if locked.deleted_at or AccountDeletion.objects.filter(user=locked).exists():
        raise InvalidTransition("deletion_asked")
    now = timezone.now()
    asked = AccountDeletion.objects.create(
        user=locked, posts=posts, asked_at=now, due_at=now + timedelta(days=settings.DELETION_DAYS)
    )
    SignInLink.objects.filter(user=locked, used_at=None).delete()
    end_all(locked)
    return asked


@transaction.atomic
def call_off(user: User) -> bool:
    """Keep the account after all, as signing in does; False where no deletion was asked for.

    Raises InvalidTransition where it was carried out a moment ago.
    """
    # Whoever carries it out holds this row; afterwards it is gone, and the account with it.
    asked = AccountDeletion.objects.select_for_update().filter(user_id=user.pk).first()
    if User.objects.filter(pk=user.pk, deleted_at__isnull=False).exists():
        raise InvalidTransition("deletion_asked")
    if asked is None:
        return False
    asked.delete()
    return True


def delete_due_accounts(now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry out the deletions whose time has come; returns how many. What fails for one holds up no other."""
    done = 0
    for pk in AccountDeletion.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True):
        if stopping():
            break
        try:
            done += delete_account(pk, now)
        except Exception:
            logger.exception("The account %s could not be deleted; the next time tries again", pk)
    return done


def delete_account(user_id: int, now: datetime) -> bool:
    """Carry out one deletion, if it still is to be and nothing of the account is under way; says whether it was."""
    user = User.objects.filter(pk=user_id, deletion__due_at__lte=now).first()
    # What waits or runs for the account is stopped first, and may need a moment.
    if user is None or not _settled(user):
        return False
    try:
        return _carry_out(user_id, now)
    except IntegrityError:
        # Something of theirs came to be used meanwhile; nothing was changed.
        logger.exception("The account %s could not be deleted; the next time tries again", user_id)
        return False


def _settled(user: User) -> bool:
    # Each part is asked, whatever the ones before say.
    under_way = [part for part in account_parts() if not part.settle(user)]
    return not under_way


@transaction.atomic
def _carry_out(user_id: int, now: datetime) -> bool:
    asked = AccountDeletion.objects.select_for_update(skip_locked=True).filter(pk=user_id, due_at__lte=now).first()
    if asked is None:
        return False
    user = User.objects.get(pk=user_id)
    # Posts, people, comments, counters: each kind whole and in the order of its numbers before anything of the next,
    # for whoever holds one of a later kind may wait for one of an earlier.
    posts = _lock_posts(user, withdrawn=asked.posts == PostsChoice.WITHDRAW)
    take_back_favourites(user)
    owners = locked_owners(user_id)
    locked = User.objects.get(pk=user_id)
    if _last_owner(locked, owners):  # the others were unmade during the days of grace
        transaction.set_rollback(True)
        return False
    if asked.posts == PostsChoice.WITHDRAW:
        _withdraw_all(locked, posts)
    _erase(locked)
    _make_nameless(locked, now)
    asked.delete()
    return True


def _lock_posts(user: User, *, withdrawn: bool) -> list[int]:
    """Lock the posts that are withdrawn and those whose favourites go; the numbers of the former."""
    meant = Q(pk__in=Favourite.objects.filter(user=user).values("post"))
    if withdrawn:
        meant |= Q(author=user, status__in=WITHDRAWABLE)
    rows = Post.objects.select_for_update(of=("self",)).filter(meant).order_by("pk")
    found = rows.values_list("pk", "author_id", "status")
    return [pk for pk, author, status in found if withdrawn and author == user.pk and status in WITHDRAWABLE]


def _withdraw_all(user: User, posts: list[int]) -> None:
    """Locked posts, and the comments."""
    comments = Comment.objects.filter(author=user, state=CommentState.STANDING)
    standing = list(comments.select_for_update().order_by("pk").values_list("pk", flat=True))
    Comment.objects.filter(pk__in=standing).update(state=CommentState.WITHDRAWN)
    lock_tags(set(chain.from_iterable(Post.objects.filter(pk__in=posts).values_list("tag_ids", flat=True))))
    for post in Post.objects.filter(pk__in=posts).order_by("pk"):
        withdraw(user, post, WITHDRAWN_REASON)


def _erase(user: User) -> None:
    """All that only concerned them."""
    end_all(user)
    drop_exports(user)
    User.objects.filter(pk=user.pk).update(active_filter=None)
    for rows in (
        EmailAddress.objects.filter(user=user),
        Authenticator.objects.filter(user=user),
        SignInLink.objects.filter(user=user),
        ViewFilter.objects.filter(owner=user),
        SavedSearch.objects.filter(user=user),
        FavouriteGroup.objects.filter(owner=user),
        UploadDraft.objects.filter(owner=user),  # their pictures go with what nobody uses, within a day
        UploadAllowance.objects.filter(user=user),
        PromptRequest.objects.filter(asker=user),
        Refusal.objects.filter(person=user),
    ):
        rows.delete()
    # What somebody calls a file can tell who they are.
    AssetOrigin.objects.filter(asset__post__author=user).exclude(file_name="").update(file_name="")
    # What was said in a case stays part of it, as with visitors; where to write to does not.
    Voice.objects.filter(by=user).update(contact="")
    for part in account_parts():
        part.erase(user)


def _make_nameless(user: User, now: datetime) -> None:
    user.username = _free_name(user.pk)
    user.email = user.first_name = user.last_name = ""
    user.password = make_password(None)
    user.role = Role.MEMBER
    user.is_active = user.is_staff = user.is_superuser = False
    user.shown_ratings, user.zone, user.private_favourites = only_general(), Zone.BOTH, False
    user.active_filter = None
    user.last_login = None
    user.deleted_at = now
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _free_name(number: int) -> str:
    """`deleted-<number>`; an account from before the name was kept for this may have it."""
    name, tries = f"{DELETED_NAME}{number}", 1
    while User.objects.filter(username__iexact=name).exists():
        tries += 1
        name = f"{DELETED_NAME}{number}-{tries}"
    return name


def _last_owner(user: User, owners: list[User]) -> bool:
    """Whether no other owner is there who stays."""
    if user.role != Role.OWNER:
        return False
    leaving = set(AccountDeletion.objects.filter(user__in=owners).values_list("pk", flat=True))
    return not [owner for owner in owners if owner.pk != user.pk and owner.pk not in leaving]
