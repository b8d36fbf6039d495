"""Which tags a prompt speaks of: known ones are found, the rest is offered as words.

Reads through the marks of the A1111 and NovelAI syntaxes (weights, brackets, BREAK, <lora:…>); it doesn't weigh them.
"""

import re
from collections.abc import Iterator

from tagging.edit import resolve_tags
from tagging.models import Tag
from tagging.names import TagNameError, normalise_tag, validate_tag

LONGEST = 5
OFFERED_WORDS = 3
MOST_OFFERED = 40

_EXTRA = re.compile(r"<[^<>]*>")
_WEIGHT = re.compile(r"(?<!\\):\s*-?\d+(?:\.\d+)?(?=\s*[)\]}])|-?\d*\.?\d+::|::")
_BRACKET = re.compile(r"(?<!\\)[()\[\]{}]")
_ESCAPE = re.compile(r"\\([()\[\]{}])")
# `saber_(fate)`: brackets right after an underscore belong to the tag, as booru users type it.
_TAG_BRACKET = re.compile(r"(?<=_)\(([^()\[\]{}<>,:]*)\)")
_PART = re.compile(r"[,;\n、。，|]|\bBREAK\b|\bAND\b|\.(?=\s|$)")


def phrases(prompt: str) -> list[list[str]]:
    """The words of each part of `prompt`, parts being what commas, ends of sentences and BREAK divide."""
    text = _TAG_BRACKET.sub(r"\\(\1\\)", _WEIGHT.sub(" ", _EXTRA.sub(",", prompt)))
    parts = _PART.split(text)
    return [words for part in parts if (words := _plain(part).replace("_", " ").split())]


def tags_and_words(prompt: str) -> tuple[list[str], list[str]]:
    """Names of the tags that `prompt` speaks of (aliases resolved), and normalised words that no tag has yet.

    In each part of the prompt, the longest known tag of up to five words wins; what stays between known ones is
    offered when it is short enough to be a tag.
    """
    parts = phrases(prompt)
    wanted = {name for words in parts for _start, _end, name in _runs(words)}
    known = resolve_tags(wanted)
    tags: dict[str, None] = {}
    offered: dict[str, None] = {}
    for words in parts:
        for found in _read(words, known):
            if isinstance(found, Tag):
                tags[found.name] = None
            elif _can_be_tag(found):
                offered[normalise_tag(" ".join(found))] = None
    return list(tags), list(offered)[:MOST_OFFERED]


def _plain(part: str) -> str:
    # A tag's own brackets, as in `saber_(fate)` written `saber \(fate\)`, stay; emphasis goes.
    return _ESCAPE.sub(r"\1", _BRACKET.sub(" ", part)).strip()


def _runs(words: list[str]) -> Iterator[tuple[int, int, str]]:
    for start in range(len(words)):
        for end in range(min(len(words), start + LONGEST), start, -1):
            yield start, end, normalise_tag(" ".join(words[start:end]))


def _read(words: list[str], known: dict[str, Tag]) -> Iterator[Tag | list[str]]:
    start = 0
    between: list[str] = []
    while start < len(words):
        for end in range(min(len(words), start + LONGEST), start, -1):
            tag = known.get(normalise_tag(" ".join(words[start:end])))
            if tag is not None:
                if between:
                    yield between
                    between = []
                yield tag
                start = end
                break
        else:
            between.append(words[start])
            start += 1
    if between:
        yield between


def _can_be_tag(words: list[str]) -> bool:
    name = normalise_tag(" ".join(words))
    if len(words) > OFFERED_WORDS or not any(character.isalpha() for character in name):
        return False
    try:
        validate_tag(name)
    except TagNameError:
        return False
    return True
