"""What is hidden in the world, one line for each way of hiding, as plain facts that the oracle reads."""

from dataclasses import dataclass, field
from typing import Any

from tests.leaks import marks

COMMON = ("1girl", "umbrella")
"""On every post, so that whatever counts them counts all."""


@dataclass(frozen=True)
class Thing:
    """A post, take or draft. `author` is the name of an account; `tags` are those that others have, too."""

    name: str
    kind: str = "post"
    rating: str = "g"
    status: str = "active"
    author: str = "painter"
    level: str = "generated"
    prompt: str = "visible"
    tags: tuple[str, ...] = ()
    parent: str = ""
    index: int = field(default=0, compare=False)

    @property
    def pk(self) -> int:
        """Its number."""
        return marks.number(self.index)

    @property
    def key(self) -> str:
        """The key of its picture."""
        return f"{marks.word(self.index, 'ky')}-secret"

    def word(self, part: str) -> str:
        """One of its marks."""
        return marks.word(self.index, part)


def _numbered(listed: list[Thing]) -> dict[str, Thing]:
    from dataclasses import replace

    return {thing.name: replace(thing, index=place) for place, thing in enumerate(listed, 1)}


THINGS: dict[str, Thing] = _numbered(
    [
        Thing("open"),
        Thing("by another", author="neighbour", parent="open"),
        Thing("sensitive", rating="s", parent="open"),
        Thing("questionable", rating="q", parent="open"),
        Thing("explicit", rating="e", parent="open"),
        Thing("another's explicit", rating="e", author="neighbour", parent="by another"),
        Thing("pending", status="pending", parent="open"),
        Thing("unrated", status="pending", parent="open"),
        Thing("flagged", status="flagged", parent="open"),
        Thing("removed", status="removed", parent="open"),
        Thing("another's removed", status="removed", author="neighbour", parent="open"),
        Thing("appealed", status="appealed", parent="open"),
        Thing("withdrawn", status="withdrawn", parent="open"),
        Thing("quarantined", status="quarantined", parent="open"),
        Thing("prompt hidden", prompt="hidden", parent="open"),
        Thing("prompt on request", prompt="on_request", parent="open"),
        Thing("muted author", author="muted", parent="open"),
        Thing("tag hidden by filter", tags=("veiled",), parent="open"),
        Thing("query hidden by filter", tags=("fogged", "misty"), parent="open"),
        Thing("half of that query", tags=("fogged",), parent="open"),
        Thing("blurred by filter", tags=("smeared",), parent="open"),
        Thing("in the human zone", level="assisted", parent="open"),
        Thing("explicit, its author's only one", rating="e", author="lone", parent="open"),
        Thing("below a hidden one", parent="explicit"),
        Thing("explicit and hidden by filter", rating="e", tags=("veiled",), parent="open"),
        Thing("sensitive, prompt hidden", rating="s", prompt="hidden", parent="open"),
        Thing("private take", kind="take"),
        Thing("draft", kind="draft"),
    ]
)
POSTS: tuple[Thing, ...] = tuple(thing for thing in THINGS.values() if thing.kind == "post")
BY_INDEX: dict[int, Thing] = {thing.index: thing for thing in THINGS.values()}
MISSING = Thing("nothing", index=999)
"""What nobody ever made: hidden things must answer as it does."""


def person(name: str) -> str:
    """How the account is called: whoever posted only hidden things has a name that is a mark itself."""
    found: Any = {"lone": THINGS["explicit, its author's only one"].word("au")}.get(name, name)
    return str(found)
