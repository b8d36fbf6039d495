"""What the desk's search box is completed to: its own metatags with their values, and words of one's own prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from django.db.models import Count, F, Q, QuerySet, TextField
from django.db.models import Value as Constant
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from gallery.models import User
from gallery.provenance.words import searchable
from gallery.search.expressions import Like, literally
from gallery.search.metatags.prompts import stands_anywhere, words_in
from gallery.tags.completion import LINES, METATAG_LINES, Line, cleaned, in_two, metatag_names, value_line
from gallery.tags.completion_values import Value, as_begun, fixed_values
from generation.desk.terms import has_lora, registry
from generation.models import Take
from generation.takes import owned
from tagging.prompt_words import phrases
from tagging.query import MetatagKind, QueryError, Tag, parse

LOOKED_AT = 1000
"""So many takes that hold what was typed are looked at, the newest first."""
MOST_WORDS, LONGEST = 4, 60
"""A part of a prompt with more words or letters is a sentence: of that, only the word begun is offered."""


def complete_word(user: User, typed: str) -> list[Line]:
    """At most ten lines for what was typed of the word at the caret. They come from the language and from `user`'s own
    takes, those in the bin left out."""
    word = cleaned(typed)
    if not word:
        return []
    named = in_two(word)
    if named is not None and registry.is_reserved(named[0]):
        kind = registry.kind(named[0])
        return [value_line(kind.name, value) for value in _values(user, kind, named[1])[:LINES]] if kind else []
    names = metatag_names(registry, word)[:METATAG_LINES]
    return (names + [Line("word", text, text) for text in _words(user, word) if _is_one_word(text)])[:LINES]


def _values(user: User, kind: MetatagKind, typed: str) -> list[Value]:
    text = as_begun(typed)
    own = _OWN.get(kind.name)
    return (own(user, text) if own else []) + fixed_values(registry, kind, text)


def _words(user: User, begun: str) -> list[str]:
    """Parts of prompts in which `begun` begins a word, written as one word, those of most takes first."""
    words = searchable(begun).strip()
    if not words or "*" in begun:
        return []
    begins = words if stands_anywhere(words) else f" {words}"
    found: Counter[str] = Counter()
    holding = _newest(owned(user).filter(words_in("words", f"{words}*", literal=False)))
    for prompt in holding.values_list(KeyTextTransform("prompt", "recipe"), flat=True):
        parts = (searchable(" ".join(part)) for part in phrases(prompt or ""))
        found.update({_offered(part, begins) for part in parts if begins in part})
    return [text for text, _times in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:LINES]]


def _offered(part: str, begins: str) -> str:
    """`part` as one word, or the words of it that were begun where it is long."""
    words = part.split()
    if len(words) > MOST_WORDS or len(part) > LONGEST:
        at = part.index(begins)
        words = part[part.rindex(" ", 0, at + 1) : part.index(" ", at + len(begins))].split()
    return "_".join(words)


def _is_one_word(text: str) -> bool:
    """Whether a search reads it as a word: `or` is none."""
    try:
        return isinstance(parse(text, registry), Tag)
    except QueryError:
        return False


def _of_prompt(user: User, text: str) -> list[Value]:
    before, comma, last = text.rpartition(",")
    return [Value(before + comma + word) for word in _words(user, last)]


def _said(name: str) -> Callable[[User, str], list[Value]]:
    """What stands under this name in recipes."""

    def values(user: User, text: str) -> list[Value]:
        said = Coalesce(KeyTextTransform(name, "recipe"), Constant(""), output_field=TextField())
        takes = owned(user).order_by().annotate(said=said).exclude(said="").filter(_holds(text))
        counted = takes.values("said").annotate(times=Count("pk")).order_by("-times", "said")
        return _begun_first(counted.values_list("said", flat=True)[: 2 * LINES], text)

    return values


def _loras(user: User, text: str) -> list[Value]:
    found: Counter[str] = Counter()
    for loras in _newest(owned(user).filter(has_lora(f"%{literally(text)}%"))).values_list("recipe__loras", flat=True):
        found.update({str(lora["name"]) for lora in loras if text in str(lora.get("name")).lower()})
    return _begun_first([name for name, _times in found.most_common(2 * LINES)], text)


def _begun_first(names: QuerySet[Take, str] | list[str], text: str) -> list[Value]:
    return [Value(name, verbatim=True) for name in sorted(names, key=lambda name: not name.lower().startswith(text))]


def _holds(text: str) -> Q:
    return Q(Like(F("said"), f"%{literally(text)}%", ignore_case=True))


def _newest(takes: QuerySet[Take]) -> QuerySet[Take]:
    return takes[:LOOKED_AT]


_OWN: dict[str, Callable[[User, str], list[Value]]] = {
    "prompt": _of_prompt,
    "model": _said("model_name"),
    "sampler": _said("sampler"),
    "lora": _loras,
}
