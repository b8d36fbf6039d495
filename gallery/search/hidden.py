"""What a search would find in the zone that its viewer left out."""

from dataclasses import dataclass, replace

from django.utils import timezone

from gallery.labels.zones import in_zone, names_level, zone_of
from gallery.models.user import Zone
from gallery.search.compilation import Compilation
from gallery.search.compile import compile_search
from gallery.search.engine import count
from gallery.search.options import take_apart
from gallery.visibility import Viewer
from tagging.query import parse
from tagging.query.values import Clock


@dataclass(frozen=True)
class OutsideZone:
    """What the viewer's zone keeps out of a search: so many posts, at least so many without `exact`."""

    zone: Zone
    count: int
    exact: bool


def outside_zone(query_text: str, viewer: Viewer) -> OutsideZone | None:
    """None where the zone keeps nothing out: the viewer has both, or the search asks for labels itself.

    Raises QueryError, Invalid and NotAllowed as the search itself does.
    """
    tree, zone = parse(query_text), zone_of(viewer)
    if zone == Zone.BOTH or names_level(tree):
        return None
    compilation = Compilation(viewer, Clock(timezone.localtime()), any_zone=True)
    asked = take_apart(tree, compilation)
    compiled = compile_search(asked.rest, compilation)
    outside = replace(compiled, condition=compiled.condition & ~in_zone(viewer), only_tag=None)
    number, exact = count(outside, asked.ordering, viewer, at_least=0)
    return OutsideZone(zone, number, exact) if number or not exact else None
