"""Copies of pictures: found by PDQ hashes among posts, exactly up to the distance that the standard calls a match.

`hashes` writes the hash of an asset, `near` finds the posts that a viewer may see, `sureness` says what a distance
means, `pairs` holds what looks like a duplicate, `upkeep` brings up to date what is behind. The hash itself is
`gallery.pictures.pdq`; the search term is `gallery.search.metatags.similar`.
"""
