"""The report of a year as a file: Markdown, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gallery.transparency.sections import Table, sections


def title(figures: dict[str, Any]) -> str:
    """The heading of the report."""
    return _("Transparency report %(year)s") % {"year": figures["year"]}


def period(figures: dict[str, Any]) -> str:
    """From when to when the figures are; says so where the year isn't over."""
    words = {"begin": figures["from"], "end": figures["until"]}
    if figures["complete"]:
        return _("%(begin)s to %(end)s, UTC.") % words
    return _("%(begin)s to %(end)s, UTC: the year so far.") % words


def as_json(figures: dict[str, Any]) -> str:
    """The plain figures; their names are those of the code, the same in every language."""
    return json.dumps(figures, indent=2, ensure_ascii=False) + "\n"


def as_markdown(figures: dict[str, Any]) -> str:
    """With the tables of GitHub's Markdown."""
    lines = [f"# {settings.SITE_NAME}: {title(figures)}", "", period(figures), ""]
    for section in sections(figures):
        lines += [f"## {section.title}", "", section.about, ""]
        for table in section.tables:
            lines += [*_markdown_table(table), ""]
        lines += [line for note in section.notes for line in (note, "")]
    return "\n".join(lines).rstrip() + "\n"


def as_html(figures: dict[str, Any]) -> str:
    """A page of its own, without anything from elsewhere."""
    context = {
        "language": get_language(),
        "site": settings.SITE_NAME,
        "title": title(figures),
        "period": period(figures),
        "sections": sections(figures),
    }
    return render_to_string("gallery/transparency_file.html", context)


FORMATS: dict[str, Callable[[dict[str, Any]], str]] = {"md": as_markdown, "json": as_json, "html": as_html}


def _markdown_table(table: Table) -> list[str]:
    if not table.rows:
        return [_("Nothing.")]
    ruler = ["---", *("---:" for _cell in table.head[1:])]
    body = [*table.rows, table.foot] if table.foot else table.rows
    rows = [table.head, ruler, *([_cell_text(cell) for cell in row] for row in body)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _cell_text(text: str) -> str:
    """Names of rules are typed by people: nothing in them may end a cell or become a link or a tag."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in text)
    return " ".join(escaped.split())
