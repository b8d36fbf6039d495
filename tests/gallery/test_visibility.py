"""Who sees what: every kind of viewer × status × rating, in lists and by address."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.models import Post
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.ratings import Rating
from gallery.visibility import effective_ratings, may_read_prompt, reachable_posts, visible_posts
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db

STATUSES = [status.value for status in PostStatus]
RATINGS = "gsqe"


@pytest.fixture
def author():
    return make_user("author", shown_ratings="gs")


@pytest.fixture
def posts(author):
    """One post of `author` for every status and rating, by both."""
    made = {
        (status, rating): make_post(author, asset=make_asset_row(author)) for status in STATUSES for rating in RATINGS
    }
    for (status, rating), post in made.items():
        Post.objects.filter(pk=post.pk).update(status=status, rating=rating)
        if status == PostStatus.PENDING:
            open_case(CaseKind.POST, post=post)
    return made


def found(condition, posts):
    """`status+ratings` of what the condition lets through."""
    passed = set(Post.objects.filter(condition).values_list("pk", flat=True))
    lines = {status: "".join(r for r in RATINGS if posts[status, r].pk in passed) for status in STATUSES}
    return {status: ratings for status, ratings in lines.items() if ratings}


def standing(ratings):
    """Of these ratings, what everybody may see: a flag is an opinion until a moderator decides."""
    return dict.fromkeys(("active", "flagged"), ratings)


ALL_BUT_QUARANTINED = {status: RATINGS for status in STATUSES if status != "quarantined"}


@pytest.mark.parametrize(
    ("shown", "role", "ceiling", "listed"),
    [
        ("g", "member", "sensitive", "g"),
        ("gs", "member", "sensitive", "gs"),
        ("gsqe", "member", "sensitive", "gs"),
        ("gsqe", "member", "explicit", "gsqe"),
        ("gsqe", "member", "general", "g"),
        ("e", "member", "sensitive", ""),
        ("sq", "member", "questionable", "sq"),
        ("g", "moderator", "sensitive", "g"),
        ("gsqe", "moderator", "general", "gsqe"),
        ("qe", "owner", "general", "qe"),
    ],
)
def test_lists_hold_active_posts_of_the_ratings_that_someone_shows(posts, settings, shown, role, ceiling, listed):
    settings.MAX_PUBLIC_RATING = ceiling
    viewer = make_user(role=role, shown_ratings=shown)
    assert "".join(effective_ratings(viewer)) == listed
    assert found(visible_posts(viewer), posts) == (standing(listed) if listed else {})


def test_a_visitor_sees_standing_general_posts_only(posts, settings):
    settings.MAX_PUBLIC_RATING = "explicit"
    for condition in (visible_posts, lambda viewer: visible_posts(viewer, any_status=True), reachable_posts):
        assert found(condition(AnonymousUser()), posts) == standing("g")


def test_the_ceiling_is_not_for_ones_own_posts_but_ones_own_filter_is(posts, author, settings):
    settings.MAX_PUBLIC_RATING = "general"
    assert found(visible_posts(author), posts) == standing("gs")
    assert found(visible_posts(author, any_status=True), posts) == dict.fromkeys(ALL_BUT_QUARANTINED, "gs")


def test_an_author_reaches_all_own_posts_but_quarantined_ones(posts, author):
    assert found(reachable_posts(author), posts) == ALL_BUT_QUARANTINED


def test_another_member_reaches_what_their_lists_hold(posts):
    other = make_user(shown_ratings="gsqe")
    assert found(reachable_posts(other), posts) == standing("gs")
    assert found(visible_posts(other, any_status=True), posts) == standing("gs")


@pytest.mark.parametrize("role", ["moderator", "admin", "owner"])
def test_moderators_reach_everything_but_quarantined_posts(posts, role):
    moderator = make_user(role=role)
    assert found(reachable_posts(moderator), posts) == ALL_BUT_QUARANTINED
    assert found(visible_posts(moderator, any_status=True), posts) == dict.fromkeys(ALL_BUT_QUARANTINED, "g")


def test_a_disabled_account_sees_what_a_visitor_sees(posts, author):
    author.is_active = False
    assert found(reachable_posts(author), posts) == standing("g")
    assert effective_ratings(make_user(role="owner", shown_ratings="e", is_active=False)) == [Rating.GENERAL]


@pytest.mark.parametrize(
    ("who", "reads"), [("visitor", False), ("other", False), ("author", True), ("moderator", True), ("owner", True)]
)
def test_a_hidden_prompt_is_for_its_author_and_moderators(author, who, reads):
    viewer = {
        "visitor": AnonymousUser,
        "other": make_user,
        "author": lambda: author,
        "moderator": lambda: make_user(role="moderator"),
        "owner": lambda: make_user(role="owner"),
    }[who]()
    hidden, shown = make_post(author, prompt_visibility="hidden"), make_post(author)
    assert may_read_prompt(viewer, hidden) is reads
    assert may_read_prompt(viewer, shown)
