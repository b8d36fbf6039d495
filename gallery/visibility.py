"""Who may see which post: the one expression that every list, page, count, feed and file answer shares."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from gallery.filters.in_force import in_force, lets_in
from gallery.filters.shown import asked_for
from gallery.labels.zones import in_zone, zone_of
from gallery.models import Post, PromptRequest, User
from gallery.models.post import STANDING, PostStatus, PromptVisibility
from gallery.models.recipe import PromptRequestState
from gallery.models.user import Zone
from gallery.ratings import BY_WORD, ORDER, Rating, up_to

Viewer = User | AnonymousUser


def ceiling() -> Rating:
    """The highest rating that anyone but its author and the moderators can be shown."""
    return BY_WORD[settings.MAX_PUBLIC_RATING]


def effective_ratings(viewer: Viewer, *, any_filter: bool = False) -> list[Rating]:
    """The ratings this viewer's lists hold: general, and what a visitor asked for, for visitors, a member's own choice
    up to the operator's ceiling, a moderator's own choice as it is; less what the viewer's filter hides."""
    chosen = _chosen_ratings(viewer, any_filter)
    if isinstance(viewer, User) and viewer.is_moderator:
        return chosen
    allowed = up_to(ceiling())
    return [rating for rating in chosen if rating in allowed]


def visible_posts(viewer: Viewer, *, any_status: bool = False, any_zone: bool = False, any_filter: bool = False) -> Q:
    """What this viewer's lists, searches, counts and feeds may hold, as a condition on `Post`.

    Standing posts with a rating that the viewer shows and a label of the viewer's zone, which the viewer's filter does
    not hide. The ceiling is not for the viewer's own posts, the viewer's own filter, zone included, is. `any_status` (a
    search that names a status) adds the posts in other states that the viewer may reach: their own, and all of them for
    a moderator; never quarantined ones. `any_zone` (a search that names a label, a member's tidying of their own list)
    leaves the zone out; `any_filter` (the rules of a filter, and counting what they hide) leaves the named filter out.
    """
    shown = Q(rating__in=effective_ratings(viewer, any_filter=any_filter))
    if signed_in(viewer):
        shown |= Q(author_id=viewer.pk) & Q(rating__in=_chosen_ratings(viewer, any_filter))
    shown &= _reachable_status(viewer) if any_status else Q(status__in=STANDING)
    if not any_filter and (hides := in_force(viewer).hides) is not None:
        shown &= ~hides
    return shown if any_zone else shown & in_zone(viewer)


def reachable_posts(viewer: Viewer) -> Q:
    """What a request for one post's page or files may answer, as a condition on `Post`.

    What the viewer's lists may hold in any zone, since a zone is about what is offered, not about what somebody asks
    for by name; what their filter hides once they asked for that very post; one's own posts whatever their rating and
    state; everything for moderators. A quarantined post is shown to nobody.
    """
    if isinstance(viewer, User) and viewer.is_moderator:
        return ~Q(status=PostStatus.QUARANTINED)
    visible = visible_posts(viewer, any_zone=True)
    if in_force(viewer).hides_any and (asked := asked_for(viewer)):
        visible |= visible_posts(viewer, any_zone=True, any_filter=True) & Q(pk__in=sorted(asked))
    if not signed_in(viewer):
        return visible
    return visible | (Q(author_id=viewer.pk) & ~Q(status=PostStatus.QUARANTINED))


def open_to(viewer: Viewer) -> Q:
    """`reachable_posts` as if the viewer's own filter hid nothing: what is theirs to keep, to use and to carry away,
    where nobody looks at lists, as a condition on `Post`."""
    return reachable_posts(viewer) | visible_posts(viewer, any_zone=True, any_filter=True)


def held_back(viewer: Viewer) -> Q:
    """The posts that nothing but the viewer's own filter keeps from being reached, as a condition on `Post`."""
    return visible_posts(viewer, any_zone=True, any_filter=True) & ~reachable_posts(viewer)


