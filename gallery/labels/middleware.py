"""What a visitor chose: the zone in a cookie becomes part of the visitor, as it is part of a member."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from gallery.around_views import before_views
from gallery.labels.zones import COOKIE, read_zone
from gallery.models.user import Zone


@before_views
def visitors_zone(request: HttpRequest) -> None:
    """Stands behind authentication. Who asks is still looked up only when somebody wants to know."""
    zone = read_zone(request.COOKIES.get(COOKIE, ""))
    if zone == Zone.BOTH:
        return
    who = request.user

    def with_zone() -> Any:
        if not who.is_authenticated:
            who.zone = zone  # type: ignore[union-attr, unused-ignore, attr-defined]
        return who

    request.user = SimpleLazyObject(with_zone)  # type: ignore[assignment]
