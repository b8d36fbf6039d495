"""Requests to change many tags or posts at once: scripts of commands, proposed, discussed, decided, then carried out in
the background.

`script` reads the text, `commands` has one class for each kind of line, `requests` the states a request goes through,
`runner` the work itself. How one post's tags change is `gallery.tag_edits`'; relations between tags are `tagging`'s.
"""
