"""From a query to the posts that this viewer may see: a page, a count, the neighbours of a post.

The language is `tagging.query`; what a viewer may see is `gallery.visibility`. Here both become one SQL statement.
"""

from gallery.search.pages import SearchPage, neighbours, search, tags_of_page

__all__ = ["SearchPage", "neighbours", "search", "tags_of_page"]
