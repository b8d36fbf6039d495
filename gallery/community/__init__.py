"""What members think of posts and keep for themselves: votes, favourites, lists, saved searches, looks.

Where a search asks for them, `gallery.search.metatags` does.
"""
