"""What the operator asks of robots: on every page and file, and in robots.txt.

These are wishes that honest robots follow, not locks; `IRODORI_ROBOTS` chooses them.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from gallery.around_views import after_views

# "noai, noimageai": DeviantArt's words for "not for training", which others took over.
WISHES = {"open": "", "no_ai": "noai, noimageai", "closed": "noindex, nofollow, noai, noimageai"}
# Robots that gather for training or for assistants, by the names that their makers publish for robots.txt.
AI_ROBOTS = (
    "AI2Bot",
    "Amazonbot",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ChatGPT-User",
    "ClaudeBot",
    "Claude-Web",
    "Diffbot",
    "FacebookBot",
    "GPTBot",
    "Google-Extended",
    "ImagesiftBot",
    "Meta-ExternalAgent",
    "OAI-SearchBot",
    "PerplexityBot",
    "Timpibot",
    "anthropic-ai",
    "cohere-ai",
    "img2dataset",
    "omgili",
)
# Pages without end or without worth to anybody who looks for pictures.
ENDLESS = ("/accounts/", "/posts/random", "/posts/changes", "/zone", "/preferences")


def robots_wishes() -> str:
    """What stands in `X-Robots-Tag` and in the pages' meta element; empty for nothing."""
    return WISHES[settings.ROBOTS]


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9309."""
    lines = ["User-agent: *"]
    if settings.ROBOTS == "closed":
        lines.append("Disallow: /")
    else:
        lines += [f"Disallow: {path}" for path in ENDLESS]
        if settings.ROBOTS == "no_ai":
            lines += ["", *(f"User-agent: {name}" for name in AI_ROBOTS), "Disallow: /"]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@after_views
def robots_tag(response: HttpResponseBase) -> None:
    """`X-Robots-Tag` on every answer. Stands behind WhiteNoise, whose files show no pictures of anybody."""
    wishes = robots_wishes()
    if wishes:
        response.headers.setdefault("X-Robots-Tag", wishes)
