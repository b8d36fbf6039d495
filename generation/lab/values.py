"""Lists of values as people type them: one a line or with commas, and ranges of numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[,，、]|$)|([^,，、]*)(?:[,，、]|$)')
_COMMA = re.compile("[,，、]")
_NUMBER = r"[+-]?(?:\d{1,12}(?:\.\d{1,6})?|\.\d{1,6})"
_RANGE = re.compile(
    rf"(?P<first>{_NUMBER})\s*(?:-|\.\.\.?|…|~|to)\s*(?P<last>{_NUMBER})"
    rf"\s*(?:\(\s*(?P<step>{_NUMBER})\s*\)|step\s*(?P<by>{_NUMBER})|\[\s*(?P<count>\d{{1,3}})\s*\])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(_NUMBER)


def split_lines(text: str) -> list[str]:
    """One value a line; empty lines are none, `""` is the empty value."""
    lines = [line.strip() for line in text.splitlines()]
    return [_unquoted(line) for line in lines if line]


def split_list(text: str) -> list[str]:
    """One a line where there are several lines, else with commas; a value with a comma stands in quotes, `""` is the
    empty value."""
    text = text.strip()
    if len([line for line in text.splitlines() if line.strip()]) > 1:
        return split_lines(text)
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _QUOTED.match(text, place)
        if match is None or match.end() == place:
            break
        place = match.end()
        if match[1] is not None:
            found.append(match[1].replace('""', '"').strip())
        elif match[2].strip():
            found.append(match[2].strip())
    return found


def joined(values: Sequence[str], *, a_line_each: bool = False) -> str:
    """The text from which `split_list` reads these values, or `split_lines` where each has a line. Long values and
    those with commas have a line each too, as far as there are several."""
    apart = a_line_each or (len(values) > 1 and any(len(value) >= 40 or _COMMA.search(value) for value in values))
    quoted = [not value or '"' in value or (not apart and _COMMA.search(value)) for value in values]
    lines = [_in_quotes(value) if quote else value for value, quote in zip(values, quoted, strict=True)]
    return ("\n" if apart else ", ").join(lines)


def split_numbers(text: str, most: int) -> list[str]:
    """Numbers with commas, spaces or line breaks between them, and ranges: `5-9` (every whole step), `5-9 (+2)`,
    `5..9 step 2`, `1-10 [4]` (so many, evenly). What can't be read stays as it was typed. A range ends after `most`
    and one more values, so that whoever counts sees that they are too many."""
    parts = re.split(r"[,、\n;]+", unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-"))
    found: list[str] = []
    for part in filter(None, (part.strip() for part in parts)):
        match = _RANGE.fullmatch(part)
        if match:
            found += _expanded(match, most)
        elif _PLAIN.fullmatch(part):
            found.append(written(Decimal(part)))
        elif all(_PLAIN.fullmatch(word) for word in part.split()):
            found += [written(Decimal(word)) for word in part.split()]
        else:
            found.append(part)
    return found


def is_number(text: str) -> bool:
    """Whether `split_numbers` read it as one."""
    return _PLAIN.fullmatch(text) is not None


def written(number: Decimal) -> str:
    """Without exponent and without zeros that say nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _expanded(match: re.Match[str], most: int) -> list[str]:
    first, last = Decimal(match["first"]), Decimal(match["last"])
    if match["count"]:
        count = int(match["count"])
        if count < 2 or count > most:
            return [written(first)] * (most + 1) if count > most else [written(first)]
        gap = (last - first) / (count - 1)
        return [written(round(first + gap * place, 4)) for place in range(count)]
    step = abs(Decimal(match["step"] or match["by"] or 1))
    if not step:
        return [match[0]]
    found: list[str] = []
    value, way = first, 1 if last >= first else -1
    while (last - value) * way >= 0 and len(found) <= most:
        found.append(written(value))
        value += step * way
    return found


def _in_quotes(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _unquoted(line: str) -> str:
    if len(line) >= 2 and line[0] == line[-1] == '"':
        return line[1:-1].replace('""', '"').strip()
    return line
