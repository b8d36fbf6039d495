"""The rating rule under random acts on two connections at once: what must hold whoever comes first."""

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import moderation, posts
from gallery.bulk_updates.retagging import retag
from gallery.models import Post, RatingSource, UnratedPost, User
from gallery.models.post import STANDING
from gallery.moderation.audit import verify
from gallery.post_ratings.floor_acts import set_floor
from gallery.post_ratings.locks import lock_rating, unlock_rating
from gallery.post_ratings.sources import rating_that_counts
from gallery.post_ratings.upkeep import raise_by_floors, receive
from gallery.post_ratings.votes import take_vote_back, vote
from gallery.raters import Opinion
from gallery.ratings import Rating
from gallery.tag_edits import edit_tags
from tagging.models import Tag
from tests.factories import make_user
from tests.gallery.post_ratings.people import bare_post, trusted_member
from tests.gallery.threads import at_once, one_by_one

pytestmark = pytest.mark.django_db(transaction=True)

RATINGS = st.sampled_from("gsqe")
TAGS = st.sampled_from(["cat", "bikini", "nude", "hammer", "anvil"])

an_act = st.one_of(
    st.tuples(st.just("word"), RATINGS),
    st.tuples(st.just("own tag"), TAGS),
    st.tuples(st.just("others tag"), TAGS),
    st.tuples(st.just("vote"), st.integers(0, 2), RATINGS),
    st.tuples(st.just("unvote"), st.integers(0, 2)),
    st.tuples(st.just("program"), RATINGS, st.sampled_from([0.5, 0.8, 1.0])),
    st.tuples(st.just("decide"), RATINGS),
    st.tuples(st.sampled_from(["lock", "unlock", "carry out"])),
    st.tuples(st.just("floor"), st.sampled_from(["hammer", "anvil"]), st.sampled_from(["", "s", "q"])),
    st.tuples(st.just("retag"), TAGS),
)


class World:
    """One post, and everybody who can do something about its rating."""

    def __init__(self) -> None:
        self.author, self.member = make_user(), make_user(shown_ratings=list("gsqe"))
        self.moderators = [make_user(role="moderator") for _number in range(2)]
        self.voters = [trusted_member() for _number in range(3)]

    def renewed(self) -> None:
        self.post = bare_post(self.author, tags=["cat"])

    def act(self, name: str, *given: Any) -> Any:
        return getattr(self, "do_" + name.replace(" ", "_"))(*given)

    def do_word(self, rating: str) -> None:
        now = Post.objects.get(pk=self.post.pk)
        names = Tag.objects.filter(pk__in=now.tag_ids).values_list("name", flat=True)
        given = {"tags": list(names), "title": "", "commentary": "", "prompt_visibility": "visible"}
        posts.edit(self.author, now, rating=rating, **given)

    def do_own_tag(self, name: str) -> None:
        self._toggle(self.author, name)

    def do_others_tag(self, name: str) -> None:
        self._toggle(self.member, name)

    def do_vote(self, number: int, rating: str) -> None:
        vote(self.voters[number], self.post, rating)

    def do_unvote(self, number: int) -> None:
        take_vote_back(self.voters[number], self.post)

    def do_program(self, rating: str, confidence: float) -> None:
        UnratedPost.objects.get_or_create(post=self.post, defaults={"since": self.post.created_at})
        receive(self.post.pk, Opinion(rating, confidence), "test 1")

    def do_decide(self, rating: str) -> None:
        moderation.rerate(self.moderators[0], self.post, rating, "a reason")

    def do_lock(self) -> None:
        lock_rating(self.moderators[1], self.post, "a reason")

    def do_unlock(self) -> None:
        unlock_rating(self.moderators[1], self.post, "a reason")

    def do_floor(self, name: str, rating: str) -> None:
        set_floor(self.moderators[1], name, rating, "a reason")

    def do_carry_out(self) -> None:
        raise_by_floors()

    def do_retag(self, name: str) -> None:
        tag = Tag.objects.get(name=name)
        with transaction.atomic():
            rows = list(Post.objects.filter(pk=self.post.pk).select_for_update(of=("self",), no_key=True))
            retag(self.moderators[0], rows, lambda ids: ids | {tag.pk})

    def _toggle(self, editor: User, name: str) -> None:
        there = Tag.objects.filter(pk__in=Post.objects.get(pk=self.post.pk).tag_ids, name=name).exists()
        edit_tags(editor, self.post, new=f"-{name}" if there else name, seen="")


def must_hold(post: Post) -> None:
    rows = list(RatingSource.objects.filter(post=post))
    assert post.rating == rating_that_counts(rows), [(row.kind, row.counts, row.overruled) for row in rows]
    locked = [row.rating for row in rows if row.locked]
    assert locked in ([], [post.rating])
    said = list(post.rating_versions.order_by("number"))
    assert (said[-1].rating, [one.number for one in said]) == (post.rating, list(range(1, len(said) + 1)))
    for before, after in itertools.pairwise(said):
        assert before.rating != after.rating
        lowered = Rating(after.rating).strength < Rating(before.rating).strength
        assert not lowered or after.kind in ("author", "moderator"), (before.rating, after.rating, after.kind)
    assert post.versions.order_by("-number")[0].rating == post.rating
    for tag in Tag.objects.filter(name__in=["cat", "bikini", "nude", "hammer", "anvil"]):
        standing = Post.objects.filter(tag_ids__contains=[tag.pk], status__in=STANDING)
        assert (tag.post_count, tag.general_count) == (standing.count(), standing.filter(rating="g").count()), tag.name


@pytest.fixture
def world(settings) -> World:
    settings.MAX_PUBLIC_RATING = "explicit"
    for name in ("cat", "bikini", "nude", "hammer", "anvil"):
        Tag.objects.get_or_create(name=name)
    return World()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=st.lists(an_act, min_size=1, max_size=6), right=st.lists(an_act, min_size=1, max_size=6))
def test_it_holds_whoever_comes_first(world, left, right):
    world.renewed()
    wrong = at_once(one_by_one(world.act, left), one_by_one(world.act, right))
    assert wrong == [[], []]
    must_hold(Post.objects.get(pk=world.post.pk))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(an_act, min_size=1, max_size=12))
def test_it_holds_after_every_act(world, acts):
    world.renewed()
    for one in acts:
        assert one_by_one(world.act, [one])() == []
        must_hold(Post.objects.get(pk=world.post.pk))
    assert verify()[1] is None
