"""What the terms of an edit string ask for besides tags: parent, children, source, rating, opinions. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from gallery.errors import Invalid
from gallery.tag_edits.terms import Act

MAX_CHILD_TERMS = 30
MAX_SOURCE = 1200
OPINIONS = frozenset({"fav", "upvote", "downvote", "favgroup"})
MYSELF = frozenset({"", "me", "self"})


@dataclass
class Wishes:
    """The acts, read. `parent` and `source` are None where nothing is asked; a parent of 0 is none at all."""

    parent: int | None = None
    not_parent: set[int] = field(default_factory=set)
    children: set[int] = field(default_factory=set)
    not_children: set[int] = field(default_factory=set)
    no_children: bool = False
    source: str | None = None
    rating: str | None = None
    opinions: list[Act] = field(default_factory=list)

    @property
    def posts(self) -> set[int]:
        """The other posts that would change."""
        return self.children | self.not_children


def wishes(acts: Iterable[Act], editor_name: str) -> Wishes:
    """The acts as wishes, later ones before earlier ones. Raises Invalid that names every one that cannot be read."""
    result = Wishes()
    problems: list[str] = []
    for act in acts:
        match act.name:
            case "parent":
                _parent(act, result, problems)
            case "child":
                _children(act, result, problems)
            case "source":
                result.source = "" if act.value.lower() == "none" and not act.quoted else act.value
                if len(result.source) > MAX_SOURCE:
                    problems.append(_("A source can have %(limit)d characters at most.") % {"limit": MAX_SOURCE})
            case "rating":
                result.rating = act.value.lower()
            case "favgroup" if not act.value:
                problems.append(_("“%(term)s” needs the name of one of your lists.") % {"term": str(act)})
            case "favgroup":
                result.opinions.append(act)
            case _ if act.value.lower() in MYSELF | {editor_name.lower()}:
                result.opinions.append(act)
            case _:
                problems.append(
                    _("“%(term)s”: you can do this for yourself alone, as %(name)s:me.")
                    % {"term": str(act), "name": act.name}
                )
    if len(result.children | result.not_children) > MAX_CHILD_TERMS:
        problems.append(_("A post can have %(limit)d children at most.") % {"limit": MAX_CHILD_TERMS})
    if problems:
        raise Invalid("bad_tag", problem=" ".join(problems))
    return result


def _parent(act: Act, result: Wishes, problems: list[str]) -> None:
    number = _number(act.value)
    if (act.negated and act.value == "") or (act.value.lower() == "none" and not act.negated):
        result.parent = 0
    elif number is None:
        problems.append(_("“%(term)s” takes the number of a post, or none.") % {"term": str(act)})
    elif act.negated:
        result.not_parent.add(number)
    else:
        result.parent = number


def _children(act: Act, result: Wishes, problems: list[str]) -> None:
    if act.value.lower() == "none" and not act.negated:
        result.no_children = True
        return
    numbers = [_number(part) for part in act.value.split(",")]
    if any(number is None for number in numbers):
        problems.append(_("“%(term)s” takes numbers of posts with commas between, or none.") % {"term": str(act)})
        return
    found = {number for number in numbers if number is not None}
    (result.not_children if act.negated else result.children).update(found)


def _number(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 19 and int(bare) else None
