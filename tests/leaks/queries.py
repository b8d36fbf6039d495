"""Searches that try to find what is hidden, and for each of them what an honest answer holds."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.leaks.things import THINGS, Thing

LOOSE = (
    "", "umbrella", "umbrella -veiled", "-veiled", "~veiled ~smeared", "(veiled or smeared)", "rating:e",
    "rating:g,s,q,e", "-rating:g", "-rating:g,s", "status:any", "status:removed", "status:pending", "status:appealed",
    "status:withdrawn", "status:quarantined", "-status:active", "user:painter", "-user:painter", "user:muted",
    "id:>0", "order:id", "order:score", "order:views", "order:rank", "order:favcount", "order:random", "fav:keeper",
    "ordfav:keeper", "is:child", "child:any", "parent:any", "is:generated", "is:assisted", "-is:generated",
    "prompt:zq*", "-prompt:zq*", "negative:zq*", "seed:any", "seed:>0", "lora:any", "lora:zq*", "zq*", "source:*zq*",
    "remixof:any", "remixof:none",
    "has:prompt", "status:any rating:e", "status:any user:painter", "commentary:any", "favgroup:open",
)  # fmt: skip
"""Asked by programs; whatever is answered must hold nothing hidden."""

ON_PAGES = (
    "", "umbrella -veiled", "~veiled ~smeared", "rating:e", "-rating:g", "status:any", "status:removed", "user:painter",
    "user:muted", "order:score", "fav:keeper", "is:assisted", "prompt:zq*", "zq*",
)  # fmt: skip
"""The same of pages, which show more around the results and take longer to make."""

PROBES = ("id:{pk}", "similar:{pk}", "{tag}")
"""About one post, by its number or its tag, asked of pages."""

PROGRAMS_PROBES = (
    "id:{pk}", "parent:{pk}", "child:{pk}", "lineage:{pk}", "remixof:{pk}", "similar:{pk}", "id:{pk} status:any",
    "id:<{pk} order:id_desc limit:2", "-{tag} limit:2",
)  # fmt: skip
"""The same of programs."""


@dataclass(frozen=True)
class Counted:
    """A search whose answer is known: of the posts that the viewer's lists hold, those for which `holds`; none at
    all where the viewer's lists don't hold `if_listed`."""

    query: str
    holds: Callable[[Thing], bool]
    any_status: bool = False
    any_zone: bool = False
    if_listed: Thing | None = None


TELLING = [
    THINGS[name]
    for name in (
        "sensitive", "explicit", "pending", "removed", "quarantined", "muted author", "query hidden by filter",
        "private take",
    )
]  # fmt: skip


def children(thing: Thing) -> bool:
    return thing.parent == "open"


COUNTED = (
    Counted("", lambda thing: True),
    Counted("umbrella", lambda thing: True),
    Counted("umbrella -veiled", lambda thing: "veiled" not in thing.tags),
    Counted("veiled", lambda thing: "veiled" in thing.tags),
    Counted("~veiled ~smeared", lambda thing: bool({"veiled", "smeared"} & set(thing.tags))),
    Counted("fogged", lambda thing: "fogged" in thing.tags),
    Counted("rating:e", lambda thing: thing.rating == "e"),
    Counted("rating:s,q", lambda thing: thing.rating in "sq"),
    Counted("-rating:g", lambda thing: thing.rating != "g"),
    Counted("status:any", lambda thing: True, any_status=True),
    Counted("status:removed", lambda thing: thing.status == "removed", any_status=True),
    Counted("status:pending", lambda thing: thing.status == "pending", any_status=True),
    Counted("user:painter", lambda thing: thing.author == "painter"),
    Counted("-user:painter", lambda thing: thing.author != "painter"),
    Counted("user:muted", lambda thing: thing.author == "muted"),
    Counted("user:painter status:any", lambda thing: thing.author == "painter", any_status=True),
    Counted("fav:keeper", lambda thing: True),
    Counted("ordfav:keeper", lambda thing: True),
    Counted("is:assisted", lambda thing: thing.level == "assisted", any_zone=True),
    Counted("-is:assisted", lambda thing: thing.level != "assisted"),
    Counted(f"parent:{THINGS['open'].pk} -id:{THINGS['open'].pk}", children, if_listed=THINGS["open"]),
    Counted(f"remixof:{THINGS['open'].pk}", children, if_listed=THINGS["open"]),
    Counted("id:>0", lambda thing: True),
    *(Counted(f"id:{thing.pk}", lambda asked, thing=thing: asked == thing) for thing in TELLING),
    *(Counted(thing.word("ta"), lambda asked, thing=thing: asked == thing) for thing in TELLING),
    *(
        Counted(f"umbrella -{thing.word('ta')}", lambda asked, thing=thing: asked != thing)
        for thing in (THINGS["explicit"], THINGS["removed"], THINGS["open"])
    ),
)
