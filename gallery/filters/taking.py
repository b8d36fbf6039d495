"""A shared filter as a visitor can keep it: what a browser's cookie holds, of ratings no more than visitors have."""

from gallery.errors import Invalid
from gallery.filters.reading import RulesUnreadable, read_rules
from gallery.filters.spec import Said
from gallery.filters.visitors import (
    LONGEST_RULE,
    MAX_QUERY_RULES,
    MAX_TAG_RULES,
    VisitorsFilter,
    visitors_filter,
)
from gallery.ratings import Rating
from gallery.visibility import Viewer


def taken(viewer: Viewer, said: Said) -> VisitorsFilter:
    """What this visitor keeps when they use a filter that somebody shared. It turns no rating on; general, which
    visitors can't hide, is blurred where the filter hides it. Raises Invalid for more than a browser keeps."""
    limits = {"max_tags": MAX_TAG_RULES, "max_queries": MAX_QUERY_RULES, "longest": LONGEST_RULE}
    try:
        rules = read_rules("\n".join(said.rules.hide), "\n".join(said.rules.blur), viewer, **limits)
    except RulesUnreadable as error:
        raise Invalid("filter_cookie_full") from error
    before = visitors_filter(viewer)
    sensitive = before is not None and before.sensitive and Rating.SENSITIVE not in said.hidden_ratings
    blurred = said.blurred_ratings | (said.hidden_ratings & {Rating.GENERAL})
    return VisitorsFilter(sensitive, Said(blurred_ratings=blurred & {Rating.GENERAL, Rating.SENSITIVE}, rules=rules))
