"""Pictures of takes in the studio's pages; sizes and placeholders as in the gallery's lists."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from gallery import cards
from gallery.cards import placeholder_class, preview_srcset, preview_url, ratio_class
from gallery.models import Asset
from gallery.provenance import Recipe
from gallery.recipes.axes import shown_axes
from generation.models import Lab, Take
from generation.models.take import Fix
from generation.models_on_disk.defaults import base_name
from generation.views.desk import Address

register = template.Library()
IN_SIGHT = 8
"""How many tiles of the desk a window shows before anybody scrolls, about."""
register.filter("base_name", base_name)


@register.inclusion_tag("generation/parts/take_axes.html")
def take_axes(take: Take) -> dict[str, Any]:
    """What a sheet compares, wherever it was laid out, and the comparison that it was made from; nothing for other
    takes."""
    axes = shown_axes(Recipe.from_dict(take.recipe), reads_prompt=True)
    if not axes:
        return {"axes": []}
    return {"axes": axes, "lab": Lab.objects.filter(sheet=take).first()}


@register.filter
def shows_prompt(take: Take) -> bool:
    """Whether words of the prompt, LoRAs or seeds can be read in the picture itself, as on some sheets."""
    return any(axis.secret for axis in Recipe.from_dict(take.recipe).axes)


@register.simple_tag
def asset_image(asset: Asset, alt: str, sizes: str = "16rem", lazy: bool = True) -> SafeString:
    """`<picture>` of an asset from its previews; `sizes` as in HTML, for the browser to choose."""
    if not asset.files.all():
        # Out of reach, or lost: a placeholder, no broken picture.
        said = _("This picture is out of reach.")
        return format_html('<span class="no-picture" role="img" aria-label="{}"></span>', said)
    avif = preview_srcset(asset, "avif")
    source = format_html('<source type="image/avif" srcset="{}" sizes="{}">', avif, sizes) if avif else ""
    return format_html(
        '<picture>{}<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{}></picture>',
        source,
        preview_url(asset, 360),
        preview_srcset(asset),
        sizes,
        asset.width,
        asset.height,
        alt,
        SafeString(' loading="lazy" decoding="async"') if lazy else "",
    )


@register.simple_tag
def original_url(asset: Asset) -> str:
    """The address of the picture as it was drawn, with its recipe inside."""
    return cards.original_url(asset)


@register.simple_tag
def asset_classes(asset: Asset) -> str:
    """The classes that give a picture's box its ratio and its placeholder's colour."""
    return f"{ratio_class(asset.width, asset.height)} {placeholder_class(asset.dominant_color)}"


@register.simple_tag
def preview_of(asset: Asset) -> str:
    """The address of a small preview."""
    return preview_url(asset, 180)


@register.simple_tag
def desk_url(address: Address, **changed: Any) -> str:
    """The desk's address with these parts changed."""
    return address.url(**changed)


@register.simple_tag
def desk_image(take: Take, place: int) -> SafeString:
    """The picture of a tile, which stands at this place; the first ones are in sight from the beginning."""
    prompt = str(take.recipe.get("prompt") or "")
    alt = Truncator(prompt).chars(120) if prompt else _("Take %(id)d") % {"id": take.pk}
    return asset_image(take.asset, alt, "14rem", lazy=place > IN_SIGHT)


@register.simple_tag
def large_url(take: Take) -> str:
    """The address of the whole picture of a take, or of the largest one that is kept of an archived one."""
    return preview_url(take.asset, 850) if take.archived_at else cards.original_url(take.asset)


@register.filter
def stars_said(stars: int) -> str:
    """As signs: `★★★`."""
    return "★" * stars


@register.filter
def fix_names(take: Take) -> list[str]:
    """What is to be fixed, in the reader's language."""
    return [str(Fix(name).label) for name in take.to_fix]
