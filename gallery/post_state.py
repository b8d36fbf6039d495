"""The row of a post while somebody changes it: locked, in which states it can be, how it is counted and rated."""

from collections.abc import Iterable

from django.db import models

from gallery.errors import Invalid, InvalidTransition
from gallery.models import Post, PostGeneration
from gallery.models.moderation import ModerationKind
from gallery.models.post import STANDING, PostStatus
from gallery.rating import suggest_rating
from gallery.ratings import BY_WORD, Rating, strictest
from tagging.edit import Counted
from tagging.models import Category, Tag

EDITABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED})


def locked(post: Post) -> Post:
    """The row as it is now, locked until the transaction ends."""
    return Post.objects.select_for_update(of=("self",)).get(pk=post.pk)


def require_status(post: Post, allowed: frozenset[PostStatus]) -> None:
    """Raises InvalidTransition for a post in another state."""
    if post.status not in allowed:
        raise InvalidTransition("wrong_status", status=status_label(post))


def status_label(post: Post) -> str:
    """The state in the reader's language."""
    return str(PostStatus(post.status).label)


def counted(post: Post) -> Counted:
    """How the post stands in its tags' counters: they count active posts, those for everybody general ones."""
    if post.status not in STANDING:
        return Counted()
    return Counted(frozenset(post.tag_ids), general=post.rating == Rating.GENERAL)


def checked_rating(value: str) -> Rating:
    """A rating from its letter or its word; Invalid for anything else."""
    if value in BY_WORD:
        return BY_WORD[value]
    return Rating(checked_choice(value, Rating, "unknown_rating"))


def checked_choice(value: str, choices: type[models.TextChoices], code: str) -> str:
    """`value` if it is one of the choices; Invalid with `code` for anything else."""
    if value not in choices.values:
        raise Invalid(code, value=value)
    return value


def decided_rating(post: Post) -> Rating | None:
    """The rating of the last moderator's decision on this post, or None."""
    last = post.moderation_actions.filter(kind=ModerationKind.RERATE).order_by("-pk").first()
    return Rating(last.details["to"]) if last else None


def authors_rating(post: Post, wanted: Rating, tags: Iterable[Tag]) -> Rating:
    """What a post is rated whose author wants `wanted`: at least what a moderator decided, and where none did, at
    least what the rules make of tags and prompt. Raises Invalid (below a moderator's decision)."""
    decided = decided_rating(post)
    if decided is not None:
        if wanted.strength < decided.strength:
            raise Invalid("rating_fixed", rating=decided.label)
        return wanted
    prompt = PostGeneration.objects.values_list("prompt", flat=True).filter(post=post).first() or ""
    return strictest([wanted, suggested_rating(tags, prompt)])


def suggested_rating(tags: Iterable[Tag], prompt: str) -> Rating:
    """What the rules ask for at least. What a model is called says nothing of the picture."""
    return suggest_rating([tag.name for tag in tags if tag.category != Category.MODEL], prompt).rating
