"""How posts come into a style, and out of it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.accounts.standing import require_may_act
from gallery.models import Post, User
from gallery.models.post import STANDING
from gallery.visibility import reachable_posts
from generation.models import StylePage, StylePost
from generation.models.style_page import StyleAudience


def gather(style: StylePage, post: Post) -> None:
    """Put a new post into the style that it was drawn with, as long as that is for its author to use."""
    if (style.audience == StyleAudience.EVERYBODY and not style.hidden) or style.owner_id == post.author_id:
        StylePost.objects.get_or_create(style=style, post=post)


@transaction.atomic
def put_in(member: User, style: StylePage, number: str) -> str:
    """Put an own post of the style's maker into it. Returns what is wrong, in a sentence; empty when it is done.

    Raises NotAllowed (an account that may not act)."""
    require_may_act(member)
    typed = number.strip().lstrip("#")
    known = typed.isascii() and typed.isdecimal() and len(typed) <= 18
    mine = Post.objects.filter(author=member, status__in=STANDING)
    post = mine.filter(pk=int(typed)).first() if known else None
    if post is None or style.owner_id != member.pk:
        return _("Write the number of a post of yours that stands in the gallery, for example 1234.")
    StylePost.objects.get_or_create(style=style, post=post)
    return ""


@transaction.atomic
def take_out(member: User, style: StylePage, post_id: int) -> bool:
    """Take a post out: the style's maker any that they can open, its author their own. False where it isn't for
    `member` to take out, or where there is none: of posts out of their sight its maker learns nothing.

    Raises NotAllowed (an account that may not act)."""
    require_may_act(member)
    reachable = Post.objects.filter(reachable_posts(member), pk=post_id)
    entries = StylePost.objects.filter(style=style, post__in=reachable)
    if style.owner_id != member.pk:
        entries = entries.filter(post__author=member)
    return entries.delete()[0] > 0
