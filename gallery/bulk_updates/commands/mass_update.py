"""`update`: every post that a search finds is changed by an edit string."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from gallery.bulk_updates.commands.base import Command, read_pair
from gallery.errors import Invalid, SearchTimeout, UserFacingError
from gallery.models import Post, User
from gallery.models.user import Role
from gallery.post_state import EDITABLE
from gallery.ratings import ORDER
from gallery.search import iterate_ids, search
from gallery.tag_edits import apply_script, terms
from tagging.query import Everything, leaves, parse
from tagging.query import Metatag as MetatagNode

# These rule a list as people read it; a bulk update walks all posts by number.
RULING_THE_LIST = frozenset({"order", "ordfav", "ordfavgroup", "limit", "random"})
# An edit string may hold more than tags: opinions are somebody's own, a rating is decided post by post, and no two
# posts have the same relatives.
NOT_IN_BULK = frozenset({"fav", "favgroup", "upvote", "downvote", "parent", "child", "rating"})


@dataclass(frozen=True)
class MassUpdate(Command):
    """`query` says which posts, `script` what happens to each of them."""

    query: str
    script: str
    keywords: ClassVar[tuple[str, ...]] = ("update", "mass update")
    usage: ClassVar[str] = "update search -> tags_to_add -tags_to_remove"

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(*read_pair(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.query} -> {self.script}"

    def sentence(self) -> str:
        sentence = _("Every post that the search “%(query)s” finds is edited: %(script)s")
        return sentence % {"query": self.query, "script": self.script}

    def check(self, viewer: User) -> None:
        tree = parse(self.query)
        if isinstance(tree, Everything):
            raise Invalid("update_without_search")
        for leaf in leaves(tree):
            if isinstance(leaf, MetatagNode) and leaf.name in RULING_THE_LIST:
                raise Invalid("update_with_order", name=leaf.name)
        wanted = terms.read(self.script)
        if not (wanted.tags or wanted.removed or wanted.acts):
            raise Invalid("bad_command", usage=self.usage)
        for act in wanted.acts:
            if act.name in NOT_IN_BULK:
                raise Invalid("update_of_one_post", term=str(act))

    def posts(self) -> int | None:
        try:
            return search(self.query, AnonymousUser(), limit=1).count
        except SearchTimeout:
            return None

    def step(self, editor: User, after_id: int, limit: int) -> list[int]:
        found = iterate_ids(self.query, everything_viewer(), after_id=after_id, batch=limit)
        for post in Post.objects.filter(pk__in=found, status__in=EDITABLE).order_by("pk"):
            try:
                apply_script(editor, post, self.script)
            except UserFacingError as error:
                raise Invalid("update_stopped_at_post", id=post.pk, problem=error.message) from error
        return list(found)


def everything_viewer() -> User:
    """Whom the site searches as when it changes posts: sees what a moderator can see, whatever the rating."""
    return User(username="", role=Role.MODERATOR, is_active=True, shown_ratings=[rating.value for rating in ORDER])
