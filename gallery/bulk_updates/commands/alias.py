"""`alias`, `unalias`, `rename`: one tag's posts, relations, page and searches become another's."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.utils.translation import gettext as _

from gallery.bulk_updates.commands.base import (
    SMALL_POSTS,
    Batch,
    Command,
    existing_tag,
    general_count,
    is_on_few,
    read_tags,
)
from gallery.bulk_updates.retagging import posts_with, retag
from gallery.bulk_updates.searches import renamed, rewrite_saved_searches
from gallery.errors import Invalid
from gallery.filters.renaming import rewrite_rules
from gallery.models import User
from gallery.tag_edits import recategorise
from tagging.models import Category, Tag
from tagging.relations import (
    RelationError,
    alias_target,
    check_alias,
    create_alias,
    implied_tags,
    move_relations,
    remove_alias,
)
from tagging.wiki_moves import move_wiki_page


@dataclass(frozen=True)
class Move(Command):
    """Everything that is `old` becomes `new`."""

    old: str
    new: str

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(*read_tags(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.old} -> {self.new}"

    def posts(self) -> int | None:
        return general_count(self.old)

    def makes(self) -> tuple[str, ...]:
        return (self.new,)

    def is_small(self) -> bool:
        return is_on_few(self.old)

    def step(self, editor: User, after_id: int, limit: int) -> Batch:
        old = Tag.objects.filter(name=self.old).first()
        if old is None:
            return Batch([])
        new = Tag.objects.get(name=self.new)
        instead = frozenset({new.pk} | {tag.pk for tag in implied_tags([new])})
        found = posts_with(old.pk, after_id, limit)
        skipped = retag(editor, found, lambda tag_ids: (tag_ids - {old.pk}) | instead)
        return Batch([post.pk for post in found], skipped)

    def finish(self, editor: User) -> None:
        self._take_category(editor)
        move_wiki_page(self.old, self.new, editor)
        rewrite_saved_searches(self.old, self.new)
        rewrite_rules(self.old, lambda rule: renamed(rule, self.old, self.new))

    def _take_category(self, editor: User) -> None:
        """A tag of no category but general takes that of the one that becomes it."""
        ends = {tag.name: tag for tag in Tag.objects.filter(name__in=[self.old, self.new])}
        old, new = ends.get(self.old), ends[self.new]
        if old is not None and new.category == Category.GENERAL != old.category:
            recategorise(editor, new, Category(old.category))


class Alias(Move):
    """`old` becomes an old name of `new`, for good."""

    keywords: ClassVar[tuple[str, ...]] = ("alias", "create alias")
    usage: ClassVar[str] = "alias old_name -> tag"

    def sentence(self) -> str:
        return _("“%(old)s” becomes an old name of “%(new)s”.") % {"old": self.old, "new": self.new}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        if not self._is_made():
            check_alias(self.old, self.new)

    def relate(self, editor: User) -> None:
        if not self._is_made():
            create_alias(self.old, self.new)

    def _is_made(self) -> bool:
        """Whether there is this very alias. Then what an earlier attempt left behind is moved, if anything."""
        return self.old != self.new and alias_target(self.old) == self.new


class Rename(Move):
    """`old` is called `new` from now on and leaves no old name behind."""

    keywords: ClassVar[tuple[str, ...]] = ("rename",)
    usage: ClassVar[str] = "rename tag -> new_name"

    def sentence(self) -> str:
        return _("“%(old)s” is renamed to “%(new)s”; the old name leads nowhere.") % {"old": self.old, "new": self.new}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        existing_tag(self.old, viewer, fresh)
        check_alias(self.old, self.new)
        if not is_on_few(self.old):
            raise Invalid("rename_too_large", name=self.old, limit=SMALL_POSTS)

    def relate(self, editor: User) -> None:
        move_relations(self.old, self.new)
        # While its posts are moved one after the other, both names are meant.
        rewrite_rules(self.old, lambda rule: renamed(rule, self.old, self.new), keep_old=True)


@dataclass(frozen=True)
class Unalias(Command):
    """An old name stands for itself again."""

    old: str
    new: str
    keywords: ClassVar[tuple[str, ...]] = ("unalias", "remove alias")
    usage: ClassVar[str] = "unalias old_name -> tag"

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(*read_tags(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.old} -> {self.new}"

    def sentence(self) -> str:
        sentence = _("“%(old)s” is no old name of “%(new)s” any more. Posts keep the tags they have.")
        return sentence % {"old": self.old, "new": self.new}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        if alias_target(self.old) != self.new:
            raise RelationError("no_alias", self.old, self.new)

    def is_small(self) -> bool:
        return True

    def relate(self, editor: User) -> None:
        remove_alias(self.old, self.new)
