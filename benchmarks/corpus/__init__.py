"""Made-up sites of any size that look like a real booru to a search: made from a seed, loaded by COPY.

Shares of tags, characters that belong to franchises and have looks, franchises that rise and die, tags that hardly
ever meet, tags that follow the rating, AI recipes. Nothing here is taken from a real site but the shape and the
best-known names.
"""
