"""The metatags of the gallery, one module for each subject: what a reader may write, and the SQL that answers it.

Importing this package fills the table; `register_metatags` makes it known to the language when the app starts.
"""

from django.utils.translation import gettext_lazy as _

from gallery.search.metatags import (
    comments,
    counts,
    family,
    files,
    lists,
    numbers,
    people,
    presence,
    prompts,
    recipes,
    remixes,
    result,
    similar,
    states,
    texts,
    times,
)
from gallery.search.metatags.kinds import METATAGS, SearchMetatag
from tagging.query import registry

__all__ = ["METATAGS", "SECTIONS", "SearchMetatag", "register_metatags"]

_MODULES = (
    numbers,
    comments,
    counts,
    files,
    similar,
    times,
    states,
    presence,
    family,
    remixes,
    lists,
    people,
    texts,
    prompts,
    recipes,
    result,
)

# The parts of the help page, in its order; the keys are the sections of the registry.
SECTIONS = {
    "numbers": _("Numbers"),
    "tags": _("Tags"),
    "files": _("Pictures and files"),
    "times": _("Dates"),
    "states": _("Ratings and states"),
    "family": _("Parents and children"),
    "lists": _("Favourites and lists"),
    "people": _("People"),
    "texts": _("Texts"),
    "recipe": _("How it was made"),
    "result": _("Order and size of the result"),
}


def register_metatags() -> None:
    """Tells the language of the metatags; what it brought itself gets the gallery's reader and words."""
    for row in METATAGS.values():
        registry.replace(row.kind)
