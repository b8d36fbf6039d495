"""What a request is to be credited to: the post whose recipe it started with, and the style that it uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gallery.models import Post, User
from gallery.visibility import Viewer, may_read_prompt, reachable_posts
from generation.door.reading import Reading
from generation.models import GenerationRequest, StylePage
from generation.style_pages.seeing import style_called


def read_credits(reading: Reading) -> None:
    """Put both into the values. What this member can't open, or whose prompt they may not read, is left out without a
    word: a word would tell that it is there."""
    post = post_to_credit(reading.user, reading.wanted)
    style = style_to_credit(reading.user, reading.wanted)
    if post is not None:
        reading.values["remix_of"] = post
    if style is not None:
        reading.values["style"] = style


def post_to_credit(user: Viewer, wanted: Mapping[str, Any]) -> Post | None:
    """The post that `remix_of` (a number) names, if `user` can open it, and may start from its recipe now or did so
    before: whom words came from stays, also when their author shows them no more."""
    number = str(wanted.get("remix_of") or "")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    posts = Post.objects.filter(reachable_posts(user), generation__isnull=False).exclude(generation__prompt="")
    post = posts.select_related("author").filter(pk=int(number)).first()
    if post is None or may_read_prompt(user, post):
        return post
    before = isinstance(user, User) and GenerationRequest.objects.filter(user=user, remix_of=post).exists()
    return post if before else None


def style_to_credit(user: Viewer, wanted: Mapping[str, Any]) -> StylePage | None:
    """The style that `style_page` (its slug) names, if `user` may use it now."""
    return style_called(str(wanted.get("style_page") or ""), user)
