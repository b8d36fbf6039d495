"""Members' own lists: named once, ordered by hand, private if wanted."""

import pytest

from gallery import posts
from gallery.community import favourite_groups as groups
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import FavouriteGroup, FavouriteGroupEntry, Post, User
from gallery.models.post import PostStatus
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def new_post(**fields: object) -> Post:
    author = make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def order(group: FavouriteGroup, viewer: User | None = None) -> list[int]:
    return [entry.post_id for entry in groups.entries_of(group, viewer or group.owner)]


def test_names_are_tidied_and_unique_per_owner_in_any_case():
    owner, other = make_user(), make_user()
    group = groups.create(owner, "  To   draw ")
    assert group.name == "To_draw"
    assert group.words == "To draw"
    for same in ("to draw", "TO_DRAW", "Ｔo　draw"):
        with pytest.raises(Invalid, match="already"):
            groups.create(owner, same)
    assert groups.create(other, "to draw").name == "to_draw"


@pytest.mark.parametrize("name", ["123", "any", "None", "ALL", "a*b", "a,b", 'a"b', "a\x00b", "a\u202eb"])
def test_a_name_that_a_search_would_read_otherwise_is_refused(name):
    with pytest.raises(Invalid, match="cannot be the name"):
        groups.create(make_user(), name)
    assert not FavouriteGroup.objects.exists()


@pytest.mark.parametrize(("name", "sentence"), [("", "Give"), (" _ ", "Give"), ("x" * 171, "171")])
def test_a_name_is_not_empty_and_not_too_long(name, sentence):
    with pytest.raises(Invalid, match=sentence):
        groups.create(make_user(), name)


def test_a_list_is_found_by_name_or_number_among_ones_own_alone():
    owner, other = make_user(), make_user()
    mine, theirs = groups.create(owner, "cats"), groups.create(other, "cats")
    assert groups.own_group(owner, "CATS") == mine
    assert groups.own_group(owner, mine.pk) == mine
    assert groups.own_group(owner, str(mine.pk)) == mine
    assert groups.own_group(owner, theirs.pk) is None
    assert groups.own_group(owner, "dogs") is None
    assert groups.own_group(owner, "9" * 40) is None
    assert groups.own_group(owner, "a\x00") is None


def test_posts_are_added_at_the_end_once_and_taken_out():
    owner = make_user()
    group = groups.create(owner, "cats")
    a, b, c = (new_post() for _ in range(3))
    for post in (b, a, c, b):
        groups.add_to_group(owner, "cats", post)
    assert order(group) == [b.pk, a.pk, c.pk]
    groups.remove_from_group(owner, group.pk, a)
    groups.remove_from_group(owner, group.pk, a)
    groups.add_to_group(owner, "cats", a)
    assert order(group) == [b.pk, c.pk, a.pk]


def test_another_members_list_cannot_be_changed_nor_told_from_one_that_is_not():
    owner, other, post = make_user(), make_user(), new_post()
    group = groups.create(owner, "cats", is_public=False)
    for name in (group.pk, "cats", 2**40):
        with pytest.raises(Invalid, match="no list"):
            groups.add_to_group(other, name, post)
        with pytest.raises(Invalid, match="no list"):
            groups.remove_from_group(other, name, post)
    for act in (
        lambda: groups.change(other, group, name="dogs", is_public=True),
        lambda: groups.delete(other, group),
        lambda: groups.reorder(other, group, []),
    ):
        with pytest.raises(NotAllowed, match="someone else"):
            act()
    group.refresh_from_db()
    assert (group.name, group.is_public) == ("cats", False)


def test_a_disabled_account_can_do_nothing():
    owner = make_user()
    group = groups.create(owner, "cats")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    owner.refresh_from_db()
    for act in (
        lambda: groups.create(owner, "dogs"),
        lambda: groups.change(owner, group, name="dogs", is_public=True),
        lambda: groups.add_to_group(owner, "cats", new_post()),
        lambda: groups.delete(owner, group),
    ):
        with pytest.raises(NotAllowed, match="disabled"):
            act()


