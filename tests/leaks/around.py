"""What people do with posts: favourites, lists, votes, disputes, reports, decisions, statements, appeals, copies.

Each of these is a place from which a hidden post could show through, so each hidden post is in each of them.
"""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gallery.bulk_updates.requests import propose
from gallery.community import saved_searches
from gallery.models import (
    Comment,
    DuplicatePair,
    Favourite,
    FavouriteGroup,
    FavouriteGroupEntry,
    LabelDispute,
    ModerationAction,
    PostStats,
    PostVote,
    PromptRequest,
    Statement,
    User,
    Voice,
)
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingVote
from gallery.models.review import Appeal, CaseKind, Restriction, SiteRule
from gallery.moderation.cases import open_case
from gallery.moderation.statements import state_reasons
from gallery.moderation.voices import digest
from tests.leaks.things import POSTS, THINGS, Thing

if TYPE_CHECKING:
    from tests.leaks.world import World

LEVELS = {"generated": "assisted", "assisted": "generated"}
STRICTER = {"g": "s", "s": "q", "q": "e"}


def surround(world: "World") -> None:
    """While all posts are still in sight."""
    people = world.people
    keeper, moderator = people["keeper"], people["moderator"]
    posts = [world.posts[thing.name] for thing in POSTS]
    for owner in (keeper, people["painter"]):
        Favourite.objects.bulk_create([Favourite(user=owner, post=post) for post in posts])
        PostVote.objects.bulk_create([PostVote(user=owner, post=post, score=1) for post in posts])
    PostStats.objects.filter(post__in=posts).update(fav_count=2, score=2, up_score=2, views=5)
    world.found["lists"] = [
        _list(keeper, "open", posts),
        _list(people["painter"], "painters", posts),
        _list(keeper, "closed", posts, is_public=False),
    ]
    world.found["saved"] = [
        saved_searches.save(people[name], "umbrella", ["Mine"]).pk for name in ("keeper", "bystander", "hider")
    ]
    for thing in POSTS:
        _said_about(world, thing, people["keeper"], moderator)
    DuplicatePair.objects.all().delete()
    first = world.posts["open"]
    world.found["pairs"] = [
        DuplicatePair.objects.create(older=first, newer=post, distance=4).pk for post in posts if post != first
    ]
    secret = THINGS["explicit"].word("ta")
    script = f"update umbrella -> rain\nimply {secret} -> umbrella"
    world.found["bulk"] = propose(people["painter"], title="Rain", script="update umbrella -> rain", reason="").pk
    # Whose author may know the tag; others may not learn of it here.
    world.found["secret script"] = script


def _list(owner: User, name: str, posts: list[Any], *, is_public: bool = True) -> int:
    group = FavouriteGroup.objects.create(owner=owner, name=name, is_public=is_public)
    FavouriteGroupEntry.objects.bulk_create(
        [FavouriteGroupEntry(group=group, post=post, position=place) for place, post in enumerate(posts, 1)]
    )
    return int(group.pk)


def _said_about(world: "World", thing: Thing, person: User, moderator: User) -> None:
    post = world.posts[thing.name]
    raised = world.found.setdefault("disputes", {})
    # By somebody who is not its author; only of what people can open can they say anything, so rows are made directly.
    case = open_case(CaseKind.LABEL, post=post)
    raised[thing.name] = LabelDispute.objects.create(
        post=post, by=person, case=case, level=LEVELS[thing.level], against=thing.level,
        reason=f"Look: {thing.word('la')}.",
    ).pk  # fmt: skip
    if thing.rating in STRICTER:
        RatingVote.objects.create(
            post=post, by=person, rating=STRICTER[thing.rating], against=thing.rating, at=timezone.now()
        )
    for kind, part in ((CaseKind.REPORT, "vo"), (CaseKind.FLAG, "vo"), (CaseKind.RATING, "ra")):
        case = open_case(kind, post=post)
        voice = Voice.objects.create(case=case, by=person, rule=SiteRule.OTHER, text=f"Report: {thing.word(part)}.")
        world.found.setdefault("cases", {})[thing.name] = case.pk
        world.found.setdefault("voices", []).append(voice.pk)
    visitors = Voice.objects.create(
        case=case, rule=SiteRule.OTHER, text=thing.word("ra"), receipt=digest(f"receipt-{thing.index}")
    )
    world.found.setdefault("receipts", []).append(f"receipt-{thing.index}")
    assert visitors.by is None
    world.found.setdefault("comments", {})[thing.name] = Comment.objects.create(
        post=post, author=person, post_author=post.author, text=f"Nice, {thing.word('cm')}."
    ).pk
    if thing.status == "pending":
        open_case(CaseKind.POST, post=post)
    act = ModerationAction.objects.create(
        actor=moderator, kind=ModerationKind.REMOVE, post=post, reason=f"Because {thing.word('st')}."
    )
    made: Statement = state_reasons(act, post.author, Restriction.REMOVAL, SiteRule.OTHER)
    world.found.setdefault("statements", []).append(made.pk)
    case = open_case(CaseKind.APPEAL, post=post, person=post.author)
    Appeal.objects.create(statement=made, case=case, text=f"But {thing.word('ap')}.")
    if thing.name == "prompt on request":
        PromptRequest.objects.create(
            post=post, asker=world.people["eager"], state="granted", asked_at=timezone.now(), answered_at=timezone.now()
        )
    world.found.setdefault("requests", []).extend(PromptRequest.objects.filter(post=post).values_list("pk", flat=True))
