"""The page that explains the search box, made from what the language and the site know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.links.searches import posts_url
from gallery.search.guide import EDITS, GRAMMAR, VALUES, Example, explained, runnable
from gallery.search.metatags import SECTIONS
from tagging.query import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, registry
from tagging.query.tree import ORDER

# What an order needs beside it to mean anything.
_WITH_ORDER = {"custom": "id:3,1,2 "}


@require_safe
def search_help(request: HttpRequest) -> HttpResponse:
    """Grammar, values, every metatag and order, limits, edit strings; each example is a search that runs."""
    # `order:` has a part of its own.
    known = {key: [kind for kind in kinds if kind.name != ORDER] for key, kinds in registry.sections().items()}
    titles = {**SECTIONS, **{key: key for key in known if key not in SECTIONS}}
    context = {
        "grammar": GRAMMAR,
        "values": [
            {"title": title, "says": says, "examples": [Example(text) for text in examples if runnable(text)]}
            for title, says, examples in VALUES
        ],
        "sections": [
            {"key": key or "more", "title": title, "metatags": explained(known[key])}
            for key, title in titles.items()
            if known.get(key)
        ],
        "orders": [
            {
                "kind": kind,
                "values": kind.values(),
                "summary": str(kind.summary()),
                "url": posts_url(_WITH_ORDER.get(kind.key, "") + f"order:{kind.key}"),
            }
            for kind in registry.order_kinds()
        ],
        "edits": EDITS,
        "limits": {"terms": MAX_TERMS, "characters": MAX_LENGTH, "depth": MAX_DEPTH},
    }
    return render(request, "gallery/search_help.html", context)
