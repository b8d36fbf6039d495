"""Changing the tags of posts: the one place that writes them, edit strings, what people changed and how to undo it.

Names and relations of tags are `tagging`'s; running many edits in the background is `gallery.bulk_updates`'.
"""

from gallery.tag_edits.store import put_tags

__all__ = ["put_tags"]
