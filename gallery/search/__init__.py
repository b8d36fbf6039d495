"""From a query to the posts that this viewer may see: a page, a count, the neighbours of a post, all ids in turn.

The language is `tagging.query`; what a viewer may see is `gallery.visibility`. Here both become SQL:

    text → options (order, size) + the rest → compile (metatags/, names, saved) → policy → statements → ids → posts

`metatags/` says what each metatag means, `orders` what each order sorts by, `places` and `tokens` where a page begins,
`policy` which way to the rows is short, `thinning` what makes room on a page for more than one author,
`hidden` what a viewer's zone keeps out. Nothing here changes a post.
"""

from gallery.search.hidden import OutsideZone, outside_zone
from gallery.search.pages import SearchPage, neighbours, search, tags_of_page
from gallery.search.samples import iterate_ids, sample_tags

__all__ = [
    "OutsideZone",
    "SearchPage",
    "iterate_ids",
    "neighbours",
    "outside_zone",
    "sample_tags",
    "search",
    "tags_of_page",
]
