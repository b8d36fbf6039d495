"""Zones: a viewer's lists hold pictures by machines, by humans, or both.

Every label is in exactly one of the two zones. What a person drew with small help from a model is in the human zone
and says so on its badge; what nobody could say is in the AI zone, since whoever chose the human one asked to be spared
just that.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from gallery.models.post import AiLevel
from gallery.models.user import User, Zone
from tagging.query import And, Metatag, Node, Or

LEVELS: dict[Zone, tuple[AiLevel, ...]] = {
    Zone.AI: (AiLevel.GENERATED, AiLevel.COMPOSITE, AiLevel.UNKNOWN),
    Zone.HUMAN: (AiLevel.HUMAN, AiLevel.ASSISTED),
}
COOKIE = "zone"


def zone_of(viewer: User | AnonymousUser) -> Zone:
    """What this viewer chose: a member in the settings, a visitor in a cookie (`gallery.labels.middleware`)."""
    if isinstance(viewer, User) and not viewer.is_active:
        return Zone.BOTH
    return Zone(getattr(viewer, "zone", Zone.BOTH))


def in_zone(viewer: User | AnonymousUser) -> Q:
    """The posts of the viewer's zone, as a condition on `Post`."""
    zone = zone_of(viewer)
    return Q() if zone == Zone.BOTH else Q(ai_level__in=LEVELS[zone])


def read_zone(text: str) -> Zone:
    """The zone that a cookie or a form names; both for anything else."""
    return Zone(text) if text in Zone.values else Zone.BOTH


def names_level(tree: Node) -> bool:
    """Whether a search asks for all that it can find by its label, as in `is:human cat`; no zone is laid over it.

    `-is:human`, `cat or is:human` and `is:human,sfw` let others in as well and leave the zone in force.
    """
    match tree:
        case Metatag("is", value):
            return {word.strip().lower() for word in value.split(",")} <= set(AiLevel.values)
        case And(children):
            return any(names_level(child) for child in children)
        case Or(children):
            return all(names_level(child) for child in children)
        case _:
            return False
