"""What the request itself says of the filter becomes part of who asks: a visitor's cookie, posts asked for, rules left
out for this page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from gallery.around_views import before_views
from gallery.filters import lifting, shown, visitors


@before_views
def viewers_filter(request: HttpRequest) -> None:
    """Stands behind authentication. Who asks is still looked up only when somebody wants to know."""
    asked = request.COOKIES.get(shown.COOKIE, "")
    kept = visitors.read_cookie(request.COOKIES.get(visitors.COOKIE, ""))
    lifted = lifting.read_lifted(request.GET.getlist(lifting.PARAMETER))
    if not asked and kept is None and not lifted:
        return
    who: Any = request.user

    def with_filter() -> Any:
        if not who.is_authenticated:
            who.visitors_filter = kept
        if asked:
            who.asked_for = frozenset(shown.read_asked(asked, who))
        who.lifted = lifted
        return who

    request.user = SimpleLazyObject(with_filter)  # type: ignore[assignment]
