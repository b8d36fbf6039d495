"""Who may know what, said once more in plain Python: written from the design, not from `gallery.visibility`.

It reads nothing but the facts of `things` and `viewers`. Where it and the site disagree, one of them is wrong.
"""

from dataclasses import replace

from tests.leaks.marks import PROMPT, SHARP, Mark
from tests.leaks.things import BY_INDEX, THINGS, Thing
from tests.leaks.viewers import Viewer

CEILING = "gs"
"""The ratings that the operator lets anybody see beside moderators and the author."""
HUMAN_ZONE = ("human", "assisted")
ON_FILE = {"no", "ti", "co", "vo", "st", "ap", "la", "ra"}
TOLD = {"no", "st", "ap"}
STAFFS_WORDS = {"vo"}
CONCERNED_WORDS = {"st", "ap"}


def own(viewer: Viewer, thing: Thing) -> bool:
    """Whether the viewer made it, with an account that may be used."""
    return viewer.is_member and thing.author == viewer.name


def rating_shown(viewer: Viewer, thing: Thing) -> bool:
    """Whether the viewer turned this rating on, the filter leaves it, and it is not above the ceiling for them."""
    if thing.rating not in viewer.chosen or thing.rating in viewer.hidden_ratings:
        return False
    return thing.rating in CEILING or viewer.moderates or own(viewer, thing)


def hidden_by_filter(viewer: Viewer, thing: Thing) -> bool:
    """Whether a rule or a mute of the viewer's filter takes it away."""
    return any(set(rule) <= set(thing.tags) for rule in viewer.hides) or thing.author in viewer.mutes


def in_zone(viewer: Viewer, thing: Thing) -> bool:
    """Whether the viewer's lists are of pictures like this one."""
    return viewer.zone == "both" or (thing.level in HUMAN_ZONE) == (viewer.zone == "human")


def listed(viewer: Viewer, thing: Thing, *, any_status: bool = False, any_zone: bool = False) -> bool:
    """Whether searches and counts hold it. `any_status`: a search names states, so that one's own and, for moderators,
    all others come too."""
    if thing.kind != "post" or thing.status == "quarantined":
        return False
    standing = thing.status in ("active", "flagged")
    if not standing and not (any_status and (viewer.moderates or own(viewer, thing))):
        return False
    if not rating_shown(viewer, thing) or hidden_by_filter(viewer, thing):
        return False
    return any_zone or in_zone(viewer, thing)


def reachable(viewer: Viewer, thing: Thing) -> bool:
    """Whether who names it is answered."""
    if thing.status == "quarantined":
        return False
    if thing.kind != "post":
        return own(viewer, thing)
    return viewer.moderates or own(viewer, thing) or listed(viewer, thing, any_zone=True)


def held_back(viewer: Viewer, thing: Thing) -> bool:
    """Whether nothing but the viewer's own filter keeps it from them, which they are told."""
    without = replace(viewer, hides=(), mutes=(), hidden_ratings="")
    return not reachable(viewer, thing) and listed(without, thing, any_zone=True)


def reads_prompt(viewer: Viewer, thing: Thing) -> bool:
    """Of a post that they can reach."""
    if thing.prompt == "visible" or own(viewer, thing) or viewer.moderates:
        return True
    return thing.prompt == "on_request" and viewer.granted


def blurred(viewer: Viewer, thing: Thing) -> bool:
    """Whether the viewer is given nothing of the picture but the blurred file."""
    if own(viewer, thing):
        return False
    return thing.rating in viewer.blurred_ratings or any(set(rule) <= set(thing.tags) for rule in viewer.blurs)


def known_to_all(thing: Thing) -> bool:
    """Whether everybody may know its tags as words: they stand on a general post in sight, whoever filters that out."""
    return thing.kind == "post" and thing.status in ("active", "flagged") and thing.rating == "g"


def knows_tag(viewer: Viewer, thing: Thing) -> bool:
    """Whether completion and pages of tags may mention the tag that it alone has."""
    return known_to_all(thing) or (viewer.is_member and thing.kind == "post" and reachable(viewer, thing))


def may_know(viewer: Viewer, mark: Mark, *, named: bool, any_zone: bool = False, work: bool = False) -> bool:
    """Whether an answer to this viewer may hold the mark; `named`: the request itself named the thing.

    What nobody named is offered, so it keeps to the zone, unless a search asks for a label (`any_zone`); a moderator's
    work knows no zone. `work`: at the addresses of that work, cases and the log go on speaking of a quarantined post,
    of which nothing is shown; so do the statements of reasons to its author.
    """
    thing = BY_INDEX.get(mark.thing)
    if thing is None:
        return False
    if mark.part == "ta" and known_to_all(thing):
        return True
    if thing.status == "quarantined" and work:
        return mark.part in ON_FILE if viewer.moderates else own(viewer, thing) and mark.part in TOLD
    if not reachable(viewer, thing):
        return False
    if mark.part == "no":
        return True  # the number of a parent, say: a zone is about what is offered
    lists = listed(viewer, thing, any_zone=any_zone)
    offered = named or thing.kind != "post" or viewer.moderates or own(viewer, thing) or lists
    if not offered:
        return False
    if mark.part in PROMPT:
        return reads_prompt(viewer, thing)
    if mark.part in SHARP:
        return not blurred(viewer, thing)
    if mark.part in STAFFS_WORDS:
        return viewer.moderates
    if mark.part in CONCERNED_WORDS:
        return viewer.moderates or own(viewer, thing)
    return True


def found(viewer: Viewer, condition: object, *, any_status: bool = False, any_zone: bool = False) -> set[int]:
    """The numbers of the posts that a search holds for this viewer; `condition` asks a thing."""
    assert callable(condition)
    return {
        thing.pk
        for thing in THINGS.values()
        if listed(viewer, thing, any_status=any_status, any_zone=any_zone) and condition(thing)
    }
