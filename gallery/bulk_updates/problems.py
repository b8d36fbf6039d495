"""What can be wrong with a line of a script, from whichever floor, as one sentence."""

from django.utils.translation import gettext as _

from gallery.errors import UserFacingError
from tagging.messages import explain, explain_name, explain_wiki
from tagging.names import TagNameError
from tagging.query import QueryError
from tagging.relation_messages import explain_relation
from tagging.relations import RelationError
from tagging.wiki import WikiConflict, WikiError

PROBLEMS = (UserFacingError, RelationError, TagNameError, QueryError, WikiError, WikiConflict)


def sentence(error: Exception) -> str:
    """The sentence of one of PROBLEMS in the language that is active now."""
    match error:
        case UserFacingError():
            return error.message
        case RelationError():
            return explain_relation(error)
        case TagNameError():
            return explain_name(error)
        case QueryError():
            return explain(error)
        case WikiError():
            return explain_wiki(error)
        case WikiConflict():
            return _("somebody made the wiki page “%(title)s” at the same moment.") % {"title": error.page.title}
    raise AssertionError(f"no sentence for {error!r}")
