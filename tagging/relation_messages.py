"""Sentences for relations between tags that cannot be: what stands against it, and what would be right."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tagging.relations import RelationError


def explain_relation(error: RelationError) -> str:
    """The error as a sentence in the reader's language. It holds names that a reader typed: escape it in HTML."""
    return _sentence(error.code) % error.params


def _sentence(code: str) -> str:
    match code:
        case "alias_to_itself":
            return _("“%(antecedent)s” cannot be an old name of itself. Name two different tags.")
        case "alias_exists":
            return _("“%(antecedent)s” is an old name of “%(consequent)s” already.")
        case "alias_taken":
            return _(
                "“%(antecedent)s” is an old name of “%(current)s” already. Remove that alias first, or alias "
                "“%(current)s” itself."
            )
        case "alias_to_old_name":
            return _(
                "“%(consequent)s” is an old name of “%(current)s”. Alias “%(antecedent)s” to “%(current)s” instead."
            )
        case "alias_chain":
            return _(
                "The alias from “%(antecedent)s” to “%(consequent)s” would make a chain; aliases lead one level only."
            )
        case "alias_has_implications":
            return _("“%(antecedent)s” has implications. Remove them before it becomes an old name.")
        case "no_alias":
            return _("There is no alias from “%(antecedent)s” to “%(consequent)s”.")
        case "implication_to_itself":
            return _("“%(antecedent)s” follows from itself anyway. Name two different tags.")
        case "implication_exists":
            return _("“%(antecedent)s” implies “%(consequent)s” already.")
        case "implication_known":
            return _("“%(antecedent)s” implies “%(consequent)s” already, by way of other tags.")
        case "implication_circle":
            return _(
                "“%(consequent)s” implies “%(antecedent)s”; both ways would close a circle. Remove the other "
                "implication first, or make one an alias of the other."
            )
        case "implication_of_old_name":
            return _("“%(old)s” is an old name of “%(current)s”. Use that one.")
        case "implication_of_deprecated":
            return _("“%(name)s” is deprecated; nothing can follow from it or lead to it.")
        case "no_implication":
            return _("“%(antecedent)s” does not imply “%(consequent)s” directly; there is nothing to remove.")
    raise AssertionError(f"no sentence for {code}")
