"""Members who are trusted, and posts that need no files."""

from datetime import timedelta

from django.utils import timezone

from gallery.models import Post, User
from gallery.post_ratings import trust
from tests.factories import make_asset_row, make_post, make_user


def trusted_member(name: str = "", **fields) -> User:
    """One whose account is old and whose posts stand."""
    fields = {"shown_ratings": ["g", "s", "q", "e"]} | fields
    person = make_user(name, date_joined=timezone.now() - timedelta(days=trust.DAYS + 1), **fields)
    for _number in range(trust.POSTS):
        bare_post(person)
    return person


def bare_post(author: User | None = None, **fields) -> Post:
    """A post whose picture has no file."""
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)
