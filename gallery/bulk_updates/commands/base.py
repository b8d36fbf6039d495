"""What every command of a script can do: be read, checked, shown, and carried out in steps that can be repeated."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from gallery.errors import Invalid
from gallery.models import User
from gallery.tags.known import mentionable_tags
from tagging.models import Tag
from tagging.names import normalise_tag, validate_tag
from tagging.relations import alias_target

SMALL_POSTS = 200
"""A rename moves no more posts than this, and moderators decide about aliases up to it."""

ARROW = re.compile(r"\s*(?:->|→)\s*")


@dataclass(frozen=True)
class Batch:
    """The posts of one step in ascending order, and how many of them could not take the change."""

    ids: list[int]
    skipped: int = 0


class Command(ABC):
    """One line of a script, read and not yet done.

    Carrying it out is `relate` once, then `step` until it says that nothing is left, from the first post on again for
    those that came meanwhile, then `finish` once. The runner commits after each and may repeat the one that it was
    killed in. Where `one_by_one`, it is `find` and then `edit` for each post instead of `step`.
    """

    keywords: ClassVar[tuple[str, ...]]
    """How the line may begin; the first is the canonical spelling."""
    usage: ClassVar[str]
    one_by_one: ClassVar[bool] = False
    """Whether each post is changed in a transaction of its own, as by a person who edits it."""

    @classmethod
    @abstractmethod
    def read(cls, rest: str) -> Self:
        """The command from what follows its keyword. Raises Invalid and TagNameError; looks nothing up."""

    @abstractmethod
    def text(self) -> str:
        """The line in canonical spelling."""

    @abstractmethod
    def sentence(self) -> str:
        """What it will do, for people."""

    def check(self, viewer: User, fresh: frozenset[str] = frozenset()) -> None:
        """Raises one of PROBLEMS if it cannot be done as things stand now; changes nothing.

        A tag that `viewer` may not be told of is none to them, and one of those `fresh` that lines before this one
        make is a new one, whatever it was before.
        """
        return

    def makes(self) -> tuple[str, ...]:
        """The tags that `relate` makes where they are missing."""
        return ()

    def posts(self) -> int | None:
        """About how many posts it changes, of those that everybody may see; None if none, or if that is unknown."""
        return None

    def is_small(self) -> bool:
        """Whether a moderator may approve it; else it takes an admin."""
        return False

    def relate(self, editor: User) -> None:
        """Change what tags are to each other. Light: a rehearsal does it too and takes it back."""
        return

    def step(self, editor: User, after_id: int, limit: int) -> Batch:
        """Change the next posts: at most `limit` with ids above `after_id`.

        Fewer than `limit` says that nothing is left. Doing it again changes nothing more.
        """
        return Batch([])

    def find(self, after_id: int, limit: int) -> list[int]:
        """The next posts for `edit`: at most `limit` ids above `after_id`, ascending; fewer say that none is left.
        Raises SearchTimeout."""
        return []

    def edit(self, editor: User, post_id: int) -> None:
        """Change one post. Raises UserFacingError if it cannot take the change."""
        return

    def finish(self, editor: User) -> None:
        """Whatever follows the posts: pages, saved searches."""
        return


def read_pair(rest: str, usage: str) -> tuple[str, str]:
    """The two sides of an arrow. Raises Invalid."""
    sides = ARROW.split(rest.strip(), maxsplit=1)
    if len(sides) != 2 or not all(side.strip() for side in sides):
        raise Invalid("bad_command", usage=usage)
    return sides[0].strip(), sides[1].strip()


def read_tags(rest: str, usage: str) -> tuple[str, str]:
    """Two tag names in canonical spelling. Raises Invalid."""
    first, second = read_pair(rest, usage)
    return normalise_tag(first), normalise_tag(second)


def read_tag(rest: str, usage: str) -> str:
    """One tag name in canonical spelling. Raises Invalid."""
    name = normalise_tag(rest)
    if not name or ARROW.search(rest):
        raise Invalid("bad_command", usage=usage)
    return name


def existing_tag(name: str, viewer: User, fresh: frozenset[str] = frozenset()) -> Tag:
    """The tag of that very name. Raises Invalid (none that `viewer` may be told of, or an old name of another) and
    TagNameError."""
    tag = known_tag(name, viewer, fresh)
    current = alias_target(name)
    if current is not None:
        raise Invalid("tag_is_old_name", name=name, current=current)
    if tag is None:
        validate_tag(name)
        raise Invalid("no_such_tag", name=name)
    return tag


def known_tag(name: str, viewer: User, fresh: frozenset[str] = frozenset()) -> Tag | None:
    """The tag, if there is one that `viewer` may be told of: also by aliases and implications, which are public.

    One of `fresh` is as if it had just been made.
    """
    if name in fresh:
        return Tag(name=name)
    tag = Tag.objects.filter(name=name).first()
    if tag is None or viewer.is_moderator or mentionable_tags(viewer, [name]):
        return tag
    return tag if tag.aliases.exists() or tag.implications.exists() or tag.implied_by.exists() else None


def is_on_few(name: str) -> bool:
    """Whether a moderator may decide about all posts with the tag, hidden ones included: their number is not told."""
    return not Tag.objects.filter(name=name, post_count__gt=SMALL_POSTS).exists()


def general_count(name: str) -> int:
    """How many posts that everybody may see have the tag."""
    return Tag.objects.filter(name=name).values_list("general_count", flat=True).first() or 0
