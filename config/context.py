"""What every page is told: the site's name, the theme chosen and the languages on offer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.robots import robots_wishes

THEMES = ("auto", "light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: `SITE_NAME`, `theme` (auto, light or dark, from the cookie),
    `robots` (what the operator asks of them)."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "theme": theme if theme in THEMES else "auto",
        "registration_open": settings.REGISTRATION_OPEN,
        "robots": robots_wishes(),
    }
