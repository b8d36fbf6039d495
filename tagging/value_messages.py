"""Sentences for a metatag's value that cannot be read: what would be right, with an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

SHOWN_CHOICES = 25  # a sentence lists no more words than this


def right_value(params: Mapping[str, Any]) -> str:
    """A sentence on what `params["name"]` takes, for the params of a `bad_value`."""
    expected = params["expected"]
    sentence = _quantity(expected, params) or _time(expected, params) or _word(expected, params)
    if sentence is None:
        raise AssertionError(f"no sentence for a value that should be {expected}")
    return sentence


def _quantity(expected: str, params: Mapping[str, Any]) -> str | None:
    match expected:
        case "numbers":
            return (
                _("%(name)s takes a number, a range such as 20..30, >20 or <=30, or a list of these with commas.")
                % params
            )
        case "numbers_or_none":
            return (
                _("%(name)s takes a number, a range such as 20..30, >20 or <=30, a list of these, “any” or “none”.")
                % params
            )
        case "smaller_number":
            return _("%(name)s takes whole numbers up to %(limit)d.") % params
        case "decimals":
            return _("%(name)s takes a number such as 7 or 7.5, a range such as 6..8 or >6.5, or a list.") % params
        case "decimals_or_none":
            return (
                _("%(name)s takes a number such as 7 or 7.5, a range such as 6..8 or >6.5, a list, “any” or “none”.")
                % params
            )
        case "megapixels":
            return _("%(name)s takes millions of pixels such as 1.5, or a range such as >2 or 0.5..1.5.") % params
        case "ratios":
            return _("%(name)s takes width by height such as 16:9 or 1.78, or a range such as >1 or 1..1.5.") % params
        case "file_sizes":
            return _("%(name)s takes a size such as 500kb or 1.5mb, or a range such as >2mb or 200kb..1mb.") % params
    return None


def _time(expected: str, params: Mapping[str, Any]) -> str | None:
    match expected:
        case "dates":
            return (
                _(
                    "%(name)s takes a date such as 2026-01-31, 2026-01, 2026, today or yesterday, "
                    "or a range such as >=2026-01-31 or 2026-01..2026-03."
                )
                % params
            )
        case "dates_or_none":
            return (
                _(
                    "%(name)s takes a date such as 2026-01-31, 2026-01, 2026, today or yesterday, "
                    "a range such as >=2026-01-31 or 2026-01..2026-03, “any” or “none”."
                )
                % params
            )
        case "no_such_date":
            return _("the calendar has no such date. Write it as year, month and day, as in 2026-01-31.")
        case "ages":
            return (
                _(
                    "%(name)s takes an age such as 2w, 1mo or 1y2mo, or a range such as <1w (newer than a week) "
                    "or 1d..3d. The units are s, min, h, d, w, mo and y, the largest first."
                )
                % params
            )
        case "ages_or_none":
            return (
                _("%(name)s takes an age such as 2w, 1mo or 1y2mo, a range such as <1w or 1d..3d, “any” or “none”.")
                % params
            )
        case "no_such_age":
            return _("the calendar does not go so far back. Ages can be written as in <2y or 3d.")
    return None


def _word(expected: str, params: Mapping[str, Any]) -> str | None:
    match expected:
        case "value_after_colon":
            return _("write the value right after the colon, without a space, as in %(example)s.") % params
        case "choices":
            return _("%(name)s takes one of: %(choices)s.") % {
                "name": params["name"],
                "choices": _listed(params["choices"]),
            }
        case "id_or_presence":
            return _("%(name)s takes the number of a post, or one of: %(choices)s.") % {
                "name": params["name"],
                "choices": _listed(params["choices"]),
            }
        case "order" if params["nearest"]:
            return _("there is no such order. Did you mean %(orders)s?") % {"orders": _listed(params["nearest"])}
        case "order":
            return _("there is no such order. There are: %(orders)s.") % {"orders": _listed(params["choices"])}
        case "order_seed":
            return _("after order:%(order)s: comes a whole number, as in order:%(order)s:42.") % params
        case "order_without_seed":
            return _("order:%(order)s takes no second colon. Write order:%(order)s alone.") % params
        case "text":
            return (
                _("%(name)s takes words, up to %(limit)d characters; put them in quotation marks if there are spaces.")
                % params
            )
        case "text_or_none":
            return (
                _(
                    "%(name)s takes words, up to %(limit)d characters, “any” or “none”; put words in quotation marks "
                    "if there are spaces."
                )
                % params
            )
        case "user_name":
            return _("%(name)s takes the name of a member, up to %(limit)d characters.") % params
        case "user_name_or_none":
            return _("%(name)s takes the name of a member, up to %(limit)d characters, “any” or “none”.") % params
        case "hex_digests":
            return _("%(name)s takes %(length)d digits from 0 to 9 and a to f, or a list of these.") % params
    return None


def _listed(words: tuple[str, ...]) -> str:
    more = ", …" if len(words) > SHOWN_CHOICES else ""
    return ", ".join(words[:SHOWN_CHOICES]) + more
