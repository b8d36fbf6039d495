"""What can be wrong with a line of a script, from whichever floor, as one sentence."""

from gallery.errors import UserFacingError
from tagging.messages import explain, explain_name
from tagging.names import TagNameError
from tagging.query import QueryError
from tagging.relation_messages import explain_relation
from tagging.relations import RelationError

PROBLEMS = (UserFacingError, RelationError, TagNameError, QueryError)


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
    raise AssertionError(f"no sentence for {error!r}")
