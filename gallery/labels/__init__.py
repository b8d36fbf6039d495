"""The label of a post: how much of it a machine made, and on what evidence that is said.

`evidence` weighs what was found and what was declared (pure), `acts` sets, changes and decides, `disputes` holds what
people say against a label, `zones` which labels a viewer's lists hold, `pages` what the label's page tells whom.
The label that stands *inside* a file is written by `gallery.provenance`.
"""
