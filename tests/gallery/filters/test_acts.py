"""Making, changing, sharing and choosing filters: whose they are, what is refused, what is left as it was."""

import pytest

from gallery.bulk_updates.commands.alias import Alias, Rename
from gallery.errors import Invalid, NotAllowed
from gallery.filters import acts
from gallery.filters.spec import Rules, Said
from gallery.models import Post, User, ViewFilter
from gallery.ratings import ORDER, Rating
from gallery.visibility import visible_posts
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
CALM = Said(frozenset({Rating.EXPLICIT}), frozenset({Rating.SENSITIVE}), Rules(("spider",), ("clown",)))


def test_a_filter_is_its_owners_alone():
    owner, other = make_user(), make_user()
    row = acts.create(owner, "Calm", CALM)
    for act in (
        lambda: acts.change(other, row, "Mine", Said()),
        lambda: acts.choose(other, row),
        lambda: acts.delete(other, row),
        lambda: acts.share(other, row, shared=True),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "not_your_filter"
    row.refresh_from_db()
    assert (row.name, row.shared_key, row.version) == ("Calm", None, 1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("  ", "filter_name_needed", id="none"),
        pytest.param("x" * 61, "filter_name_too_long", id="long"),
        pytest.param("a\u200bb", "filter_name_unusable", id="invisible"),
        pytest.param("cALM", "filter_name_taken", id="taken"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, code):
    owner = make_user()
    acts.create(owner, "Calm", CALM)
    with pytest.raises(Invalid) as refused:
        acts.create(owner, name, Said())
    assert refused.value.code == code
    assert ViewFilter.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param("İyi", "iyi", id="Turkish"), pytest.param("ẞ", "ß", id="German")]
)
def test_two_names_that_differ_in_case_alone_are_one_in_every_alphabet(first, second):
    owner = make_user()
    row = acts.create(owner, first, CALM)
    with pytest.raises(Invalid) as refused:
        acts.create(owner, second, Said())
    assert refused.value.code == "filter_name_taken"
    row.name = second
    assert acts.copy(owner, row).name == f"{second} 2"


def test_what_was_deleted_in_another_window_is_changed_by_none_of_the_acts():
    owner = make_user()
    row = acts.create(owner, "Calm", CALM)
    stale = ViewFilter.objects.get(pk=row.pk)
    acts.delete(owner, row)
    for act in (
        lambda: acts.change(owner, stale, "Calm", Said()),
        lambda: acts.choose(owner, stale),
        lambda: acts.share(owner, stale, shared=True),
        lambda: acts.delete(owner, stale),
    ):
        with pytest.raises(NotAllowed):
            act()
    owner.refresh_from_db()
    assert owner.active_filter_id is None


def test_all_ratings_cannot_be_hidden():
    with pytest.raises(Invalid) as refused:
        acts.create(make_user(), "Nothing", Said(hidden_ratings=frozenset(ORDER)))
    assert refused.value.code == "filter_hides_all"


def test_what_was_changed_meanwhile_is_not_overwritten():
    owner = make_user()
    row = acts.create(owner, "Calm", CALM)
    acts.change(owner, row, "Calmer", CALM, seen=1)
    with pytest.raises(Invalid) as refused:
        acts.change(owner, row, "Old tab", Said(), seen=1)
    assert refused.value.code == "filter_changed_meanwhile"
    row.refresh_from_db()
    assert (row.name, row.hide_rules) == ("Calmer", ["spider"])


def test_a_copy_is_ones_own_and_holds_nobody_muted():
    owner, other, third = make_user(), make_user(), make_user()
    row = acts.create(owner, "Calm", Said(CALM.hidden_ratings, CALM.blurred_ratings, CALM.rules, (third.pk,)))
    acts.create(other, "Calm", Said())
    made = acts.copy(other, row)
    assert (made.owner, made.name, made.muted_ids, made.shared_key) == (other, "Calm 2", [], None)
    assert (made.hide_rules, made.blur_rules, made.hidden_ratings) == (["spider"], ["clown"], ["e"])
    acts.change(owner, row, "Other", Said())
    made.refresh_from_db()
    assert made.hide_rules == ["spider"]


def test_a_link_that_was_taken_back_stays_dead():
    owner = make_user()
    row = acts.create(owner, "Calm", CALM)
    first = acts.share(owner, row, shared=True).shared_key
    assert acts.share(owner, row, shared=True).shared_key == first
    acts.share(owner, row, shared=False)
    assert acts.share(owner, row, shared=True).shared_key != first


def test_muting_makes_a_filter_where_none_is_in_force():
    owner, person = make_user(), make_user()
    row = acts.mute(owner, person, muted=True)
    assert (User.objects.get(pk=owner.pk).active_filter, row.muted_ids) == (row, [person.pk])
    assert acts.is_muted(owner, person)
    acts.mute(owner, person, muted=False)
    assert not acts.is_muted(owner, person)
    with pytest.raises(Invalid):
        acts.mute(owner, owner, muted=True)


def test_the_filter_in_force_can_be_deleted():
    owner = make_user()
    row = acts.create(owner, "Calm", CALM)
    acts.choose(owner, row)
    acts.delete(owner, row)
    assert User.objects.get(pk=owner.pk).active_filter is None


def test_only_so_many_filters_are_kept(monkeypatch):
    monkeypatch.setattr(acts, "MAX_FILTERS", 2)
    owner = make_user()
    for name in "ab":
        acts.create(owner, name, Said())
    with pytest.raises(Invalid) as refused:
        acts.create(owner, "c", Said())
    assert refused.value.code == "filters_full"


@pytest.mark.parametrize("word", ["alias", "rename"])
def test_rules_follow_a_tag_to_its_new_name_and_hide_it_on_the_way(word):
    author, owner = make_user(), make_user()
    make_post(author, asset=make_asset_row(author), tags=["spiders"])
    row = acts.create(owner, "Calm", Said(rules=Rules(("spiders", "spiders web", "owl"), ("spiders -toy",))))
    acts.choose(owner, row)
    command = (Alias if word == "alias" else Rename)("spiders", "spider")
    command.relate(author)
    posts = Post.objects.filter(visible_posts(User.objects.get(pk=owner.pk)))
    assert list(posts) == []
    command.step(author, 0, 100)
    posts = Post.objects.filter(visible_posts(User.objects.get(pk=owner.pk)))
    assert list(posts) == []
    command.finish(author)
    row.refresh_from_db()
    assert (row.hide_rules, row.blur_rules) == (["spider", "spider web", "owl"], ["spider -toy"])
    posts = Post.objects.filter(visible_posts(User.objects.get(pk=owner.pk)))
    assert list(posts) == []


def test_a_rule_that_its_maker_alone_may_ask_about_is_copied_by_nobody_else():
    maker, other = make_user("ann"), make_user()
    row = acts.create(maker, "Seen", Said(rules=Rules(("cat -upvote:ann",))))
    with pytest.raises(NotAllowed) as refused:
        acts.copy(other, row)
    assert refused.value.code == "votes_are_private"
    assert not ViewFilter.objects.filter(owner=other).exists()
    assert acts.copy(maker, row).hide_rules == row.hide_rules
