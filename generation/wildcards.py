"""Wildcards: `__name__` in a prompt stands for one line of the list of that name, another one for each picture.

Which line is drawn follows from the picture's seed and the wildcard's place alone, so the same lists and the same seed
give the same words on any machine. A line can hold wildcards itself.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from gallery.models import User
from generation.models import Wildcard

MAX_DEPTH = 5
"""How deep lists can stand in lists."""
NAME = re.compile(r"[^\W_]+(?:[_/-][^\W_]+)*")
# An underscore beside the two belongs to a tag such as `x__y`, which is no wildcard.
_WILDCARD = re.compile(rf"(?<!\w)__({NAME.pattern})__(?!\w)")


class WildcardProblem(Exception):  # noqa: N818 - the sentence says what is wrong
    """A wildcard that can't be drawn; the text is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lines that some texts can draw from, by the name of their list."""

    lines: Mapping[str, list[str]]

    def expand(self, text: str, seed: int) -> str:
        """`text` with its wildcards drawn for the picture with `seed`.

        Raises `WildcardProblem` when it grows past what a prompt may be.
        """
        limit = settings.PROMPT_MAX_LENGTH
        drawn = length = 0

        def draw(found: re.Match[str]) -> str:
            nonlocal drawn, length
            lines = self.lines[found[1].lower()]
            drawn += 1
            digest = hashlib.sha256(f"{seed}:{drawn}".encode()).digest()
            line = lines[int.from_bytes(digest[:8]) % len(lines)]
            length += len(line)
            if length > 4 * limit:
                # Lists in lists multiply: a short prompt could ask for gigabytes.
                raise _too_long()
            return _WILDCARD.sub(draw, line)

        expanded = _WILDCARD.sub(draw, text)
        if len(expanded) > limit:
            raise _too_long()
        return expanded


def names_in(text: str) -> list[str]:
    """Names of the wildcards in `text`, each once, in lower case."""
    return list(dict.fromkeys(name.lower() for name in _WILDCARD.findall(text)))


def usable(user: User) -> QuerySet[Wildcard]:
    """The lists that `user` can draw from, by name; of two with one name their own stands last."""
    return Wildcard.objects.filter(Q(owner=None) | Q(owner=user)).order_by("name", F("owner").asc(nulls_first=True))


def lists_for(user: User, texts: Iterable[str]) -> Lists:
    """The lists that `texts` and, in turn, their lines name.

    Raises `WildcardProblem` for a name that is no list's, for a list without lines, for lists that name each other in
    a circle and for lists more than `MAX_DEPTH` deep, whether or not a picture would draw that line.
    """
    lines: dict[str, list[str]] = {}
    inner: dict[str, list[str]] = {}
    roots = wanted = names_in("\n".join(texts))
    for _depth in range(MAX_DEPTH):
        if not wanted:
            break
        found = {wildcard.name: wildcard for wildcard in usable(user).filter(name__in=wanted)}
        for name in wanted:
            if name not in found:
                raise _unknown(user, name)
            lines[name] = found[name].lines
            if not lines[name]:
                raise WildcardProblem(_("The wildcard __%(name)s__ has no lines to draw from.") % {"name": name})
            inner[name] = names_in("\n".join(lines[name]))
        wanted = list(dict.fromkeys(one for name in wanted for one in inner[name] if one not in inner))
    heights: dict[str, int] = {}
    for name in roots:
        _check_depth(name, (), inner, heights)
    return Lists(lines)


def _check_depth(name: str, above: tuple[str, ...], inner: Mapping[str, list[str]], heights: dict[str, int]) -> int:
    """How many lists deep `name` goes; each list is looked into once."""
    path = (*above, name)
    if name in above:
        raise WildcardProblem(
            _("The wildcard __%(name)s__ leads back to itself: %(path)s. Take it out of one of these lists.")
            % {"name": name, "path": " → ".join(path[above.index(name) :])}
        )
    if len(above) + heights.get(name, 1) > MAX_DEPTH:
        raise WildcardProblem(
            _("Wildcards stand more than %(limit)d deep in each other: %(path)s.")
            % {"limit": MAX_DEPTH, "path": " → ".join(path)}
        )
    if name not in heights:
        heights[name] = 1 + max((_check_depth(one, path, inner, heights) for one in inner[name]), default=0)
    return heights[name]


def _unknown(user: User, name: str) -> WildcardProblem:
    names = list(dict.fromkeys(usable(user).values_list("name", flat=True)))
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return WildcardProblem(
            _("There is no wildcard __%(name)s__. Did you mean __%(near)s__?") % {"name": name, "near": near[0]}
        )
    return WildcardProblem(
        _("There is no wildcard __%(name)s__. Make its list under “Styles and wildcards”.") % {"name": name}
    )


def _too_long() -> WildcardProblem:
    return WildcardProblem(
        _("With its wildcards drawn, this text grows past %(limit)s characters. Shorten it or its lists.")
        % {"limit": settings.PROMPT_MAX_LENGTH}
    )
