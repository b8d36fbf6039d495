"""The rating of a post: who says what about it, and the strictest of them, which counts.

`sources` holds what each says and the one rule, `changes` is what publication and edits make of it, `floors` the
minimums of tags, `settling` brings a post to the rating that counts after a vote or a program's opinion, `votes`,
`locks` and `upkeep` (the rating program's work) end there; `pages` is what a post's rating page tells whom.
Only a moderator's decision (`gallery.moderation.rerate`) makes a rating lower than what others than the author say.
"""
