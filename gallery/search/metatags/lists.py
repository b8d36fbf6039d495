"""Favourites, lists and saved searches."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.models import Favourite, FavouriteGroupEntry
from gallery.search.compilation import Compilation
from gallery.search.expressions import ALL, NOTHING
from gallery.search.metatags.kinds import metatag
from tagging.query.readers import id_or_name, text, user_name
from tagging.query.values import Numbers, Presence, Text, UserName, Value


def _fav(value: UserName, compilation: Compilation) -> Q:
    """What somebody keeps; of one who keeps it private, others learn as much as of one who keeps nothing."""
    keeper = compilation.keeper(value.name)
    if keeper is None:
        return NOTHING
    return Q(Exists(Favourite.objects.filter(user=keeper, post=OuterRef("pk"))))


def _favgroup(value: Value, compilation: Compilation) -> Q:
    if isinstance(value, Presence):
        if compilation.member is None:
            return NOTHING if value.present else ALL
        own = Exists(FavouriteGroupEntry.objects.filter(group__owner=compilation.member, post=OuterRef("pk")))
        return Q(own) if value.present else ~Q(own)
    group = compilation.list_named(list_name(value))
    if group is None:
        return NOTHING
    return Q(Exists(FavouriteGroupEntry.objects.filter(group=group, post=OuterRef("pk"))))


def list_name(value: Value) -> str | int:
    """The number or the name that somebody wrote."""
    match value:
        case Numbers(points):
            return int(next(iter(points)))
        case Text(name):
            return name
    raise TypeError(value)


def _search(value: Text, compilation: Compilation) -> Q:
    raise AssertionError("saved searches are put in place before compiling (gallery.search.saved)")


metatag(
    "fav",
    user_name(),
    _fav,
    section="lists",
    summary=_("What somebody keeps, unless they keep it private."),
    examples=("fav:ann",),
)
metatag(
    "favgroup",
    id_or_name(nullable=True),
    _favgroup,
    section="lists",
    summary=_("The posts of a list, by its number or name; any and none ask about your own lists."),
    examples=("favgroup:12", 'favgroup:"night skies"', "favgroup:any"),
    values=("any", "none"),
)
metatag(
    "search",
    text(limit=60),
    _search,
    section="lists",
    costly=True,
    summary=_("What your saved searches with this label find; all takes every one."),
    examples=("search:all", "search:landscapes"),
    values=("all",),
)
metatag(
    "ordfav",
    user_name(),
    None,
    section="lists",
    summary=_("What somebody keeps, the newest first."),
    examples=("ordfav:ann",),
)
metatag(
    "ordfavgroup",
    id_or_name(),
    None,
    section="lists",
    summary=_("The posts of a list in the order of the list."),
    examples=("ordfavgroup:12",),
)
