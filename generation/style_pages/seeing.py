"""Who sees which style, and what of it: its posts, LoRAs and model as far as the viewer may see and use them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from gallery.models import Post, User
from gallery.visibility import signed_in, visible_posts
from generation.access import Viewer, may_use
from generation.models import Checkpoint, StyleLora, StylePage
from generation.models.checkpoint import CheckpointState
from generation.models.resource import ResourceKind
from generation.models.style_page import StyleAudience
from generation.usable import resources

_FOR_EVERYBODY = Q(audience=StyleAudience.EVERYBODY, owner__is_active=True)


def visible_styles(viewer: Viewer) -> Q:
    """The styles that this viewer may know of and use, as a condition on `StylePage`: those for everybody of accounts
    in use that no moderator hid, and all of one's own."""
    public = _FOR_EVERYBODY & Q(hidden=False)
    return public | Q(owner_id=viewer.pk) if viewer is not None and signed_in(viewer) else public


def openable_styles(viewer: Viewer) -> Q:
    """The styles whose page this viewer can open: moderators those that were hidden, too."""
    moderates = isinstance(viewer, User) and viewer.is_moderator
    return visible_styles(viewer) | _FOR_EVERYBODY if moderates else visible_styles(viewer)


def style_called(slug: str, viewer: Viewer) -> StylePage | None:
    """The style of that slug, if this viewer may know of it and use it."""
    return _called(slug, visible_styles(viewer))


def style_opened(slug: str, viewer: Viewer) -> StylePage | None:
    """The style of that slug, if this viewer can open its page."""
    return _called(slug, openable_styles(viewer))


def _called(slug: str, known: Q) -> StylePage | None:
    if not slug or len(slug) > 80 or "\x00" in slug:
        return None
    return StylePage.objects.filter(known, slug=slug).select_related("owner", "checkpoint").first()


def posts_of(style: StylePage, viewer: User | AnonymousUser) -> QuerySet[Post]:
    """Its posts that this viewer's lists may hold, those that came in last first."""
    shown = Post.objects.filter(visible_posts(viewer), style_entries__style=style)
    return (
        shown.order_by("-style_entries__pk").select_related("asset", "author", "stats").prefetch_related("asset__files")
    )


def loras_of(style: StylePage, viewer: Viewer) -> list[StyleLora]:
    """Its LoRAs that this viewer may use; to anybody else the others do not exist."""
    usable = resources(viewer, ResourceKind.LORA).values("pk")
    return list(style.loras.filter(resource__in=usable).select_related("resource").order_by("pk"))


def checkpoint_of(style: StylePage, viewer: Viewer) -> Checkpoint | None:
    """Its model, if this viewer may use it."""
    model = style.checkpoint
    ready = model is not None and model.state == CheckpointState.READY
    return model if model is not None and ready and may_use(viewer, model) else None
