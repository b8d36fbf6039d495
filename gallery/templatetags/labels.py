"""The label of a post as a badge: sign and words together, the same on every page."""

from collections.abc import Iterable
from typing import Any

from django import template

from gallery.labels.words import WORDS, ZONES
from gallery.labels.zones import zone_of
from gallery.models import Post
from gallery.models.post import AiLevel
from gallery.models.user import Zone

register = template.Library()


@register.inclusion_tag("components/label_badge.html")
def label_badge(labelled: Post | str, evidence: bool = False, whole: bool = False, extra: str = "") -> dict[str, Any]:
    """The badge of a post, or of a level by its word. `whole`: its full name; `evidence`: what it rests on too."""
    post = labelled if isinstance(labelled, Post) else None
    level = AiLevel(labelled.ai_level if isinstance(labelled, Post) else labelled)
    words = WORDS[level]
    return {
        "level": level,
        "words": words,
        "text": level.label if whole or evidence else words.short,
        "evidence": post.get_ai_evidence_display() if post and evidence else "",
        "extra": extra,
    }


@register.filter
def levels_of(cards: Iterable[Any]) -> list[str]:
    """The levels among the posts of some cards, each once, in the order of the levels."""
    found = {card.post.ai_level for card in cards}
    return [level.value for level in AiLevel if level.value in found]


@register.simple_tag(takes_context=True)
def viewers_zone(context: dict[str, Any]) -> str:
    """The zone of whoever looks at the page."""
    return zone_of(context["request"].user).value


@register.simple_tag
def zones() -> list[tuple[str, str]]:
    """All zones with their names."""
    return [(zone.value, str(zone.label)) for zone in Zone]


@register.filter
def zone_meaning(value: str) -> str:
    """What lists hold in a zone."""
    return str(ZONES[Zone(value)])
