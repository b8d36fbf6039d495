"""What the page of a post says of the styles that it is in: fills a slot of the gallery's."""

from django.urls import reverse
from django.utils.translation import gettext as _

from gallery.models import Post
from gallery.views.credits_panel import Mention
from gallery.visibility import Viewer
from generation.models import StylePage
from generation.style_pages.seeing import visible_styles

MOST = 5


def mentions_of(post: Post, viewer: Viewer) -> list[Mention]:
    """The styles of a post that this viewer may know of."""
    found = StylePage.objects.filter(visible_styles(viewer), entries__post=post).select_related("owner")
    return [
        Mention(_("In the style"), style.name, reverse("generation:style", args=[style.slug]), style.owner.username)
        for style in found.order_by("entries__pk")[:MOST]
    ]
