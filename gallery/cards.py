"""A post as a picture in a list: addresses, sizes, alternative text and placeholder, ready for a template.

One query for the tags of the whole list; the posts come with asset, author, stats and files loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from gallery.community.opinions import favourites_among
from gallery.models import Asset, Post
from gallery.models.asset import Variant
from gallery.models.post import STANDING
from gallery.pictures.variants import SIDES
from gallery.visibility import Viewer, blurred_among, effective_ratings
from tagging.models import Category, Tag

# Justified rows stay readable up to this ratio; beyond it a tile shows the middle of the picture.
NARROWEST, WIDEST = 30, 330
ALT_TAGS = 8


@dataclass(frozen=True)
class Card:
    """What a tile shows. `ratio` and `placeholder` are classes of static/css/placeholders.css.

    `avif`: the same previews as `srcset`, for browsers that read AVIF; empty for pictures that have none.
    `blurred`: the viewer's filter blurs it; then `src` is the blurred file, where there is one, and no address of
    another file stands here. `kept`: the viewer keeps the post as a favourite; `keepable`: there is a viewer who could.
    """

    post: Post
    href: str
    src: str
    srcset: str
    avif: str
    alt: str
    ratio: str
    placeholder: str
    blurred: bool = False
    kept: bool = False
    keepable: bool = False


@dataclass(frozen=True)
class Picture:
    """The addresses under which one viewer is shown a picture large; a blurred one has none but `src`."""

    src: str
    srcset: str
    avif: str
    original_url: str
    blurred: bool = False

    def words(self) -> dict[str, object]:
        """For a template's context."""
        return {
            "src": self.src,
            "srcset": self.srcset,
            "avif": self.avif,
            "original_url": self.original_url,
            "blurred": self.blurred,
        }


def picture_of(post: Post, viewer: Viewer, side: int = 720) -> Picture:
    """What `viewer` is shown of the picture of a post that they can open. One query, if their filter blurs."""
    return _picture(post.asset, side, blurred=post.pk in blurred_among(viewer, [post]))


def cards(
    posts: Iterable[Post], query: str = "", *, viewer: Viewer, favourites: bool = False, of_work: bool = False
) -> list[Card]:
    """Cards in the order of `posts` as `viewer` is shown them; their links carry `query`, so that previous and next
    follow the search.

    With `favourites` they also say which of the posts the viewer keeps, for one more query. In lists `of_work`, not of
    choice, pictures whose rating the viewer doesn't show are blurred, too.
    """
    listed = list(posts)
    kept = favourites_among(viewer, [post.pk for post in listed]) if favourites else frozenset()
    blurred = blurred_among(viewer, listed)
    if of_work:
        shown = effective_ratings(viewer)
        blurred |= {post.pk for post in listed if post.rating not in shown}
    names = _tag_names({tag_id for post in listed for tag_id in post.tag_ids})
    suffix = f"?{urlencode({'q': query})}" if query else ""
    made = []
    for post in listed:
        picture = _picture(post.asset, 360, blurred=post.pk in blurred)
        made.append(
            Card(
                post=post,
                href=reverse("gallery:post", args=[post.pk]) + suffix,
                src=picture.src,
                srcset=picture.srcset,
                avif=picture.avif,
                alt=alternative_text(post, [names[tag_id] for tag_id in post.tag_ids if tag_id in names]),
                ratio=ratio_class(post.asset.width, post.asset.height),
                placeholder=placeholder_class(post.asset.dominant_color),
                blurred=picture.blurred,
                kept=post.pk in kept,
                keepable=favourites and post.status in STANDING,
            )
        )
    return made


def alternative_text(post: Post, tag_names: list[str]) -> str:
    """What the picture is, for those who do not see it: label, rating, tags, author."""
    tags = ", ".join(name.replace("_", " ") for name in tag_names[:ALT_TAGS])
    words = {"label": post.get_ai_level_display(), "rating": post.get_rating_display(), "name": post.author.username}
    if tags:
        return _("%(label)s, rated %(rating)s: %(tags)s, by %(name)s") % (words | {"tags": tags})
    return _("%(label)s, rated %(rating)s, by %(name)s") % words


def media_url(asset: Asset, variant: str, extension: str) -> str:
    """The address of one file of an asset; `original` gives each viewer the file they may have."""
    return reverse("gallery:media", args=[asset.key, variant, extension])


def preview_url(asset: Asset, side: int) -> str:
    """The smallest WebP preview with a long side of at least `side`, else the largest there is, else the original."""
    return media_url(asset, *preview_file(asset, side))


def preview_file(asset: Asset, side: int) -> tuple[str, str]:
    """Variant and extension of what stands at `preview_url`."""
    previews = _previews(asset, "webp")
    for variant, _width in previews:
        if SIDES[variant] >= side:
            return variant, "webp"
    return (previews[-1][0], "webp") if previews else (Variant.ORIGINAL, original_format(asset))


def blurred_url(asset: Asset) -> str:
    """The address of the file that shows nothing but colours; empty where there is none."""
    made = any(file.variant == Variant.B360 and file.format == "webp" for file in asset.files.all())
    return media_url(asset, Variant.B360, "webp") if made else ""


def preview_srcset(asset: Asset, extension: str = "webp") -> str:
    """The previews of one format with their widths, for the browser to choose from; empty where there are none."""
    previews = _previews(asset, extension)
    return ", ".join(f"{media_url(asset, variant, extension)} {width}w" for variant, width in previews)


def original_url(asset: Asset) -> str:
    """The address of the whole picture, in the format that it was drawn or sent in."""
    return media_url(asset, Variant.ORIGINAL, original_format(asset))


def original_format(asset: Asset) -> str:
    """`png`, `jpg`, `webp` or `avif`."""
    whole = [file.format for file in asset.files.all() if file.variant in (Variant.ORIGINAL, Variant.BARE)]
    return whole[0] if whole else "png"


def ratio_class(width: int, height: int) -> str:
    """`r-67` for a picture 0.67 times as wide as it is high."""
    return f"r-{min(WIDEST, max(NARROWEST, round(100 * width / height)))}"


def placeholder_class(color: str) -> str:
    """`d-39c` for `#3b94d0`: the nearest of 216 colours."""
    return "d-" + "".join("0369cf"[round(int(color[start : start + 2], 16) / 51)] for start in (1, 3, 5))


def _picture(asset: Asset, side: int, *, blurred: bool) -> Picture:
    if not asset.files.all():
        # Out of reach: no address is better than one that answers nothing.
        return Picture("", "", "", "", blurred=blurred)
    if blurred:
        return Picture(blurred_url(asset), "", "", "", blurred=True)
    return Picture(preview_url(asset, side), preview_srcset(asset), preview_srcset(asset, "avif"), original_url(asset))


def _previews(asset: Asset, extension: str) -> list[tuple[str, int]]:
    """Variant and width in pixels of each preview of that format, the smallest first."""
    files = [file for file in asset.files.all() if file.variant in SIDES and file.format == extension]
    return sorted(((file.variant, file.width) for file in files), key=lambda preview: SIDES[preview[0]])


def _tag_names(ids: set[int]) -> dict[int, str]:
    # Who and what the picture shows comes before meta and model tags, whose names say little to a listener.
    tags = Tag.objects.filter(pk__in=ids).exclude(category__in=[Category.META, Category.MODEL])
    return dict(tags.values_list("pk", "name"))
