"""What tests of tag edits make and look at."""

from typing import Any

import pytest

from gallery.errors import UserFacingError
from gallery.models import Post, User
from tagging.models import Tag
from tests.factories import SET_BY_SITE, make_asset_row, make_post, make_user


def plain_post(*tags: str, author: User | None = None, **fields: Any) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), tags=tags or ("cat",), **fields)


def names(post: Post) -> set[str]:
    """The tags that people gave."""
    post.refresh_from_db()
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) - SET_BY_SITE


def counts() -> dict[str, int]:
    tags = Tag.objects.filter(post_count__gt=0).exclude(name__in=SET_BY_SITE)
    return dict(tags.values_list("name", "post_count"))


def refusal(act: Any) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        act()
    return caught.value
