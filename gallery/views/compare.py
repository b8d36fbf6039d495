"""Two posts side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from gallery.cards import alternative_text, media_url, picture_of
from gallery.models import Asset, Post
from gallery.models.asset import Variant
from gallery.recipes.comparing import compare_recipes
from gallery.views.post_tags import tag_names
from gallery.visibility import Viewer, reachable_posts

LETTERS = ("a", "b")


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The posts `a` and `b`; 404 with a box for another number where one is none that this viewer can see."""
    typed = {letter: request.GET.get(letter, "").replace("\x00", "").strip().lstrip("#")[:20] for letter in LETTERS}
    posts = {letter: _post(request, text) for letter, text in typed.items()}
    missing = [text for letter, text in typed.items() if text and posts[letter] is None]
    context: dict[str, Any] = {"typed": typed, "missing": missing}
    first, second = posts["a"], posts["b"]
    if first is not None and second is not None:
        context |= {
            "comparison": compare_recipes(first, second, request.user),
            "pictures": [_picture(post, letter, request.user) for letter, post in (("A", first), ("B", second))],
            **_box([first.asset, second.asset]),
            "swap_url": f"{reverse('gallery:compare')}?{urlencode({'a': second.pk, 'b': first.pk})}",
        }
    return render(request, "gallery/compare.html", context, status=404 if missing else 200)


def _post(request: HttpRequest, text: str) -> Post | None:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "generation")
    return posts.prefetch_related("asset__files").filter(pk=int(text)).first()


def _box(assets: list[Asset]) -> dict[str, int]:
    """The smallest box that holds both pictures once their longer sides are the same, in pixels of the larger one.

    What they show is compared, so a small picture is drawn as large as the other.
    """
    longest = max(max(asset.width, asset.height) for asset in assets)
    scales = [longest / max(asset.width, asset.height) for asset in assets]
    return {
        side: max(round(getattr(asset, side) * scale) for asset, scale in zip(assets, scales, strict=True))
        for side in ("width", "height")
    }


def _picture(post: Post, letter: str, viewer: Viewer) -> dict[str, Any]:
    """The whole picture: details are what is compared, and a preview has none."""
    shown = picture_of(post, viewer)
    return {
        "letter": letter,
        "post": post,
        "src": shown.src if shown.blurred else media_url(post.asset, Variant.ORIGINAL, post.file_type),
        "blurred": shown.blurred,
        "alt": alternative_text(post, tag_names(post)),
        "width": post.asset.width,
        "height": post.asset.height,
    }
