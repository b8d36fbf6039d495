"""Styles that a member named: a part of a prompt, LoRAs and a model, with the posts drawn that way.

`seeing` says who sees which and what is in one, `writing` makes, changes and deletes them, `drawing` puts one into a
recipe, `gathering` brings posts in, `mentions` is what the pages of these posts say, `reported` what moderators know of
one. To whoever may not see a style it does not exist.
"""
