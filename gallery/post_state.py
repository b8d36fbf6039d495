"""The row of a post while somebody changes it: locked, in which states it can be, how it is counted."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from gallery.errors import Invalid, InvalidTransition
from gallery.models import Case, Post
from gallery.models.post import STANDING, PostStatus
from gallery.models.review import CaseKind, CaseState
from gallery.rating import suggest_rating
from gallery.ratings import BY_WORD, Rating
from tagging.edit import Counted
from tagging.models import Category, Tag

EDITABLE = frozenset({PostStatus.PENDING, PostStatus.ACTIVE, PostStatus.FLAGGED})
# The cases whose decision lets a waiting post out. A trigger holds that it has one, or waits for the rating program.
LETTING_OUT = frozenset({CaseKind.POST, CaseKind.SCAN, CaseKind.STUCK})


def locked(post: Post) -> Post:
    """The row as it is now, locked until the transaction ends."""
    return Post.objects.select_for_update(of=("self",)).get(pk=post.pk)


def call_for_review(post: Post, facts: dict[str, Any] | None = None) -> None:
    """Put a locked post that waits unseen before moderators, unless a case about letting it out is open already."""
    if not Case.objects.filter(post=post, kind__in=LETTING_OUT, state=CaseState.OPEN).exists():
        Case.objects.create(kind=CaseKind.POST, post=post, facts=facts or {})


def require_status(post: Post, allowed: frozenset[PostStatus]) -> None:
    """Raises InvalidTransition for a post in another state."""
    if post.status not in allowed:
        raise InvalidTransition("wrong_status", status=status_label(post))


def status_label(post: Post) -> str:
    """The state in the reader's language."""
    return str(PostStatus(post.status).label)


def counted(post: Post) -> Counted:
    """How the post stands in its tags' counters: they count standing posts, those for everybody general ones."""
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


def suggested_rating(tags: Iterable[Tag], prompt: str) -> Rating:
    """What the rules ask for at least. What a model is called says nothing of the picture."""
    return suggest_rating([tag.name for tag in tags if tag.category != Category.MODEL], prompt).rating
