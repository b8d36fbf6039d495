"""Tags for the frame that every page stands in."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from gallery.accounts.standing import standing_ban
from gallery.community.comment_pages import new_on_own_posts
from gallery.models import Ban, User
from gallery.moderation.statements import unseen
from gallery.moderation.waiting import Waiting, waiting_work
from gallery.recipes.asking import answers_for, waiting_for

register = template.Library()


@register.simple_tag(takes_context=True)
def current_page(context: dict[str, Any], url: str, exact: bool = False) -> SafeString:
    """` aria-current="page"` when the request is at `url` (or below it, unless `exact`)."""
    request = context.get("request")
    here = request.path if request else ""
    same = here == url or (not exact and url != "/" and here.startswith(url.rstrip("/") + "/"))
    return mark_safe(' aria-current="page"') if same else mark_safe("")


@register.simple_tag(takes_context=True)
def moderation_waiting(context: dict[str, Any]) -> Waiting | None:
    """How much waits for moderators; None for everybody else."""
    user = context.get("user")
    return waiting_work(user) if isinstance(user, User) and user.is_active and user.is_moderator else None


@register.simple_tag(takes_context=True)
def unread_statements(context: dict[str, Any]) -> int:
    """How many decisions about whoever is signed in they have not read yet."""
    user = context.get("user")
    return unseen(user) if isinstance(user, User) and user.is_active else 0


@register.simple_tag(takes_context=True)
def own_ban(context: dict[str, Any]) -> Ban | None:
    """The ban that keeps whoever is signed in from acting, with its statement; None for everybody else."""
    user = context.get("user")
    return standing_ban(user) if isinstance(user, User) else None


@register.simple_tag(takes_context=True)
def prompt_requests_waiting(context: dict[str, Any]) -> int:
    """How many requests for prompts wait for an answer of whoever is signed in, and how many answers for their eyes."""
    user = context.get("user")
    return waiting_for(user) + answers_for(user) if isinstance(user, User) and user.is_active else 0


@register.simple_tag(takes_context=True)
def comments_waiting(context: dict[str, Any]) -> int:
    """How many comments on the posts of whoever is signed in they were not told of yet."""
    user = context.get("user")
    return new_on_own_posts(user) if isinstance(user, User) and user.is_active else 0
