"""What rules the whole search: its order and size (`gallery.search.options` carries it out)."""

from django.utils.translation import gettext_lazy as _

from gallery.search.metatags.kinds import metatag
from tagging.query.readers import integers

MAX_LIMIT = 200

metatag(
    "limit",
    integers(),
    None,
    section="result",
    summary=_("How many posts a page has, 200 at most."),
    examples=("limit:100",),
)
metatag(
    "random",
    integers(),
    None,
    section="result",
    summary=_("So many posts by chance, 200 at most."),
    examples=("random:20",),
)
