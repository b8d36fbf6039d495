"""Members' own lists of posts, in an order of their own; each function is one transaction.

A private list is known to its owner alone; to everybody else it answers as a list that never was. Names are written
with `_` for blanks, as in `favgroup:to_draw`, and are unique per owner in any case.
"""

import unicodedata

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.community.opinions import active_post
from gallery.errors import Invalid, NotAllowed
from gallery.models import FavouriteGroup, FavouriteGroupEntry, Post, User
from gallery.visibility import Viewer, signed_in, visible_posts

MAX_NAME = 170
MAX_POSTS = 10_000
# Words that stand for something else where a list is searched for or edited.
RESERVED = frozenset({"any", "none", "all"})


def normalise_group_name(text: str) -> str:
    """The name as it is kept and compared: NFKC, runs of blanks as one `_`, none at the ends."""
    return "_".join(unicodedata.normalize("NFKC", text).replace("_", " ").split())


def visible_groups(viewer: Viewer) -> Q:
    """The lists that this viewer may know of, as a condition on `FavouriteGroup`: public ones of accounts in use, and
    all of one's own."""
    public = Q(is_public=True, owner__is_active=True)
    return public | Q(owner_id=viewer.pk) if signed_in(viewer) else public


def own_group(user: User, name_or_id: str | int) -> FavouriteGroup | None:
    """One's own list by number or name, or None."""
    text = normalise_group_name(str(name_or_id).replace("\x00", ""))
    mine = FavouriteGroup.objects.filter(owner=user)
    if text.isascii() and text.isdigit():
        return mine.filter(pk=int(text)).first() if len(text) <= 18 else None
    return mine.filter(name__iexact=text).first()


def entries_of(group: FavouriteGroup, viewer: Viewer) -> QuerySet[FavouriteGroupEntry]:
    """The entries of a list whose posts this viewer's lists may hold, in the list's order."""
    shown = Post.objects.filter(visible_posts(viewer))
    return FavouriteGroupEntry.objects.filter(group=group, post__in=shown).order_by("position", "pk")


@transaction.atomic
def create(owner: User, name: str, *, is_public: bool = True) -> FavouriteGroup:
    """A new, empty list. Raises NotAllowed (a disabled account) and Invalid (the name)."""
    _require_active(owner)
    group = FavouriteGroup(owner=owner, name=_checked_name(name), is_public=is_public)
    return _saved(group)


@transaction.atomic
def create_with(owner: User, name: str, post: Post, *, is_public: bool = True) -> FavouriteGroup:
    """A new list that holds `post`, or none at all. Raises as `create` and `add_to_group` do."""
    return add_to_group(owner, create(owner, name, is_public=is_public).pk, post)


@transaction.atomic
def change(
    owner: User,
    group: FavouriteGroup,
    *,
    name: str,
    is_public: bool,
    seen: list[int] | None = None,
    wanted: list[int] | None = None,
    drop_unseen: bool = False,
) -> FavouriteGroup:
    """Rename a list, say who may see it and, with `wanted`, put its posts in that order; all of it or nothing.

    `seen` are the posts that whoever ordered them had before their eyes: those of them that are not `wanted` leave
    the list; what they did not see stays, unless `drop_unseen` takes out all that the owner cannot see now. Raises
    NotAllowed (another's list) and Invalid (the name, the order).
    """
    group = _locked(owner, group)
    group.name, group.is_public = _checked_name(name), is_public
    group = _saved(group)
    if wanted is not None:
        dropped = set(seen or ()) - set(wanted)
        FavouriteGroupEntry.objects.filter(group=group, post__in=dropped).delete()
        reorder(owner, group, wanted)
    if drop_unseen:
        # What lies in another zone or is hidden by their filter is one click away: it is not what the owner means.
        shown = Post.objects.filter(visible_posts(owner, any_zone=True, any_filter=True))
        FavouriteGroupEntry.objects.filter(group=group).exclude(post__in=shown).delete()
    return group


