"""Leaving one rule out for one page: rules get names that nobody but the site can make.

A link could otherwise show somebody what they asked to be spared: the names of rules that many people have could be
worked out by anyone.
"""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser
from django.utils.crypto import salted_hmac

from gallery.filters.spec import BLUR, HIDE, Rules, Said
from gallery.models.user import User
from gallery.ratings import Rating

PARAMETER = "lift"
MUTED = "muted"
MOST = 60
_LENGTH = 20


def lifted_by(viewer: User | AnonymousUser) -> frozenset[str]:
    """The names that this request asks to leave out."""
    found: frozenset[str] = getattr(viewer, "lifted", frozenset())
    return found


def read_lifted(texts: list[str]) -> frozenset[str]:
    """From the values of the parameter."""
    return frozenset(text for text in texts[:MOST] if len(text) == _LENGTH)


def rule_name(scope: str, kind: str, text: str = "") -> str:
    """The name of a rule; `scope` says whose filter, `kind` is `hide`, `blur`, `rating` or `muted`."""
    return salted_hmac("gallery.filters.lifting", "\x00".join([scope, kind, text])).hexdigest()[:_LENGTH]


def without_lifted(said: Said, lifted: frozenset[str], scope: str) -> Said:
    """The filter without what is lifted; names of nothing in it change nothing."""

    def kept(kind: str, rules: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(rule for rule in rules if rule_name(scope, kind, rule) not in lifted)

    def left(ratings: frozenset[Rating]) -> frozenset[Rating]:
        return frozenset(rating for rating in ratings if rule_name(scope, "rating", rating.value) not in lifted)

    return replace(
        said,
        hidden_ratings=left(said.hidden_ratings),
        blurred_ratings=left(said.blurred_ratings),
        rules=Rules(kept(HIDE, said.rules.hide), kept(BLUR, said.rules.blur)),
        muted=() if rule_name(scope, MUTED) in lifted else said.muted,
    )
