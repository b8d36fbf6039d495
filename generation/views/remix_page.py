"""A post beside the one whose recipe it was drawn from: what was changed, word by word."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from gallery.cards import alternative_text, picture_of, placeholder_class, ratio_class
from gallery.credits import Source, chain_of
from gallery.models import Post
from gallery.recipes import recipe_of
from gallery.views.post_tags import tag_names
from gallery.visibility import Viewer, reachable_posts, readable_among
from generation.remix.differences import differences


@require_safe
def remix_diff(request: HttpRequest, post_id: int) -> HttpResponse:
    """What the viewer may know of it; 404 for a post that they can't open, and for one that is no remix."""
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "generation", "stats")
    post = get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)
    chain = chain_of(post, request.user)
    if not chain:
        raise Http404
    return render(request, "generation/remix.html", _context(post, chain, request.user))


def _context(post: Post, chain: list[Source], viewer: Viewer) -> dict[str, Any]:
    source = chain[0].post
    context: dict[str, Any] = {
        "post": post,
        "source": source,
        "source_number": chain[0].number,
        "after": _picture(post, viewer),
        # From the first one on; the post itself stands last.
        "chain": [*reversed(chain), Source(post, post.pk)],
        "chained": len(chain) > 1,
    }
    if source is None:
        return context
    readable = readable_among(viewer, [post, source])
    old, new = recipe_of(source), recipe_of(post)
    reads = {"reads_source": source.pk in readable, "reads_post": post.pk in readable}
    context |= reads | {"before": _picture(source, viewer)}
    if old is not None and new is not None:
        context["differences"] = differences(old, new, private=all(reads.values()))
    return context


def _picture(post: Post, viewer: Viewer) -> dict[str, Any]:
    return {
        "alt": alternative_text(post, tag_names(post)),
        **picture_of(post, viewer).words(),
        "ratio": ratio_class(post.asset.width, post.asset.height),
        "placeholder": placeholder_class(post.asset.dominant_color),
        "width": post.asset.width,
        "height": post.asset.height,
    }
