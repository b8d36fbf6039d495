"""The dashboard's charts in words and colours."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gallery.dashboard.charts import Chart, chart
from gallery.dashboard.counting import ACTS, OTHERS, Numbers, kept_numbers
from gallery.dashboard.periods import Period
from gallery.dashboard.storage import by_day
from gallery.models.review import CaseKind
from gallery.ratings import ORDER

Rows = list[tuple[str, int, list[int]]]
# The colour of each rating is that of its badge wherever it stands.
RATING_COLOURS = dict(zip(ORDER, (2, 3, 4, 5), strict=True))


def charts(period: Period) -> list[Chart]:
    """All that are columns by day or week."""
    found = kept_numbers(period)
    said = {CaseKind.REPORT: 1, CaseKind.FLAG: 4, CaseKind.RATING: 6}
    acts = dict(zip(ACTS, (5, 4, 2, 6), strict=True))
    whole, rest = by_day(period)
    nothing = [0] * period.columns
    by_rating = [
        (str(one.label), colour, found["posts"].get(one.value, nothing)) for one, colour in RATING_COLOURS.items()
    ]
    return [
        chart("reports", _("Reports, flags and rating disputes"), period, _named(found["said"], said)),
        chart("removals", _("Removed, re-rated, restored"), period, _named(found["acts"], acts)),
        chart("refusals", _("Refused, by rule"), period, _refusals(found["refusals"])),
        chart("posts", _("New posts, by their rating now"), period, by_rating),
        chart(
            "sign-ups",
            _("New accounts"),
            period,
            [(_("New accounts"), 1, found["sign_ups"].get("", nothing))],
        ),
        chart(
            "storage",
            _("What files take up"),
            period,
            [(_("Originals"), 1, whole), (_("Previews"), 6, rest)],
            words=lambda size: str(filesizeformat(size)).replace("\xa0", " "),
            sums=False,
        ),
    ]


def _named(counted: Numbers, colours: dict[Any, int]) -> Rows:
    return [(str(kind.label), colour, counted[kind.value]) for kind, colour in colours.items() if kind.value in counted]


def _refusals(counted: Numbers) -> Rows:
    names = {"": _("The fixed rule"), OTHERS: pgettext("rules", "Others")}
    colours = iter((1, 2, 3, 6, 4, 7))
    return [(names.get(rule, rule), 5 if rule == "" else next(colours), values) for rule, values in counted.items()]
