"""What automated checks and votes found, from the facts of a case, in words for moderators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gallery.models import Case
from gallery.models.refusal import LockedBy
from gallery.ratings import Rating


def found_in(case: Case) -> list[str]:
    """A sentence for each thing that was found; facts of which no sentence is known are left out."""
    facts = case.facts
    return [*_rating(facts), *_rules(facts), *_held(facts), *_votes(facts), *_stuck(facts)]


def _rating(facts: dict[str, Any]) -> Iterator[str]:
    if facts.get("rating") in Rating.values:
        words = {
            "rating": Rating(facts["rating"]).label,
            "percent": f"{float(facts.get('confidence') or 0):.0%}",
            "version": facts.get("version", ""),
        }
        yield _("The rating program says “%(rating)s” and is %(percent)s sure of it (%(version)s).") % words


def _rules(facts: dict[str, Any]) -> Iterator[str]:
    for hit in facts.get("rules", []):
        words = {"rule": hit.get("rule", ""), "words": ", ".join(hit.get("words", []))}
        yield _("The rule “%(rule)s” sends it here for these words: %(words)s") % words


def _held(facts: dict[str, Any]) -> Iterator[str]:
    if facts.get("found_by") in LockedBy.values:
        yield _("Put out of reach by: %(check)s.") % {"check": LockedBy(facts["found_by"]).label}
    if facts.get("words"):
        yield _("The words: %(words)s") % {"words": ", ".join(map(str, facts["words"]))}
    if facts.get("lists"):
        yield _("On these lists: %(lists)s") % {"lists": ", ".join(map(str, facts["lists"]))}


def _votes(facts: dict[str, Any]) -> Iterator[str]:
    votes = [Rating(one).label for one in facts.get("votes", []) if one in Rating.values]
    if votes:
        yield _("Members who are not trusted yet voted: %(ratings)s") % {"ratings": ", ".join(map(str, votes))}
    if facts.get("votes_gone") in Rating.values:
        words = {"rating": Rating(facts["votes_gone"]).label}
        yield _("It is “%(rating)s” by votes of which some count no more: who cast them was banned.") % words


def _stuck(facts: dict[str, Any]) -> Iterator[str]:
    since = parse_datetime(str(facts.get("since", "")))
    if since is not None:
        words = {"since": date_format(localtime(since), "DATETIME_FORMAT"), "tries": facts.get("tries", 0)}
        yield _("The rating program has no answer since %(since)s; it was asked %(tries)s times.") % words
