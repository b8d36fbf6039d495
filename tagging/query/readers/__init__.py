"""Readers: from the text after a metatag's colon to a typed value.

A reader is a function `(text, quoted, clock) -> value` that raises `BadValue` and nothing else. The forms are
Danbooru's (https://danbooru.donmai.us/wiki_pages/help:cheatsheet); where a whole day, month or year is meant, a range
includes all of it.
"""

from tagging.query.readers.numbers import decimals, file_sizes, integers, megapixels, ratios
from tagging.query.readers.times import ages, dates
from tagging.query.readers.words import choices, hex_digests, id_or_name, id_or_presence, text, user_name

__all__ = [
    "ages",
    "choices",
    "dates",
    "decimals",
    "file_sizes",
    "hex_digests",
    "id_or_name",
    "id_or_presence",
    "integers",
    "megapixels",
    "ratios",
    "text",
    "user_name",
]