def test_only_active_posts_that_the_member_sees_are_added():
    owner = make_user()
    groups.create(owner, "cats")
    with pytest.raises(Invalid, match="no post"):
        groups.add_to_group(owner, "cats", new_post(rating="e"))
    moderator = make_user(role="moderator")
    groups.create(moderator, "cats")
    with pytest.raises(InvalidTransition):
        groups.add_to_group(moderator, "cats", new_post(status="removed"))
    assert not FavouriteGroupEntry.objects.exists()


def test_what_a_viewer_may_not_see_is_not_in_a_public_list_either():
    owner = make_user(shown_ratings="gs")
    group = groups.create(owner, "cats")
    shown, sensitive, gone = new_post(), new_post(rating="s"), new_post()
    for post in (shown, sensitive, gone):
        groups.add_to_group(owner, "cats", post)
    posts.set_status(gone, PostStatus.REMOVED)
    assert order(group) == [shown.pk, sensitive.pk]
    assert order(group, make_user()) == [shown.pk]


def test_private_lists_and_those_of_disabled_accounts_are_visible_to_nobody_else():
    owner, other, gone = make_user(), make_user(role="owner"), make_user()
    public, private = groups.create(owner, "open"), groups.create(owner, "mine", is_public=False)
    groups.create(gone, "open")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert set(FavouriteGroup.objects.filter(groups.visible_groups(owner))) == {public, private}
    assert set(FavouriteGroup.objects.filter(groups.visible_groups(other))) == {public}


def test_order_is_put_by_hand_and_posts_out_of_sight_keep_their_places():
    owner = make_user()
    group = groups.create(owner, "cats")
    a, b, c, d = made = [new_post() for _ in range(4)]
    for post in made:
        groups.add_to_group(owner, "cats", post)
    groups.reorder(owner, group, [d.pk, a.pk, c.pk])  # b was not seen
    assert order(group) == [d.pk, b.pk, a.pk, c.pk]
    for wrong in ([a.pk, a.pk], [a.pk, 2**40]):
        with pytest.raises(Invalid, match="not in the list"):
            groups.reorder(owner, group, wrong)
    assert order(group) == [d.pk, b.pk, a.pk, c.pk]


def test_a_full_list_takes_no_more(monkeypatch):
    monkeypatch.setattr(groups, "MAX_POSTS", 2)
    owner = make_user()
    group = groups.create(owner, "cats")
    a, b, c = (new_post() for _ in range(3))
    for post in (a, b, a):
        groups.add_to_group(owner, "cats", post)
    with pytest.raises(Invalid, match="full"):
        groups.add_to_group(owner, "cats", c)
    assert order(group) == [a.pk, b.pk]


def test_renaming_and_hiding_keep_the_posts():
    owner, post = make_user(), new_post()
    group = groups.create(owner, "cats")
    groups.add_to_group(owner, "cats", post)
    groups.change(owner, group, name="Cats", is_public=False)
    groups.create(owner, "dogs")
    with pytest.raises(Invalid, match="already"):
        groups.change(owner, group, name="DOGS", is_public=True)
    group.refresh_from_db()
    assert (group.name, group.is_public) == ("Cats", False)
    assert order(group) == [post.pk]


@pytest.mark.django_db(transaction=True)
def test_posts_added_at_once_all_stand_in_places_of_their_own():
    owner = make_user()
    group = groups.create(owner, "cats")
    made = [new_post() for _ in range(4)]
    results = at_once(*[lambda post=post: groups.add_to_group(owner, "cats", post) for post in [*made, made[0]]])
    assert [result for result in results if isinstance(result, Exception)] == []
    positions = list(group.entries.values_list("position", flat=True))
    assert sorted(positions) == [0, 1, 2, 3]
    assert {*order(group)} == {post.pk for post in made}


@pytest.mark.django_db(transaction=True)
def test_the_same_name_at_once_makes_one_list():
    owner = make_user()
    results = at_once(*[lambda: groups.create(owner, "cats")] * 3)
    assert sum(isinstance(result, Invalid) for result in results) == 2
    assert FavouriteGroup.objects.count() == 1
