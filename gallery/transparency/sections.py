"""The figures of a year as tables in words, the same for the page, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from gallery.models.label import DisputeState
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiEvidence
from gallery.models.rating import RatingKind
from gallery.models.refusal import LockedBy
from gallery.models.review import CaseKind, Detection, Outcome, Restriction, SiteRule

NONE = "–"


@dataclass(frozen=True)
class Table:
    """Rows begin with what they are about; the rest are numbers in words. Without rows there was nothing. `foot`: sums
    of the columns."""

    head: list[str]
    rows: list[list[str]]
    foot: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """One heading of the report. `key` is its anchor, `about` what is counted, `notes` sentences below."""

    key: str
    title: str
    about: str
    tables: list[Table]
    notes: list[str]


def sections(figures: dict[str, Any]) -> list[Section]:
    """All of the report, in the language that is active."""
    made: Iterable[Callable[[dict[str, Any]], Section]] = (
        _notices,
        _decisions,
        _restrictions,
        _appeals,
        _sanctions,
        _refusals,
        _automated,
        _labels,
        _missing,
    )
    return [one(figures) for one in made]


def _notices(figures: dict[str, Any]) -> Section:
    head = [_("Rule"), _("By members"), _("By visitors"), pgettext("sum of a row", "Together")]
    reports = figures["notices"]["report"]
    rows = [
        [str(rule.label), *_numbers(one["members"], one["visitors"], one["members"] + one["visitors"])]
        for rule in SiteRule
        if (one := reports["rules"].get(rule.value))
    ]
    sums = [reports["members"], reports["visitors"]]
    foot = [pgettext("sum of a column", "All"), *_numbers(*sums, sum(sums))]
    others = [
        [_("Flags by members"), _number(figures["notices"]["flag"]["members"])],
        [_("Rating disputes by members"), _number(figures["notices"]["rating"]["members"])],
    ]
    about = _("What members and visitors reported to the moderators, by the rule that they named.")
    return Section("reports", _("Reports"), about, [Table(head, rows, foot), Table(_pair(), others)], [])


def _decisions(figures: dict[str, Any]) -> Section:
    cases = {kind: figures["decisions"][kind.value] for kind in CaseKind}
    shown = {kind: one for kind, one in cases.items() if one["opened"] or one["decided"]}
    times = Table(
        [_("Kind"), _("Opened"), pgettext("cases", "Decided"), _("Median time to the decision")],
        [
            [str(kind.label), *_numbers(one["opened"], one["decided"]), _hours(one["median_hours"])]
            for kind, one in shown.items()
        ],
    )
    # How appeals end stands below, in words of its own.
    ending = {kind: one for kind, one in shown.items() if one["decided"] and kind != CaseKind.APPEAL}
    outcomes = [outcome for outcome in Outcome if any(outcome.value in one["outcomes"] for one in ending.values())]
    ended = Table(
        [_("Kind"), *(str(outcome.label) for outcome in outcomes)],
        [
            [str(kind.label), *_numbers(*(one["outcomes"].get(outcome.value, 0) for outcome in outcomes))]
            for kind, one in ending.items()
        ],
    )
    about = _("What waited for a moderator, how long it took, and how it ended. Moderators decide, not machines.")
    return Section("decisions", _("Decisions"), about, [times, ended], [])


def _restrictions(figures: dict[str, Any]) -> Section:
    made = figures["restrictions"]
    present = [one for one in Restriction if one.value in made["rules"]]
    by_rule = Table(
        [_("Rule"), *(RESTRICTIONS[one]() for one in present)],
        [
            [str(rule.label), *_numbers(*(made["rules"][one.value].get(rule.value, 0) for one in present))]
            for rule in SiteRule
            if any(rule.value in made["rules"][one.value] for one in present)
        ],
    )
    found = Table(
        [_("How it came to light"), pgettext("column of numbers", "Number")],
        [
            [str(one.label), _number(made["detection"][one.value])]
            for one in Detection
            if made["detection"].get(one.value)
        ],
    )
    notes = [
        ngettext(
            "%(n)s of them was decided by a machine alone.",
            "%(n)s of them were decided by a machine alone.",
            made["automated"],
        )
        % {"n": _number(made["automated"])}
    ]
    about = _("Each comes with a statement of reasons for the person concerned, and can be appealed.")
    return Section("restrictions", _("Restrictions"), about, [by_rule, found], notes)


RESTRICTIONS: dict[Restriction, Callable[[], str]] = {
    Restriction.REMOVAL: lambda: _("Posts removed"),
    Restriction.RATING: lambda: _("Posts rated higher"),
    Restriction.LABEL: lambda: _("Labels changed"),
    Restriction.COMMENT: lambda: _("Comments removed"),
    Restriction.STYLE: lambda: _("Styles hidden"),
    Restriction.STRIKE: lambda: _("Strikes"),
    Restriction.BAN: lambda: _("Bans"),
}


def _appeals(figures: dict[str, Any]) -> Section:
    one = figures["appeals"]
    rows = [
        [_("Received"), _number(one["received"])],
        [_("Decisions overturned"), _number(one["overturned"])],
        [_("Decisions upheld"), _number(one["upheld"])],
        [_("Median time to the decision"), _hours(one["median_hours"])],
    ]
    about = _("One for each decision, decided by another moderator than the one who made it, where there is another.")
    return Section("appeals", _("Appeals"), about, [Table(_pair(), rows)], [])


def _sanctions(figures: dict[str, Any]) -> Section:
    words = {
        ModerationKind.STRIKE: _("Strikes given"),
        ModerationKind.VOID: _("Strikes taken back"),
        ModerationKind.BAN: _("Accounts or blocks of addresses banned"),
        ModerationKind.UNBAN: _("Bans lifted before their end"),
    }
    rows = [[text, _number(figures["sanctions"].get(kind.value, 0))] for kind, text in words.items()]
    about = _("What was decided about accounts instead of posts.")
    return Section("sanctions", _("Strikes and bans"), about, [Table(_pair(), rows)], [])


def _refusals(figures: dict[str, Any]) -> Section:
    rules = figures["refusals"]
    names = sorted(rules, key=lambda rule: (rule != "", -rules[rule], rule))
    rows = [[name or _("The fixed rule"), _number(rules[name])] for name in names]
    held = figures["held_back"]
    notes = [
        ngettext(
            "%(n)s picture was put out of reach because a list of known files has it.",
            "%(n)s pictures were put out of reach because a list of known files has them.",
            held.get(LockedBy.LIST.value, 0),
        )
        % {"n": _number(held.get(LockedBy.LIST.value, 0))},
        ngettext(
            "%(n)s was for the words that came with it or by a moderator.",
            "%(n)s were for the words that came with them or by a moderator.",
            (other := held.get(LockedBy.WORDS.value, 0) + held.get(LockedBy.MODERATOR.value, 0)),
        )
        % {"n": _number(other)},
    ]
    about = _("How often a rule refused a prompt, a text or a name before anything was drawn or posted.")
    return Section(
        "refusals", _("Refusals"), about, [Table([_("Rule"), pgettext("column of numbers", "Number")], rows)], notes
    )


def _automated(figures: dict[str, Any]) -> Section:
    one = figures["automated"]
    ratings = {
        RatingKind.RULES: _("Rules on tags and prompt made a rating stricter"),
        RatingKind.FLOOR: _("The minimum of a tag made a rating stricter"),
        RatingKind.RATER: _("The rating program made a rating stricter"),
    }
    rows = [
        _part(_("Automated checks called a moderator"), one["doubts"]["decided"], one["doubts"]["left"]),
        _part(_("Restrictions that an automated check led to"), one["noticed"]["made"], one["noticed"]["overturned"]),
        _part(_("Restrictions decided by a machine alone"), one["decided"]["made"], one["decided"]["overturned"]),
    ]
    rows += [
        _part(text, one["ratings"][kind.value]["moved"], one["ratings"][kind.value]["lowered"])
        for kind, text in ratings.items()
    ]
    head = [_("What a machine did"), pgettext("column of numbers", "Number"), _("Found wrong by a person"), _("Share")]
    notes = [
        _(
            "Wrong is a check after which a moderator left the post as it is, a decision overturned on "
            "appeal, and a stricter rating that a moderator lowered next."
        ),
        _("How much the machines miss is not measured."),
    ]
    about = _(
        "Machines look at words, tags and pixels, and at lists of known files. They make ratings "
        "stricter, hold known files back and call moderators."
    )
    return Section("automated", _("Automated means"), about, [Table(head, rows)], notes)


def _labels(figures: dict[str, Any]) -> Section:
    changed, disputes = figures["labels"]["changed"], figures["labels"]["disputes"]
    rows = [
        [_("Now resting on: %(evidence)s") % {"evidence": kind.label}, _number(changed[kind.value])]
        for kind in AiEvidence
        if changed.get(kind.value)
    ]
    rows += [
        [_("Label disputes raised"), _number(disputes["raised"])],
        [_("Label disputes upheld"), _number(disputes.get(DisputeState.UPHELD.value, 0))],
        [_("Label disputes rejected"), _number(disputes.get(DisputeState.REJECTED.value, 0))],
    ]
    about = _("How often the label of a post, which says how it was made, was changed after its publication.")
    return Section("labels", _("Labels of origin"), about, [Table(_pair(), rows)], [])


def _missing(figures: dict[str, Any]) -> Section:
    about = _(
        "Orders by authorities, disputes settled out of court and the number of people who use the site "
        "are not known to the program. Whoever runs the site adds them where the law asks for them."
    )
    return Section("not-counted", _("What is not counted"), about, [], [])


def _part(what: str, number: int, wrong: int) -> list[str]:
    share = NONE if not number else _("%(part)s %%") % {"part": number_format(100 * wrong / number, 1)}
    return [what, *_numbers(number, wrong), share]


def _pair() -> list[str]:
    return [pgettext("column of things counted", "What"), pgettext("column of numbers", "Number")]


def _numbers(*counted: int) -> list[str]:
    return [_number(one) for one in counted]


def _number(counted: int) -> str:
    return number_format(counted, force_grouping=True)


def _hours(hours: float | None) -> str:
    if hours is None:
        return NONE
    if hours < 1:
        minutes = round(hours * 60)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": _number(minutes)}
    if hours < 48:
        return _("%(n)s hours") % {"n": number_format(hours, 1)}
    return _("%(n)s days") % {"n": number_format(hours / 24, 1)}