def blurred_posts(viewer: Viewer) -> Q | None:
    """The posts of which this viewer is given the blurred picture alone, as a condition on `Post`; None for none.

    What their filter blurs, except their own pictures and what they asked to see.
    """
    blurs = in_force(viewer).blurs
    if blurs is None:
        return None
    if asked := asked_for(viewer):
        blurs &= ~Q(pk__in=sorted(asked))
    return blurs & ~Q(author_id=viewer.pk) if signed_in(viewer) else blurs


def blurred_among(viewer: Viewer, posts: Iterable[Post]) -> frozenset[int]:
    """The numbers of those posts that this viewer is shown blurred, by one query at most."""
    blurs = blurred_posts(viewer)
    if blurs is None:
        return frozenset()
    return frozenset(Post.objects.filter(blurs, pk__in=[post.pk for post in posts]).values_list("pk", flat=True))


def may_read_prompt(viewer: Viewer, post: Post) -> bool:
    """Whether this viewer may read the prompt: a shown one, one's own, one that its author granted on request, and all
    for moderators. For several posts ask `readable_among`."""
    return post.pk in readable_among(viewer, [post])


def readable_among(viewer: Viewer, posts: Iterable[Post]) -> frozenset[int]:
    """The numbers of those posts whose prompt this viewer may read, by one query at most."""
    listed = list(posts)
    # Without asking who it is, where everybody may: what is the same for all can be kept by shared caches.
    if all(post.prompt_visibility == PromptVisibility.VISIBLE for post in listed):
        return frozenset(post.pk for post in listed)
    if isinstance(viewer, User) and viewer.is_moderator:
        return frozenset(post.pk for post in listed)
    member = viewer if isinstance(viewer, User) and signed_in(viewer) else None
    readable = {
        post.pk
        for post in listed
        if post.prompt_visibility == PromptVisibility.VISIBLE or (member and post.author_id == member.pk)
    }
    asked = {post.pk for post in listed if post.prompt_visibility == PromptVisibility.ON_REQUEST} - readable
    if member and asked:
        readable |= set(_granted(member).filter(post__in=asked).values_list("post_id", flat=True))
    return frozenset(readable)


def readable_prompts(viewer: Viewer) -> Q:
    """`may_read_prompt` as a condition on `Post`: whose prompt, negative prompt, seed and LoRAs a search may see."""
    if isinstance(viewer, User) and viewer.is_moderator:
        return Q()
    shown = Q(prompt_visibility=PromptVisibility.VISIBLE)
    if not isinstance(viewer, User) or not signed_in(viewer):
        return shown
    granted = Q(prompt_visibility=PromptVisibility.ON_REQUEST, pk__in=_granted(viewer).values("post"))
    return shown | Q(author_id=viewer.pk) | granted


def sees_only_general(viewer: Viewer) -> bool:
    """Whether this viewer's lists hold exactly the active posts rated general: what tags count for everybody."""
    if in_force(viewer).hides is not None:
        return False
    return _chosen_ratings(viewer) == [Rating.GENERAL] and zone_of(viewer) == Zone.BOTH


def signed_in(viewer: Viewer) -> bool:
    """Whether this is an account that may be used; a disabled one sees what visitors see."""
    return viewer.is_authenticated and viewer.is_active


def _granted(member: User) -> QuerySet[PromptRequest]:
    """What authors allowed this member to read, as long as the prompt is on request."""
    return PromptRequest.objects.filter(asker=member, state=PromptRequestState.GRANTED)


def _chosen_ratings(viewer: Viewer, any_filter: bool = False) -> list[Rating]:
    let_in = lets_in(viewer)
    hidden = frozenset() if any_filter else in_force(viewer).hidden_ratings
    return [rating for rating in ORDER if rating.value in let_in and rating not in hidden]


def _reachable_status(viewer: Viewer) -> Q:
    if not signed_in(viewer):
        return Q(status__in=STANDING)
    if isinstance(viewer, User) and viewer.is_moderator:
        return ~Q(status=PostStatus.QUARANTINED)
    return Q(status__in=STANDING) | (Q(author_id=viewer.pk) & ~Q(status=PostStatus.QUARANTINED))
