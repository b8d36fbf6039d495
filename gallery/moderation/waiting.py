"""What waits for moderators, whatever their own filter or zone: it is work, not a choice of pictures."""

from dataclasses import dataclass

from django.db.models import QuerySet

from gallery.ingest.duplicates import HELD_BACK
from gallery.labels.disputes import open_disputes
from gallery.models import Post
from gallery.models.post import PostStatus


@dataclass(frozen=True)
class Waiting:
    """How many posts wait for review, and how many label disputes are open."""

    posts: int
    disputes: int


def waiting_posts() -> QuerySet[Post]:
    """Posts that nobody else sees until a moderator approves them, the oldest first."""
    return Post.objects.filter(status=PostStatus.PENDING).order_by("pk")


def waiting_work() -> Waiting:
    """The numbers beside the moderators' menu entries."""
    return Waiting(waiting_posts().count(), open_disputes().count())


def same_pictures(post: Post) -> QuerySet[Post]:
    """The other posts of the very same pixels that were taken down or are held back: why `post` waits."""
    same = Post.objects.filter(asset__pixel_sha256=post.asset.pixel_sha256, status__in=HELD_BACK)
    return same.exclude(pk=post.pk).order_by("pk")
