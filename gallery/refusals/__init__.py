"""What people may not send: rules on words, lists of known files, and what happens to what is found.

`normal` makes one spelling of many, `terms` finds words in it in one pass; `fixed` is the rule that nobody can turn
off, `rules` those that admins write; `judging` holds texts against both, `counting` remembers whom it refused.
`hash_lists` knows files that others reported, `arrivals` looks at every picture that comes in, and `quarantine` puts
files where no page and no link reaches them. What a moderator decides about posts is in `gallery.moderation`.
"""
