"""`update`: every post that a search finds is changed by an edit string."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from gallery.bulk_updates.commands.base import Command, read_pair
from gallery.errors import Invalid, UserFacingError
from gallery.models import Post, User
from gallery.models.user import Role
from gallery.post_state import EDITABLE
from gallery.ratings import ORDER
from gallery.search import iterate_ids, search
from gallery.search.compile import compile_query
from gallery.tag_edits import apply_script, terms
from tagging.query import Everything, QueryError, leaves, parse, registry
from tagging.query import Metatag as MetatagNode
from tagging.query.values import Choices

# These rule a list as people read it; a bulk update walks all posts by number.
RULING_THE_LIST = frozenset({"order", "ordfav", "ordfavgroup", "limit", "random"})
# An edit string may hold more than tags: opinions are somebody's own, a rating is decided post by post, and no two
# posts have the same relatives.
NOT_IN_BULK = frozenset({"fav", "favgroup", "upvote", "downvote", "parent", "child", "rating"})
# What somebody keeps, saves or thinks is their own, and a site has none of it.
OF_ONE_PERSON = frozenset({"search", "fav", "favgroup", "upvote", "downvote"})
# The site reads prompts that are hidden from the readers of the request: the tags would tell what stands in them.
MAY_BE_HIDDEN = frozenset({"prompt", "negative", "seed", "lora"})
SEARCH_MS = 10_000
"""Nobody waits for the search in the background, so it may take longer than one on a page."""


@dataclass(frozen=True)
class MassUpdate(Command):
    """`query` says which posts, `script` what happens to each of them."""

    query: str
    script: str
    keywords: ClassVar[tuple[str, ...]] = ("update", "mass update")
    one_by_one: ClassVar[bool] = True
    usage: ClassVar[str] = "update search -> tags_to_add -tags_to_remove"

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(*read_pair(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.query} -> {self.script}"

    def sentence(self) -> str:
        sentence = _("Every post that the search “%(query)s” finds is edited: %(script)s")
        return sentence % {"query": self.query, "script": self.script}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        tree = parse(self.query)
        if isinstance(tree, Everything):
            raise Invalid("update_without_search")
        for leaf in leaves(tree):
            if isinstance(leaf, MetatagNode):
                _refuse(leaf)
        compile_query(tree, everything_viewer())
        wanted = terms.read(self.script)
        if not (wanted.tags or wanted.removed or wanted.acts):
            raise Invalid("bad_command", usage=self.usage)
        for act in wanted.acts:
            if act.name in NOT_IN_BULK:
                raise Invalid("update_of_one_post", term=str(act))

    def posts(self) -> int | None:
        try:
            return search(self.query, AnonymousUser(), limit=1).count
        except (QueryError, UserFacingError):
            return None  # too slow, or no search any more

    def find(self, after_id: int, limit: int) -> list[int]:
        return iterate_ids(self.query, everything_viewer(), after_id=after_id, batch=limit, milliseconds=SEARCH_MS)

    def edit(self, editor: User, post_id: int) -> None:
        post = Post.objects.filter(pk=post_id, status__in=EDITABLE).first()
        if post is not None:
            apply_script(editor, post, self.script)


def _refuse(leaf: MetatagNode) -> None:
    """Raises Invalid for a metatag that an update cannot ask for."""
    if leaf.name in RULING_THE_LIST:
        raise Invalid("update_with_order", name=leaf.name)
    if leaf.name in OF_ONE_PERSON:
        raise Invalid("update_of_own_things", name=leaf.name)
    value = registry.read(leaf)
    of_prompt = leaf.name == "has" and isinstance(value, Choices) and value.values & {"prompt", "metadata"}
    if leaf.name in MAY_BE_HIDDEN or of_prompt:
        raise Invalid("update_by_prompt", term=f"{leaf.name}:{leaf.value}")


def everything_viewer() -> User:
    """Whom the site searches as when it changes posts: sees what a moderator can see, whatever the rating."""
    return User(username="", role=Role.MODERATOR, is_active=True, shown_ratings=[rating.value for rating in ORDER])
