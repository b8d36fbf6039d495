"""Commands about one tag: `category`, `deprecate`, `undeprecate`, `nuke`."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.utils.translation import gettext as _

from gallery.bulk_updates.commands.base import Batch, Command, existing_tag, general_count, read_pair, read_tag
from gallery.bulk_updates.retagging import posts_with, retag
from gallery.errors import Invalid
from gallery.models import User
from gallery.tag_edits import recategorise
from gallery.tag_edits.terms import PREFIXES
from tagging.changes import set_deprecated
from tagging.models import Category, Tag, TagImplication, WikiPage
from tagging.names import normalise_tag


@dataclass(frozen=True)
class Categorise(Command):
    """A tag speaks of something else than its category says."""

    name: str
    category: Category
    keywords: ClassVar[tuple[str, ...]] = ("category",)
    usage: ClassVar[str] = "category tag -> character"

    @classmethod
    def read(cls, rest: str) -> Self:
        name, word = read_pair(rest, cls.usage)
        category = PREFIXES.get(word.strip().lower().rstrip(":"))
        if category is None:
            choices = ", ".join(choice.name.lower() for choice in Category)
            raise Invalid("unknown_category", value=word, choices=choices)
        return cls(normalise_tag(name), category)

    def text(self) -> str:
        return f"{self.keywords[0]} {self.name} -> {self.category.name.lower()}"

    def sentence(self) -> str:
        sentence = _("“%(name)s” becomes a tag of the category “%(category)s”.")
        return sentence % {"name": self.name, "category": self.category.label}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        tag = existing_tag(self.name, viewer, fresh)
        if tag.category == self.category:
            raise Invalid("same_category", name=self.name, category=self.category.label)

    def is_small(self) -> bool:
        return True

    def finish(self, editor: User) -> None:
        recategorise(editor, Tag.objects.get(name=self.name), self.category)


@dataclass(frozen=True)
class _OfOneTag(Command):
    name: str

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(read_tag(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.name}"


class Deprecate(_OfOneTag):
    """The tag can be added to no post any more."""

    keywords: ClassVar[tuple[str, ...]] = ("deprecate",)
    usage: ClassVar[str] = "deprecate tag"

    def sentence(self) -> str:
        sentence = _("“%(name)s” can be added to no post any more. It stays on old ones and loses its implications.")
        return sentence % {"name": self.name}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        if existing_tag(self.name, viewer, fresh).is_deprecated:
            raise Invalid("deprecated_already", name=self.name)
        if not WikiPage.objects.filter(title=self.name, is_deleted=False).exclude(body="").exists():
            raise Invalid("deprecation_needs_page", name=self.name)

    def is_small(self) -> bool:
        return True

    def relate(self, editor: User) -> None:
        set_deprecated(Tag.objects.get(name=self.name), True, editor)


class Undeprecate(_OfOneTag):
    """The tag may be used again."""

    keywords: ClassVar[tuple[str, ...]] = ("undeprecate",)
    usage: ClassVar[str] = "undeprecate tag"

    def sentence(self) -> str:
        return _("“%(name)s” can be added to posts again.") % {"name": self.name}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        if not existing_tag(self.name, viewer, fresh).is_deprecated:
            raise Invalid("not_deprecated", name=self.name)

    def is_small(self) -> bool:
        return True

    def relate(self, editor: User) -> None:
        set_deprecated(Tag.objects.get(name=self.name), False, editor)


class Nuke(_OfOneTag):
    """The tag is taken off every post."""

    keywords: ClassVar[tuple[str, ...]] = ("nuke",)
    usage: ClassVar[str] = "nuke tag"

    def sentence(self) -> str:
        return _("“%(name)s” is taken off every post, and nothing implies it any more.") % {"name": self.name}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        existing_tag(self.name, viewer, fresh)

    def posts(self) -> int | None:
        return general_count(self.name)

    def relate(self, editor: User) -> None:
        TagImplication.objects.filter(consequent__name=self.name).delete()

    def step(self, editor: User, after_id: int, limit: int) -> Batch:
        tag = Tag.objects.get(name=self.name)
        found = posts_with(tag.pk, after_id, limit)
        retag(editor, found, lambda tag_ids: tag_ids - {tag.pk})
        return Batch([post.pk for post in found])
