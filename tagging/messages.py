"""Sentences for what can be wrong with a query or a tag's name: what was read, where, and what would be right."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tagging.names import TagNameError
from tagging.query import QueryError
from tagging.value_messages import right_value
from tagging.wiki import WikiError

SHOWN = 60  # characters of a wrong value that a sentence repeats


def explain(error: QueryError) -> str:
    """The error as a sentence in the reader's language. It holds text that the reader typed: escape it in HTML."""
    return _("Column %(column)d: %(problem)s") % {"column": error.column, "problem": _problem(error)}


def _problem(error: QueryError) -> str:
    params = error.params
    match error.code:
        case "bad_character":
            return _("there is an invisible character (%(character)s). Please delete it.") % params
        case "bad_value":
            value = params["value"] if len(params["value"]) <= SHOWN else params["value"][:SHOWN] + "…"
            return f"{params['name']}:{value} — {right_value(params)}"
        case "dangling_operator" if params["side"] == "left":
            return _("“%(operator)s” needs a tag before it, as in “cat %(operator)s dog”.") % params
        case "dangling_operator" if params["operator"] in ("-", "~", "－", "～"):
            return _("“%(operator)s” needs a tag right after it, as in “%(operator)scat”.") % params
        case "dangling_operator" if params["operator"].lower() == "not":
            return _("“%(operator)s” needs a tag after it, as in “%(operator)s cat”.") % params
        case "dangling_operator":
            return _("“%(operator)s” needs a tag after it, as in “cat %(operator)s dog”.") % params
        case "double_prefix":
            return (
                _("“%(operator)s” follows another sign. Put brackets around what it belongs to, as in “-(-cat)”.")
                % params
            )
        case "empty_group":
            return _("these brackets are empty. Put a search between them or delete them.")
        case "order_conflict":
            return _("%(name)s: and %(other)s: each say in which order posts come. Please keep one of them.") % params
        case "order_misplaced":
            return (
                _("%(name)s: rules the whole search, so it cannot stand inside “-”, “~”, “or” or a group of these.")
                % params
            )
        case "order_repeated":
            return _("%(name)s: is there a second time. Please keep one.") % params
        case "too_deep":
            return _("brackets can be nested %(limit)d deep at most.") % params
        case "too_long":
            return _("a search can have %(limit)d characters at most.") % params
        case "too_many_stars":
            return _("a word can have %(limit)d stars (*) at most.") % params
        case "too_many_terms":
            return _("a search can have %(limit)d terms at most.") % params
        case "unbalanced_close":
            return _("this “)” closes nothing. Delete it or add a “(” before.")
        case "unbalanced_open":
            return _("this “(” is never closed. Add a “)”, or delete it.")
        case "unclosed_quote":
            return _("the quotation mark %(quote)s is never closed. Add another one at the end of the value.") % params
        case "unknown_metatag":
            if not params["nearest"]:
                return _("this site has no %(name)s: search yet. The search help lists what it has.") % params
            return _("this site has no %(name)s: search yet. Did you mean %(names)s?") % {
                "name": params["name"],
                "names": ", ".join(f"{name}:" for name in params["nearest"]),
            }
        case "wildcard_alone":
            return _("“*” alone fits every tag. Add some letters, as in “blue_*”.")
    raise AssertionError(f"no sentence for {error.code}")


def explain_unknown(name: str) -> str:
    """A sentence for a tag that doesn't exist."""
    return _("There is no tag “%(name)s”.") % {"name": name}


def explain_name(error: TagNameError) -> str:
    """Why no tag can have this name, as a sentence."""
    params = error.params
    match error.code:
        case "empty":
            return _("A tag needs a name.")
        case "too_long":
            return _("The tag “%(name)s” is too long: %(limit)d characters are the most.") % params
        case "not_ascii":
            return (
                _(
                    "The tag “%(name)s” contains “%(character)s”. "
                    "Tags are written in Latin letters, digits and signs, without accents."
                )
                % params
            )
        case "forbidden_character":
            return _("The tag “%(name)s” contains “%(character)s”, which no tag may contain.") % params
        case "bad_start":
            return _("The tag “%(name)s” cannot begin with “%(character)s”.") % params
        case "bad_end":
            return _("The tag “%(name)s” cannot end with “_”.") % params
        case "double_underscore":
            return _("The tag “%(name)s” contains “__”. Join words by a single “_”.") % params
        case "unbalanced_brackets":
            return _("The tag “%(name)s” has a bracket without its partner.") % params
        case "metatag_prefix":
            return _("The tag “%(name)s” cannot begin with “%(prefix)s”, which has a meaning in searches.") % params
        case "reserved":
            return _("“%(name)s” has a meaning in searches and cannot be a tag.") % params
    raise AssertionError(f"no sentence for {error.code}")


def explain_wiki(error: WikiError) -> str:
    """Why a wiki page cannot be written so, as a sentence."""
    params = error.params
    match error.code:
        case "text_too_long":
            return _("The text has %(length)d characters; %(limit)d are the most.") % params
        case "too_many_names":
            return _("There are %(count)d other names; %(limit)d are the most.") % params
        case "name_too_long":
            return _("The name “%(name)s…” is too long: %(limit)d characters are the most.") % params
        case "page_locked":
            return _("This page is locked; only moderators can change it.")
        case "page_deleted":
            return _("This page is deleted; a moderator has to restore it before it can be changed.")
        case "unknown_version":
            return _("This page has no version %(number)d.") % params
    raise AssertionError(f"no sentence for {error.code}")
