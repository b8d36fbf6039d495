"""Those who ask: what each chose, as plain facts, and a browser for each."""

from dataclasses import dataclass

from django.test import Client

from gallery.filters import acts
from gallery.filters.spec import Rules, Said
from gallery.filters.visitors import COOKIE as FILTER_COOKIE
from gallery.filters.visitors import VisitorsFilter, write_cookie
from gallery.labels.zones import COOKIE as ZONE_COOKIE
from gallery.models import User
from gallery.ratings import Rating
from tests.factories import make_user
from tests.leaks.things import person

BACKEND = "django.contrib.auth.backends.ModelBackend"
VEILED = (("veiled",), ("fogged", "misty"))


@dataclass(frozen=True)
class Viewer:
    """`name` is the account's; without one it is a visitor. `hides`, `blurs`: rules, each of tags that a post must
    all have. `granted`: authors let them read prompts that are on request."""

    kind: str
    name: str = ""
    role: str = "member"
    active: bool = True
    chosen: str = "g"
    zone: str = "both"
    hidden_ratings: str = ""
    blurred_ratings: str = ""
    hides: tuple[tuple[str, ...], ...] = ()
    blurs: tuple[tuple[str, ...], ...] = ()
    mutes: tuple[str, ...] = ()
    granted: bool = False

    @property
    def is_member(self) -> bool:
        """Signed in with an account that may be used."""
        return bool(self.name) and self.active

    @property
    def moderates(self) -> bool:
        """A moderator, admin or owner."""
        return self.is_member and self.role != "member"

    @property
    def said(self) -> Said:
        """The filter as the site keeps it."""
        rules = Rules(tuple(" ".join(rule) for rule in self.hides), tuple(" ".join(rule) for rule in self.blurs))
        muted = tuple(User.objects.filter(username__in=self.mutes).values_list("pk", flat=True))
        return Said(
            frozenset(map(Rating, self.hidden_ratings)), frozenset(map(Rating, self.blurred_ratings)), rules, muted
        )

    @property
    def filters(self) -> bool:
        """Whether there is any rule."""
        return bool(self.hides or self.blurs or self.mutes or self.hidden_ratings or self.blurred_ratings)


# Those who may know most come first: what they leave in caches must not reach the others.
VIEWERS: dict[str, Viewer] = {
    viewer.kind: viewer
    for viewer in (
        Viewer("author", "painter", chosen="gsqe"),
        Viewer("moderator", "moderator", "moderator", chosen="gs"),
        Viewer("admin", "admin", "admin", chosen="gsqe"),
        Viewer("owner", "owner", "owner"),
        Viewer("visitor"),
        Viewer("visitor with a filter", chosen="gs", hides=VEILED, blurs=(("smeared",),)),
        Viewer("visitor in a zone", zone="human"),
        Viewer("member", "bystander"),
        Viewer("member with every rating", "eager", chosen="gsqe", granted=True),
        Viewer("member in a zone", "machinist", chosen="gs", zone="ai"),
        Viewer("member who hides", "hider", chosen="gsqe", hides=VEILED, mutes=("muted",), hidden_ratings="s"),
        Viewer("member who blurs", "blurrer", chosen="gs", blurs=(("smeared",),), blurred_ratings="s"),
        Viewer("disabled account", "gone", active=False),
    )
}


def make_accounts() -> dict[str, User]:
    """The accounts of viewers and authors by their plain names; filters come with `make_filters`."""
    made = {
        one.name: make_user(one.name, role=one.role, shown_ratings=one.chosen, zone=one.zone)
        for one in VIEWERS.values()
        if one.name
    }
    for name in ("neighbour", "muted", "lone", "keeper"):
        made[name] = make_user(person(name), shown_ratings="gsqe")
    return made


def make_filters(people: dict[str, User]) -> None:
    """Last, when all tags are there; and the account that is disabled becomes so."""
    for one in VIEWERS.values():
        if one.name and one.filters:
            acts.choose(people[one.name], acts.create(people[one.name], "Mine", one.said))
    people["gone"].is_active = False
    people["gone"].shown_ratings = list("gsqe")
    people["gone"].save()


def browser(viewer: Viewer) -> Client:
    """Signed in, with the cookies that the viewer has."""
    client = Client()
    if viewer.name:
        client.force_login(User.objects.get(username=viewer.name), BACKEND)
    elif viewer.filters:
        client.cookies[FILTER_COOKIE] = write_cookie(VisitorsFilter("s" in viewer.chosen, viewer.said))
    if not viewer.name and viewer.zone != "both":
        client.cookies[ZONE_COOKIE] = viewer.zone
    return client
