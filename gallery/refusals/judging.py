"""What somebody wrote, held against the fixed rule and the rules that admins wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gallery.errors import Invalid
from gallery.models import RefusalRule
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.refusals.fixed import minors_in
from gallery.refusals.normal import readings
from gallery.refusals.terms import Finder, Term, read_terms

_ROW = ("name", "effect", "places", "terms", "note")


@dataclass(frozen=True)
class Said:
    """A text and where it stands."""

    place: RulePlace
    text: str


@dataclass(frozen=True)
class Hit:
    """A rule that found something, and the words that it found as they are normalised. `fixed` has no name."""

    effect: RuleEffect
    words: tuple[str, ...]
    name: str = ""
    note: str = ""

    @property
    def fixed(self) -> bool:
        """Whether this is the rule in code."""
        return not self.name


@dataclass(frozen=True)
class Verdict:
    """All that was found, the fixed rule first, then by name."""

    hits: tuple[Hit, ...] = ()

    def by(self, effect: RuleEffect) -> tuple[Hit, ...]:
        """What has this effect."""
        return tuple(hit for hit in self.hits if hit.effect == effect)

    @property
    def refusing(self) -> Hit | None:
        """The first rule that refuses."""
        return next(iter(self.by(RuleEffect.REFUSE)), None)


class Refused(Invalid):  # the name is read as a sentence at the call
    """Something that a rule refuses; `hit` says which and why."""

    def __init__(self, hit: Hit) -> None:
        words = ", ".join(hit.words)
        if hit.fixed:
            super().__init__("refused_minors", words=words)
        else:
            super().__init__("refused_by_rule", rule=hit.name, words=words, note=f" {hit.note}" if hit.note else "")
        self.hit = hit


def judge(said: Iterable[Said]) -> Verdict:
    """Everything that the rules find in texts that belong together; whoever asks decides what comes of it.

    A negative prompt names what is to be left out, so the fixed rule doesn't look there; where it asks for what it
    says (`fixed.asks_for`), give it as a prompt.
    """
    texts = [one for one in said if one.text]
    hits = list[Hit]()
    minors = minors_in(one.text for one in texts if one.place != RulePlace.NEGATIVE)
    if minors:
        hits.append(Hit(RuleEffect.REFUSE, minors))
    rows = RefusalRule.objects.filter(enabled=True).order_by("name").values_list(*_ROW)
    rules = _compiled(tuple((name, effect, tuple(places), terms, note) for name, effect, places, terms, note in rows))
    if rules and texts:
        read = [(one.place, reading) for one in texts for reading in readings(one.text)]
        hits += [hit for rule in rules if (hit := rule.hit(read)) is not None]
    return Verdict(tuple(hits))


def require(said: Iterable[Said]) -> Verdict:
    """The verdict on texts that no rule refuses. Raises `Refused`."""
    verdict = judge(said)
    if verdict.refusing is not None:
        raise Refused(verdict.refusing)
    return verdict


def require_nothing_new(before: Iterable[Said], after: Iterable[Said]) -> Verdict:
    """What the rules find in texts `after` somebody changed them and did not find `before`. Raises `Refused`."""
    known = judge(before).hits
    new = Verdict(tuple(hit for hit in judge(after).hits if hit not in known))
    if new.refusing is not None:
        raise Refused(new.refusing)
    return new


@dataclass(frozen=True)
class _Rule:
    effect: RuleEffect
    name: str
    note: str
    places: frozenset[str]
    terms: tuple[Term, ...]
    finder: Finder

    def hit(self, read: list[tuple[RulePlace, str]]) -> Hit | None:
        found = frozenset(
            word for place, reading in read if place in self.places for word in self.finder.found(reading)
        )
        named = {word.text for term in self.terms if found.issuperset(term.words) for word in term.words}
        return Hit(self.effect, tuple(sorted(named)), self.name, self.note) if named else None


@lru_cache(maxsize=4)
def _compiled(rows: tuple[tuple[Any, ...], ...]) -> tuple[_Rule, ...]:
    """The rules as they stand; made anew when one was changed, in whatever process."""
    made = []
    for name, effect, places, written, note in rows:
        terms = tuple(read_terms(written))
        finder = Finder(word for term in terms for word in term.words)
        made.append(_Rule(RuleEffect(effect), name, note, frozenset(places), terms, finder))
    return tuple(made)
