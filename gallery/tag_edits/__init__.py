"""Changing the tags of posts: the one place that writes them, edit strings, what people changed and how to undo it.

An edit goes `terms` (words) → `acts` (what the words ask for) → `edit` (merged with what others did) → `rules` (what
follows) → `store` (written and counted) → `versions` (kept). Names and relations of tags are `tagging`'s; running many
edits in the background is `gallery.bulk_updates`'.
"""

from gallery.tag_edits.curation import deprecate, may_recategorise, recategorise, revert_tag
from gallery.tag_edits.edit import Edited, apply_script, edit_tags
from gallery.tag_edits.rules import MAX_TAGS
from gallery.tag_edits.state import State
from gallery.tag_edits.store import put_tags, recount_categories, write

__all__ = [
    "MAX_TAGS",
    "Edited",
    "State",
    "apply_script",
    "deprecate",
    "edit_tags",
    "may_recategorise",
    "put_tags",
    "recategorise",
    "recount_categories",
    "revert_tag",
    "write",
]