@transaction.atomic
def delete(owner: User, group: FavouriteGroup) -> None:
    """Delete a list; its posts stay. Raises NotAllowed (another's list)."""
    _locked(owner, group).delete()


@transaction.atomic
def add_to_group(user: User, name_or_id: str | int, post: Post) -> FavouriteGroup:
    """Put a post at the end of one of one's own lists; one that is in it stays where it is.

    Raises NotAllowed (a disabled account), Invalid (no such list, no such post, a full list) and InvalidTransition
    (the post is not active).
    """
    post = active_post(user, post)
    group = _own_locked(user, name_or_id)
    entries = FavouriteGroupEntry.objects.filter(group=group)
    if entries.filter(post=post).exists():
        return group
    if entries.count() >= MAX_POSTS:
        raise Invalid("group_full", name=group.words, limit=MAX_POSTS)
    last = entries.aggregate(last=Max("position"))["last"]
    FavouriteGroupEntry.objects.create(group=group, post=post, position=0 if last is None else last + 1)
    _touch(group)
    return group


@transaction.atomic
def remove_from_group(user: User, name_or_id: str | int, post: Post) -> FavouriteGroup:
    """Take a post out of one of one's own lists, whatever became of the post. Raises NotAllowed and Invalid."""
    _require_active(user)
    group = _own_locked(user, name_or_id)
    deleted, _rows = FavouriteGroupEntry.objects.filter(group=group, post_id=post.pk).delete()
    if deleted:
        _touch(group)
    return group


@transaction.atomic
def reorder(owner: User, group: FavouriteGroup, post_ids: list[int]) -> FavouriteGroup:
    """Put the posts `post_ids` of a list in that order; those that are not named stay in their own places.

    Posts that the owner cannot see now are thus never moved or lost, nor is one that was added meanwhile. Raises
    NotAllowed (another's list) and Invalid (a number twice, or not of this list).
    """
    group = _locked(owner, group)
    entries = {entry.post_id: entry for entry in FavouriteGroupEntry.objects.filter(group=group, post__in=post_ids)}
    if len(set(post_ids)) != len(post_ids) or len(entries) != len(post_ids):
        raise Invalid("group_order")
    places = sorted(entry.position for entry in entries.values())
    moved = [entries[pk] for pk in post_ids]
    for entry, place in zip(moved, places, strict=True):
        entry.position = place
    FavouriteGroupEntry.objects.bulk_update(moved, ["position"], batch_size=1000)
    _touch(group)
    return group


def _checked_name(name: str) -> str:
    normalised = normalise_group_name(name)
    if not normalised:
        raise Invalid("group_name_needed")
    if len(normalised) > MAX_NAME:
        raise Invalid("group_name_too_long", length=len(normalised), limit=MAX_NAME)
    forbidden = any(unicodedata.category(char)[0] == "C" or char in '*,"' for char in normalised)
    if forbidden or normalised.isdigit() or normalised.casefold() in RESERVED:
        raise Invalid("group_name_unusable", name=normalised.replace("\x00", ""))
    return normalised


def _saved(group: FavouriteGroup) -> FavouriteGroup:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Invalid("group_name_taken", name=group.words) from error
    return group


def _require_active(user: User) -> None:
    require_may_act(user)


def _locked(owner: User, group: FavouriteGroup) -> FavouriteGroup:
    _require_active(owner)
    found = FavouriteGroup.objects.select_for_update().filter(pk=group.pk, owner=owner).first()
    if found is None:
        raise NotAllowed("not_your_group")
    return found


def _own_locked(user: User, name_or_id: str | int) -> FavouriteGroup:
    group = own_group(user, name_or_id)
    if group is None:
        raise Invalid("no_such_group", name=str(name_or_id).replace("\x00", "")[:MAX_NAME])
    return _locked(user, group)


def _touch(group: FavouriteGroup) -> None:
    FavouriteGroup.objects.filter(pk=group.pk).update(updated_at=timezone.now())
