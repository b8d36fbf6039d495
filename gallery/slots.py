"""Upload slots: how many posts of a new member may wait for a moderator at the same time.

Where the operator wants a queue, the posts of members who haven't proven themselves (`gallery.post_ratings.trust`)
wait for a moderator, each in a slot. The arithmetic is Danbooru's (upload limits: points for what is approved, a third
of a level or more for what is removed, levels that cost more and more), with numbers for a smaller site: there the
first more slots come after ten approvals, here after one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from gallery.errors import NoFreeSlot
from gallery.models import Case, Post, User
from gallery.models.post import STANDING, PostStatus
from gallery.models.review import CaseKind
from gallery.post_ratings.trust import DAYS as PROVEN_DAYS
from gallery.post_ratings.trust import POSTS as PROVEN_POSTS
from gallery.post_ratings.trust import is_trusted

FIRST, MOST = 5, 40
FOR_STANDING, FOR_REMOVED = 10, -33
# What the first more slot costs, and how much more than the one before each further one does.
FIRST_COST, STEP = 10, 2
# Slots that a post holds; a removed one for three days.
OF_WAITING, OF_APPEALED, OF_REMOVED = 1, 1, 2
REMOVED_DAYS = 3


@dataclass(frozen=True)
class Slots:
    """`used` of `total`; `waiting`, `appealed` and `removed` (lately) are the posts that use them.

    `approvals_to_next`: so many more approved posts make one more slot; 0 where there are no more to be had.
    """

    total: int
    waiting: int
    appealed: int
    removed: int
    approvals_to_next: int

    @property
    def used(self) -> int:
        """More than there are where slots were lost meanwhile."""
        return OF_WAITING * self.waiting + OF_APPEALED * self.appealed + OF_REMOVED * self.removed

    @property
    def free(self) -> int:
        """How many more posts may wait."""
        return max(0, self.total - self.used)

    @property
    def marks(self) -> list[bool]:
        """One for each slot, true for those in use."""
        return [number < self.used for number in range(self.total)]

    removed_days, removed_costs = REMOVED_DAYS, OF_REMOVED
    proven_posts, proven_days = PROVEN_POSTS, PROVEN_DAYS


def needs_slot(person: User) -> bool:
    """Whether what this person posts waits for a moderator."""
    return settings.UPLOAD_SLOTS and not is_trusted(person)


def slots_of(person: User) -> Slots | None:
    """Their slots as they are now; None for those whose posts don't wait."""
    return _counted(person) if needs_slot(person) else None


def let_wait(post: Post) -> None:
    """Give a new post that is pending a slot, and moderators a case about it, in the transaction that makes it.

    Raises `NoFreeSlot`; the caller's transaction then leaves nothing behind. Two posts at the same moment are counted
    one after the other: the first one's transaction holds the author's row.
    """
    Case.objects.create(kind=CaseKind.POST, post=post)
    author = User.objects.select_for_update(of=("self",), no_key=True).get(pk=post.author_id)
    slots = _counted(author)
    if slots.used > slots.total:
        raise NoFreeSlot("no_free_slot", total=slots.total)


def slots_for(points: int) -> tuple[int, int]:
    """How many slots so many points make, and how many points are missing to the next (0: there is none)."""
    total, cost = FIRST, FIRST_COST
    while points >= cost and total < MOST:
        points, total, cost = points - cost, total + 1, cost + STEP
    return total, cost - points if total < MOST else 0


def _counted(person: User) -> Slots:
    gone = [PostStatus.REMOVED, PostStatus.APPEALED]
    lately = timezone.now() - timedelta(days=REMOVED_DAYS)
    # Quarantined posts count nowhere: their author is not told of them, by a number neither.
    found = Post.objects.filter(author=person).aggregate(
        standing=Count("pk", filter=Q(status__in=STANDING)),
        waiting=Count("pk", filter=Q(status=PostStatus.PENDING)),
        appealed=Count("pk", filter=Q(status=PostStatus.APPEALED)),
        gone=Count("pk", filter=Q(status__in=gone)),
        removed=Count("pk", filter=Q(status=PostStatus.REMOVED, updated_at__gt=lately)),
    )
    points = FOR_STANDING * found["standing"] + FOR_REMOVED * found["gone"]
    total, missing = slots_for(points)
    return Slots(
        total=total,
        waiting=found["waiting"],
        appealed=found["appealed"],
        removed=found["removed"],
        approvals_to_next=-(-missing // FOR_STANDING),
    )
