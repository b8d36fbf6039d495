"""What pages tell of tags, each viewer only what they may know: completion, related tags, lists, chores.

Their names and relations are `tagging`'s; what is done to the tags of posts is in `gallery.tag_edits`.
"""
