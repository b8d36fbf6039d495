"""What waits for moderators, whatever their own filter or zone: it is work, not a choice of pictures."""

from dataclasses import dataclass

from django.db.models import QuerySet

from gallery.ingest.duplicates import HELD_BACK
from gallery.models import Post, User
from gallery.moderation.cases import free_for


@dataclass(frozen=True)
class Waiting:
    """How many open cases one moderator could decide now."""

    cases: int


def waiting_work(moderator: User) -> Waiting:
    """The number beside the moderators' menu entries."""
    return Waiting(free_for(moderator).count())


def same_pictures(post: Post) -> QuerySet[Post]:
    """The other posts of the very same pixels that were taken down or are held back: why `post` waits."""
    same = Post.objects.filter(asset__pixel_sha256=post.asset.pixel_sha256, status__in=HELD_BACK)
    return same.exclude(pk=post.pk).order_by("pk")
