"""Sexual content that involves minors is refused, whatever an operator sets: there is nothing here to turn off."""

import re
from collections.abc import Iterable

from gallery.refusals.fixed_terms import BOTH, CHILDHOOD, INNOCENT, SEXUAL
from gallery.refusals.normal import readings
from gallery.refusals.terms import Finder, word

_CHILDHOOD = frozenset(map(word, CHILDHOOD))
_SEXUAL = frozenset(map(word, SEXUAL))
_BOTH = frozenset(map(word, BOTH))
_FINDER = Finder(_CHILDHOOD | _SEXUAL | _BOTH, map(word, INNOCENT))
# `(word:-1.2)`: in what is to be left out this asks for it.
_MINUS = re.compile(r":\s*[-−－]\s*[0-9.]")


def minors_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The words for which the texts, taken as one, are refused; empty where they are not.

    A word of childhood in one text and a sexual one in another are one saying: a title and its prompt belong together.
    """
    found = frozenset(hit for text in texts for reading in readings(text) for hit in _FINDER.found(reading))
    named = found & _BOTH
    childhood, sexual = found & _CHILDHOOD, found & _SEXUAL
    if childhood and sexual:
        named |= childhood | sexual
    return tuple(sorted(hit.text for hit in named))


def asks_for(negative_prompt: str, guidance: float | None) -> bool:
    """Whether a negative prompt asks for what it says: below a guidance of 1 the picture goes towards it, and so it
    does for what is weighted below zero. Else it may name both kinds of words, to keep them out of the picture."""
    return (guidance is not None and guidance < 1) or _MINUS.search(negative_prompt) is not None
