"""Whose votes raise a rating at once: two of them together can do it, so it takes more than an account."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from gallery.accounts.standing import may_act
from gallery.models import Post, User, Voice
from gallery.models.post import STANDING, PostStatus
from gallery.models.review import CaseKind, Outcome
from gallery.visibility import Viewer

DAYS = 14
POSTS = 10
BORNE_OUT = 5
"""So many rating disputes of theirs that ended in the rating that they asked for."""
CLEAN_DAYS = 90


def is_trusted(person: Viewer) -> bool:
    """Moderators are, and members of at least two weeks who either have ten posts that stand or were right in five
    rating disputes, and of whom no post was removed in the last 90 days."""
    if not isinstance(person, User) or not may_act(person):
        return False
    if person.is_moderator:
        return True
    now = timezone.now()
    if person.date_joined > now - timedelta(days=DAYS):
        return False
    mine = Post.objects.filter(author=person)
    gone = mine.filter(status__in=[PostStatus.REMOVED, PostStatus.APPEALED, PostStatus.QUARANTINED])
    if gone.filter(updated_at__gt=now - timedelta(days=CLEAN_DAYS)).exists():
        return False
    if mine.filter(status__in=STANDING)[:POSTS].count() >= POSTS:
        return True
    right = Voice.objects.filter(
        by=person, case__kind=CaseKind.RATING, case__outcome=Outcome.RERATED, rating=F("case__post__rating")
    )
    return right[:BORNE_OUT].count() >= BORNE_OUT
