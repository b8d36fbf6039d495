"""A model's card as safe HTML: the few marks of Markdown that cards use, everything else as plain text.

Read: front matter (dropped), headings, lists, tables as preformatted text, code blocks, paragraphs; inside a line
`code`, **bold** and links' texts. Every word is escaped first, so a card can't bring markup of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s*[-*+]\s+(.*)")


def card_html(text: str) -> SafeString:
    """The card as HTML; the empty string for an empty card."""
    lines = _FRONT_MATTER.sub("", text.replace("\r\n", "\n")).split("\n")
    return mark_safe("\n".join(_blocks(lines)))  # noqa: S308  # every piece went through escape()


def _blocks(lines: list[str]) -> Iterator[str]:
    index = 0
    while index < len(lines):
        line = lines[index]
        heading = _HEADING.fullmatch(line.strip())
        if not line.strip():
            index += 1
        elif heading:
            # The page has its own h1 and h2.
            level = min(6, max(3, len(heading[1]) + 1))
            yield f"<h{level}>{_inline(heading[2])}</h{level}>"
            index += 1
        elif line.lstrip().startswith("```"):
            end = index + 1
            while end < len(lines) and not lines[end].lstrip().startswith("```"):
                end += 1
            yield f"<pre>{escape(chr(10).join(lines[index + 1 : end]))}</pre>"
            index = end + 1
        elif line.lstrip().startswith("|"):
            end = _run(lines, index, lambda each: each.lstrip().startswith("|"))
            yield f"<pre>{escape(chr(10).join(lines[index:end]))}</pre>"
            index = end
        elif _ITEM.fullmatch(line):
            items: list[str] = []
            while index < len(lines) and lines[index].strip():
                item = _ITEM.fullmatch(lines[index])
                if item:
                    items.append(item[1])
                else:
                    items[-1] += " " + lines[index].strip()
                index += 1
            yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
        else:
            end = _run(lines, index, lambda each: bool(each.strip()) and not _starts_block(each)) or index + 1
            end = max(end, index + 1)
            yield f"<p>{_inline(' '.join(each.strip() for each in lines[index:end]))}</p>"
            index = end


def _starts_block(line: str) -> bool:
    stripped = line.strip()
    return bool(_HEADING.fullmatch(stripped) or _ITEM.fullmatch(line)) or stripped.startswith(("```", "|"))


def _run(lines: list[str], start: int, belongs: Callable[[str], bool]) -> int:
    end = start
    while end < len(lines) and belongs(lines[end]):
        end += 1
    return end


def _inline(text: str) -> str:
    safe = str(escape(text))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"\[([^\]]+)\]\([^)\s]*\)", r"\1", safe)
