"""`imply`, `unimply`: what follows from a tag."""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.utils.translation import gettext as _

from gallery.bulk_updates.commands.base import (
    Batch,
    Command,
    existing_tag,
    general_count,
    is_on_few,
    known_tag,
    read_tags,
)
from gallery.bulk_updates.retagging import posts_with, retag
from gallery.errors import Invalid
from gallery.models import User
from tagging.edit import ensure_tags
from tagging.models import Category, Tag, TagImplication
from tagging.relations import RelationError, check_implication, create_implication, implied_tags, remove_implication


@dataclass(frozen=True)
class _Pair(Command):
    antecedent: str
    consequent: str

    @classmethod
    def read(cls, rest: str) -> Self:
        return cls(*read_tags(rest, cls.usage))

    def text(self) -> str:
        return f"{self.keywords[0]} {self.antecedent} -> {self.consequent}"


class Imply(_Pair):
    """Posts with the one tag get the other too, now and from now on."""

    keywords: ClassVar[tuple[str, ...]] = ("imply", "create implication")
    usage: ClassVar[str] = "imply tag -> what_follows"

    def sentence(self) -> str:
        sentence = _("Every post with “%(antecedent)s” gets “%(consequent)s” too.")
        return sentence % {"antecedent": self.antecedent, "consequent": self.consequent}

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        if self._is_made():
            return
        check_implication(self.antecedent, self.consequent)
        first, second = existing_tag(self.antecedent, viewer, fresh), known_tag(self.consequent, viewer, fresh)
        is_new = second is None or {self.antecedent, self.consequent} & fresh
        if second is not None and not is_new and first.category != second.category:
            raise Invalid(
                "implication_across_categories",
                antecedent=first.name,
                first=first.get_category_display(),
                consequent=second.name,
                second=second.get_category_display(),
            )

    def posts(self) -> int | None:
        return general_count(self.antecedent)

    def makes(self) -> tuple[str, ...]:
        return (self.consequent,)

    def is_small(self) -> bool:
        return is_on_few(self.antecedent)

    def relate(self, editor: User) -> None:
        if self._is_made():
            return
        # A consequent that is new is of the same kind.
        ensure_tags([self.consequent], Category(Tag.objects.get(name=self.antecedent).category))
        create_implication(self.antecedent, self.consequent)

    def step(self, editor: User, after_id: int, limit: int) -> Batch:
        ends = {tag.name: tag for tag in Tag.objects.filter(name__in=[self.antecedent, self.consequent])}
        following = frozenset(tag.pk for tag in implied_tags([ends[self.antecedent]]))
        found = posts_with(ends[self.antecedent].pk, after_id, limit, lacking=following)
        skipped = retag(editor, found, lambda tag_ids: tag_ids | following)
        return Batch([post.pk for post in found], skipped)

    def _is_made(self) -> bool:
        """Whether there is this very implication. Then posts that an earlier attempt left without follow, if any."""
        ends = {"antecedent__name": self.antecedent, "consequent__name": self.consequent}
        return TagImplication.objects.filter(**ends).exists()


class Unimply(_Pair):
    """Nothing follows any more; posts keep what they got."""

    keywords: ClassVar[tuple[str, ...]] = ("unimply", "remove implication")
    usage: ClassVar[str] = "unimply tag -> what_followed"

    def sentence(self) -> str:
        sentence = _("“%(antecedent)s” does not imply “%(consequent)s” any more. Posts keep the tags they have.")
        return sentence % {"antecedent": self.antecedent, "consequent": self.consequent}

    def is_small(self) -> bool:
        return True

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        ends = {"antecedent__name": self.antecedent, "consequent__name": self.consequent}
        if not TagImplication.objects.filter(**ends).exists():
            raise RelationError("no_implication", self.antecedent, self.consequent)

    def relate(self, editor: User) -> None:
        remove_implication(self.antecedent, self.consequent)
