"""Pairs of posts that look like duplicates, as moderators settle them: a family, or no duplicates at all."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import NotAllowed
from gallery.models import DuplicatePair, Post, User
from gallery.models.post import STANDING
from gallery.tag_edits.edit import apply_script


def open_pairs() -> QuerySet[DuplicatePair]:
    """Pairs of active posts that nobody has settled, the newest first, for moderators alone. Their own filter and zone
    are left out: that one of two copies is rated or labelled otherwise is just what has to be looked at.

    Settled are pairs that were told apart, and those that are parent and child or share a parent.
    """
    seen = Post.objects.filter(status__in=STANDING)
    related = Q(newer__parent=F("older")) | Q(older__parent=F("newer")) | Q(newer__parent=F("older__parent"))
    both = Exists(seen.filter(pk=OuterRef("older"))) & Exists(seen.filter(pk=OuterRef("newer")))
    # Not `~related`: without a parent a comparison with it is neither true nor false. Asked of each pair that is
    # listed, not of all pairs that there are.
    settled = Exists(DuplicatePair.objects.filter(related, pk=OuterRef("pk")))
    return DuplicatePair.objects.filter(both, ~settled, dismissed_at=None).order_by("-pk")


@transaction.atomic
def tell_apart(moderator: User, pair: DuplicatePair) -> None:
    """These are no duplicates, and won't be shown as such again. Raises NotAllowed."""
    _check(moderator)
    DuplicatePair.objects.filter(pk=pair.pk, dismissed_at=None).update(
        dismissed_by=moderator, dismissed_at=timezone.now()
    )


def make_parent(moderator: User, pair: DuplicatePair, *, older: bool) -> None:
    """The older post becomes the other one's parent, or the newer one: an edit of tags like any other.

    Raises NotAllowed, and whatever hinders such an edit: Invalid (a circle, too many children) and InvalidTransition.
    """
    _check(moderator)
    parent_id, child = (pair.older_id, pair.newer) if older else (pair.newer_id, pair.older)
    apply_script(moderator, child, f"parent:{parent_id}")


def _check(moderator: User) -> None:
    if not moderator.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(moderator)
