"""The tables of tags; one idea a file."""

from tagging.models.alias import TagAlias
from tagging.models.implication import TagImplication
from tagging.models.tag import DISPLAY_ORDER, KNOWN_TO_ALL, NAME_LENGTH, NAME_PATTERN, Category, Tag
from tagging.models.version import TagVersion
from tagging.models.wiki import OtherName, WikiPage, WikiVersion

__all__ = [
    "DISPLAY_ORDER",
    "KNOWN_TO_ALL",
    "NAME_LENGTH",
    "NAME_PATTERN",
    "Category",
    "OtherName",
    "Tag",
    "TagAlias",
    "TagImplication",
    "TagVersion",
    "WikiPage",
    "WikiVersion",
]
