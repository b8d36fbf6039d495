"""Edit strings: three-way merges, terms, rules, limits."""

import itertools
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery import moderation, posts
from gallery.community import favourite_groups
from gallery.errors import Invalid, InvalidTransition, NotAllowed, UserFacingError
from gallery.models import Favourite, FavouriteGroupEntry, Post, PostVote, User
from gallery.tag_edits import apply_script, curation, edit_tags, recategorise, recount_categories
from gallery.tag_edits.automatic import model_tag_name, shape_names
from gallery.tag_edits.edit import merge
from gallery.tag_edits.limits import CHANGED_TAGS_A_MINUTE, left, spend
from gallery.tag_edits.terms import Act, Terms, read, words_of
from tagging.changes import set_deprecated
from tagging.models import Category, Tag, TagAlias
from tagging.relations import create_implication
from tests.factories import SET_BY_SITE, make_asset_row, make_post, make_recipe, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute():
    cache.clear()


def plain_post(*tags: str, author: User | None = None, **fields: Any) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), tags=tags or ("cat",), **fields)


def names(post: Post) -> set[str]:
    """The tags that people gave."""
    post.refresh_from_db()
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) - SET_BY_SITE


def counts() -> dict[str, int]:
    tags = Tag.objects.filter(post_count__gt=0).exclude(name__in=SET_BY_SITE)
    return dict(tags.values_list("name", "post_count"))


def refusal(act: Any) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        act()
    return caught.value


# --- reading ---------------------------------------------------------------------------------------------------------


def test_words_terms_and_prefixes_are_told_apart():
    terms = read(
        """cat -Dog art:Mika char:miku_(vocaloid) parent:12 -parent:none -favgroup:"my list" source:'a b' 猫"""
    )
    assert terms.tags == {"cat": None, "mika": Category.ARTIST, "miku_(vocaloid)": Category.CHARACTER, "猫": None}
    assert terms.removed == ("dog",)
    assert terms.acts == (
        Act("parent", "12"),
        Act("parent", "none", negated=True),
        Act("favgroup", "my list", negated=True, quoted=True),
        Act("source", "a b", quoted=True),
    )


def test_full_width_words_are_read_as_what_they_mean():
    assert read("ｃａｔ －ｄｏｇ") == Terms({"cat": None}, ("dog",), ())


@pytest.mark.parametrize("word", ["pool:3", "-pool:3", "newpool:x", "status:active", "score:5", "width:>3", "order:id"])
def test_a_term_that_the_site_does_not_have_is_named(word):
    error = refusal(lambda: read(f"cat {word}"))
    assert word.lstrip("-") in error.message
    assert "this site has no" in error.message
    assert "parent:" in error.message


def test_every_wrong_word_is_named_at_once():
    message = refusal(lambda: read("cat foo* pool:1 a__b -rating:s")).message
    for word in ("foo*", "pool:1", "a__b", "-rating:s"):
        assert word in message


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(text):
    assert "".join("".join(words_of(text)).split()) == "".join(text.replace("\x00", " ").split())
    try:
        terms = read(text)
    except Invalid:
        return
    again = " ".join([*terms.tags, *(f"-{name}" for name in terms.removed)])
    if again.isascii():
        assert set(read(again).tags) == set(terms.tags)


# --- merging ---------------------------------------------------------------------------------------------------------


def test_what_others_did_meanwhile_stays():
    post = plain_post("cat", "sea", "sky")
    seen = "cat sea sky"
    edit_tags(make_user(), post, new="cat sea sky night", seen=seen)
    edit_tags(make_user(), post, new="cat sky", seen="cat sea sky")
    edited = edit_tags(make_user(), post, new="cat sea sky moon", seen=seen)
    assert [warning for warning in edited.warnings if "night" in warning and "added" in warning]
    assert [warning for warning in edited.warnings if "sea" in warning and "removed" in warning]
    assert names(post) == {"cat", "sky", "night", "moon"}
    assert counts() == {"cat": 1, "sky": 1, "night": 1, "moon": 1}


def test_without_what_was_seen_the_new_tags_replace_those_of_now():
    post = plain_post("cat", "sea")
    edit_tags(make_user(), post, new="cat sky")
    assert names(post) == {"cat", "sky"}


def test_a_script_names_only_what_changes_and_a_minus_wins():
    post = plain_post("cat", "sea")
    apply_script(make_user(), post, "sky -sea night -night")
    assert names(post) == {"cat", "sky"}


def test_merging_is_the_same_as_on_sets(django_db_blocker):
    tags = {name: Tag.objects.create(name=name) for name in "abc"}
    subsets = [set(chosen) for size in range(4) for chosen in itertools.combinations("abc", size)]
    for current, seen, new, gone in itertools.product(subsets, subsets, subsets, [set(), {"a"}, {"a", "b"}]):
        terms = Terms(dict.fromkeys(sorted(new)), tuple(sorted(gone)), ())
        merged = merge([tags[name] for name in current], terms, sorted(seen))
        expected = (current | (new - seen)) - (seen - new) - gone
        assert {tag.name for tag in merged.tags} == expected, (current, seen, new, gone)


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_moment_all_count():
    post = plain_post("cat")
    editors = [make_user() for _ in range(4)]
    found = at_once(
        *(
            lambda editor=editor, word=word: edit_tags(editor, Post(pk=post.pk), new=f"cat {word}", seen="cat").post.pk
            for editor, word in zip(editors, ["ant", "bee", "cow", "dog"], strict=True)
        )
    )
    assert found == [post.pk] * 4
    assert names(post) == {"cat", "ant", "bee", "cow", "dog"}
    assert counts() == dict.fromkeys(["cat", "ant", "bee", "cow", "dog"], 1)
    assert post.versions.count() == 5


def test_an_author_who_edits_an_old_page_does_not_undo_others():
    post = plain_post("cat")
    edit_tags(make_user(), post, new="sea", seen="")
    same = {"rating": "g", "prompt_visibility": "visible", "title": "New", "commentary": ""}
    posts.edit(post.author, post, tags=["cat", "sky"], seen="cat", **same)
    assert names(post) == {"cat", "sea", "sky"}
    post.refresh_from_db()
    assert post.title == "New"


# --- who -------------------------------------------------------------------------------------------------------------


def test_every_member_may_edit_what_they_can_reach():
    post = plain_post("cat")
    assert edit_tags(make_user(), post, new="cat dog").post.pk == post.pk
    hidden = plain_post("cat", rating="q")
    assert refusal(lambda: edit_tags(make_user(), hidden, new="dog")).code == "no_such_post"
    assert names(hidden) == {"cat"}
    assert refusal(lambda: edit_tags(make_user(is_active=False), post, new="dog")).code == "account_disabled"


def test_a_post_that_is_in_no_list_is_not_edited():
    post = plain_post("cat")
    moderator = make_user(role="moderator")
    moderation.remove(moderator, post, "Twice the same.")
    with pytest.raises(InvalidTransition):
        edit_tags(moderator, post, new="dog")


def test_only_the_author_rates_in_an_edit():
    post = plain_post("cat")
    assert refusal(lambda: apply_script(make_user(), post, "dog rating:s")).code == "rating_by_author"
    moderator = make_user(role="moderator")
    assert refusal(lambda: apply_script(moderator, post, "rating:s")).code == "rating_by_moderation"
    assert names(post) == {"cat"}
    assert apply_script(post.author, post, "rating:sensitive").post.rating == "s"
    assert refusal(lambda: apply_script(post.author, post, "rating:lovely")).code == "unknown_rating"
    assert apply_script(make_user(shown_ratings="gs"), post, "rating:s").post.rating == "s"  # says what is so already


def test_anothers_edit_leaves_the_rating_and_says_what_it_calls_for():
    post = plain_post("cat")
    edited = edit_tags(make_user(), post, new="cat bikini")
    assert edited.post.rating == "g"
    assert any("Sensitive" in warning for warning in edited.warnings)
    assert edit_tags(post.author, post, new="cat bikini hat").post.rating == "s"


# --- parents, sources, opinions --------------------------------------------------------------------------------------


def test_parent_and_children_are_set_and_taken_away():
    first, second, third = plain_post(), plain_post(), plain_post()
    editor = make_user()
    apply_script(editor, second, f"parent:{first.pk}")
    second.refresh_from_db()
    assert second.parent_id == first.pk
    apply_script(editor, first, f"child:{third.pk} -child:{second.pk}")
    assert [post.pk for post in first.children.all()] == [third.pk]
    apply_script(editor, first, "child:none")
    assert not first.children.exists()
    apply_script(editor, third, f"parent:{first.pk}")
    apply_script(editor, third, f"-parent:{second.pk}")
    third.refresh_from_db()
    assert third.parent_id == first.pk
    apply_script(editor, third, f"-parent:{first.pk}")
    third.refresh_from_db()
    assert third.parent_id is None


def test_a_parent_that_cannot_be_is_refused_and_nothing_changes():
    first, second, hidden = plain_post(), plain_post(), plain_post(rating="q")
    editor = make_user()
    apply_script(editor, second, f"parent:{first.pk}")
    for script, post in [
        (f"dog parent:{second.pk}", first),
        (f"dog parent:{first.pk}", first),
        (f"dog parent:{hidden.pk}", first),
        ("dog parent:999999999", first),
        ("dog parent:x", first),
        (f"dog child:{hidden.pk}", first),
        ("dog child:1,x", first),
    ]:
        assert refusal(lambda script=script, post=post: apply_script(editor, post, script)).status in (403, 422)
        assert names(post) == {"cat"}


def test_a_post_has_thirty_children_at_most():
    author = make_user()
    parent = plain_post(author=author)
    children = [plain_post(author=author) for _ in range(31)]
    Post.objects.filter(pk__in=[child.pk for child in children[:30]]).update(parent=parent)
    error = refusal(lambda: apply_script(author, children[30], f"parent:{parent.pk}"))
    assert error.code == "too_many_children"
    assert "30" in error.message


def test_source_is_set_and_emptied():
    post, editor = plain_post(), make_user()
    assert apply_script(editor, post, 'source:"https://example.org/a b"').post.source == "https://example.org/a b"
    assert apply_script(editor, post, "source:none").post.source == ""
    assert apply_script(editor, post, 'source:"none"').post.source == "none"
    assert apply_script(editor, post, "source:").post.source == ""


def test_opinions_in_an_edit_are_the_editors_own():
    post, editor = plain_post(), make_user("mika")
    group = favourite_groups.create(editor, "To draw")
    apply_script(editor, post, 'fav:me favgroup:"to draw"')
    assert Favourite.objects.filter(user=editor, post=post).exists()
    assert FavouriteGroupEntry.objects.filter(group=group, post=post).exists()
    apply_script(editor, post, "downvote:self")
    assert PostVote.objects.get(user=editor, post=post).score == -1
    apply_script(editor, post, "-downvote:mika -fav:me -favgroup:to_draw")
    assert not PostVote.objects.exists()
    assert not Favourite.objects.exists()
    assert not FavouriteGroupEntry.objects.exists()
    for script in ("fav:someone", "upvote:someone", "favgroup:nowhere", "favgroup:"):
        assert refusal(lambda script=script: apply_script(editor, post, f"dog {script}")).status == 422
    assert names(post) == {"cat"}
    assert refusal(lambda: apply_script(post.author, post, "upvote:me")).code == "vote_on_own_post"


# --- rules -----------------------------------------------------------------------------------------------------------


def test_aliases_and_implications_are_followed():
    create_implication("kitten", "cat")
    create_implication("cat", "animal")
    TagAlias.objects.create(antecedent="kitty", consequent=Tag.objects.get(name="kitten"))
    post = plain_post("sky")
    edited = edit_tags(make_user(), post, new="sky kitty")
    assert names(post) == {"sky", "kitten", "cat", "animal"}
    edited = edit_tags(make_user(), post, new="sky kitten animal", seen="sky kitten cat animal")
    assert names(post) == {"sky", "kitten", "cat", "animal"}
    assert any("cat" in warning and "follow" in warning for warning in edited.warnings)
    edit_tags(make_user(), post, new="sky", seen="sky kitty cat animal")
    assert names(post) == {"sky"}
    assert names(plain_post("kitty")) == {"kitten", "cat", "animal"}


def test_deprecated_tags_stay_and_are_not_added():
    old = plain_post("cat", "nice")
    other = plain_post("cat")
    set_deprecated(Tag.objects.get(name="nice"), True, None)
    error = refusal(lambda: edit_tags(make_user(), other, new="cat nice"))
    assert (error.code, "nice" in error.message) == ("tag_deprecated", True)
    edit_tags(make_user(), old, new="cat nice dog")
    assert names(old) == {"cat", "nice", "dog"}
    assert refusal(lambda: plain_post("nice")).code == "tag_deprecated"


def test_there_are_three_hundred_tags_at_most():
    post = plain_post("cat")
    words = " ".join(f"tag{number}" for number in range(300))
    error = refusal(lambda: edit_tags(make_user(role="moderator"), post, new=words))
    assert error.code == "too_many_tags"
    assert not Tag.objects.filter(name="tag7").exists()


def test_members_have_limits_for_a_minute_and_moderators_none():
    post = plain_post("cat")
    editor = make_user()
    many = " ".join(f"new{number}" for number in range(21))
    assert refusal(lambda: apply_script(editor, post, many)).code == "too_many_new_tags"
    assert names(post) == {"cat"}
    apply_script(editor, post, " ".join(f"new{number}" for number in range(20)))
    assert refusal(lambda: apply_script(editor, post, "onemore")).code == "too_many_new_tags"
    plain_post(*(f"old{number}" for number in range(120)))
    known = " ".join(f"old{number}" for number in range(101))
    assert refusal(lambda: apply_script(make_user(), post, known)).code == "too_many_changed_tags"
    apply_script(make_user(role="moderator"), post, f"{known} {many}")
    assert "old100" in names(post)


def test_a_tag_on_posts_out_of_sight_alone_is_as_good_as_new():
    plain_post("secret", rating="q")
    post = plain_post("cat")
    edited = edit_tags(make_user(), post, new="cat secret never_seen")
    said = [warning for warning in edited.warnings if "never_seen" in warning]
    assert said
    assert all("secret" in warning for warning in said)


def test_a_name_in_another_script_that_leads_to_no_tag_is_refused():
    post = plain_post("cat")
    error = refusal(lambda: edit_tags(make_user(), post, new="cat 犬"))
    assert (error.code, "犬" in error.message) == ("bad_tag", True)


# --- automatic tags --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((768, 512), {"lowres"}),
        ((769, 512), set()),
        ((1920, 1080), {"highres"}),
        ((2560, 1440), {"highres", "absurdres"}),
        ((3840, 2160), {"highres", "absurdres"}),
        ((3841, 2160), {"highres", "absurdres", "incredibly_absurdres"}),
        ((2048, 512), {"wide_image"}),
        ((512, 2048), {"tall_image"}),
        ((512, 2047), set()),
    ],
)
def test_size_and_shape_are_told_by_area_and_ratio(size, expected):
    assert set(shape_names(*size)) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Some Model V1.0.safetensors", "some_model_v1.0"),
        ("checkpoints/anime\\Foo__Bar.ckpt", "foo_bar"),
        ("(odd", "odd"),
        ("odd)", ""),
        ("夜", ""),
        ("", ""),
        ("-dash", "dash"),
        ("a, b*c", "a_b_c"),
        ("x" * 200, ""),
    ],
)
def test_a_checkpoint_makes_a_tags_name_or_none(model, expected):
    assert model_tag_name(model) == expected


def test_halves_of_characters_and_nuls_are_no_fault():
    post, editor = plain_post("cat"), make_user()
    edit_tags(editor, post, new="cat \ud800", seen="cat \ud800")
    assert names(post) == {"cat"}
    edit_tags(editor, post, new="cat\x00dog source:'\ud800'", seen="cat\x00")
    assert names(post) == {"cat", "dog"}


def test_the_site_sets_size_and_model_and_nobody_takes_them_away():
    post = plain_post("cat")
    tags = {tag.name: tag for tag in Tag.objects.filter(pk__in=post.tag_ids)}
    assert set(tags) == {"cat", "lowres", "tiny"}
    assert (tags["lowres"].category, tags["tiny"].category) == (Category.META, Category.MODEL)
    assert (post.meta_tags, post.model_tags, post.general_tags, post.tag_count) == (1, 1, 1, 3)
    edited = edit_tags(make_user(), post, new="cat -tiny -lowres highres")
    edited.post.refresh_from_db()
    assert set(edited.post.tag_ids) == set(post.tag_ids)
    assert sum("tiny" in warning and "lowres" in warning for warning in edited.warnings) == 1
    assert any("highres" in warning for warning in edited.warnings)


def test_a_model_named_like_another_kind_of_tag_gets_a_name_of_its_own():
    Tag.objects.create(name="anime", category=Category.GENERAL)
    post = plain_post("cat", recipe=make_recipe(model_name="Anime"))
    assert Tag.objects.get(name="anime_(model)").pk in post.tag_ids


def test_a_post_without_tags_asks_for_some_until_it_has_thirty():
    author = make_user()
    post = make_post(author, asset=make_asset_row(author), tags=[])
    assert names(post) == {"tagme"}
    editor = make_user(role="moderator")
    apply_script(editor, post, "cat")
    assert names(post) == {"cat", "tagme"}
    apply_script(editor, post, " ".join(f"tag{number}" for number in range(29)))
    assert "tagme" not in names(post)


# --- categories ------------------------------------------------------------------------------------------------------


def test_a_prefix_makes_or_changes_the_category_and_posts_count_it_anew():
    first, second = plain_post("cat", "mika"), plain_post("mika")
    apply_script(make_user(), first, "artist:mika char:miku")
    for post in (first, second):
        post.refresh_from_db()
    assert (first.artist_tags, first.character_tags, first.general_tags) == (1, 1, 1)
    assert (second.artist_tags, second.general_tags) == (1, 0)
    tag = Tag.objects.get(name="mika")
    assert [version.category for version in tag.versions.order_by("number")] == [Category.GENERAL, Category.ARTIST]


def test_large_tags_change_category_by_moderators_alone():
    tag = Tag.objects.create(name="large", post_count=50)  # none of them is for everybody
    post = plain_post("cat")
    with pytest.raises(NotAllowed) as caught:
        apply_script(make_user(), post, "char:large")
    assert caught.value.code == "category_moderators"
    assert "50" not in caught.value.message
    assert recategorise(make_user(role="moderator"), tag, Category.CHARACTER).category == Category.CHARACTER


def test_very_large_tags_change_category_in_the_background_alone():
    tag = Tag.objects.create(name="huge", post_count=curation.LARGE_TAG)
    moderator = make_user(role="moderator")
    for act in (
        lambda: apply_script(moderator, plain_post("cat"), "char:huge"),
        lambda: curation.recategorise_now(moderator, tag, Category.CHARACTER),
    ):
        error = refusal(act)
        assert error.code == "category_in_bulk"
        assert "category huge -> character" in error.message
    assert recategorise(moderator, tag, Category.CHARACTER).category == Category.CHARACTER


def test_a_name_that_is_taken_away_too_keeps_its_category():
    post = plain_post("cat", "mika")
    apply_script(make_user(), post, "artist:mika -mika")
    assert names(post) == {"cat"}
    assert Tag.objects.get(name="mika").category == Category.GENERAL


def test_every_change_of_a_category_counts_towards_the_limit():
    post = plain_post("cat")
    member, moderator = make_user(), make_user(role="moderator")
    first, second, third = (Tag.objects.create(name=name, in_vocabulary=True) for name in ("mika", "miku", "rin"))
    spend(member, new_tags=0, changed_tags=CHANGED_TAGS_A_MINUTE - 1)
    assert refusal(lambda: apply_script(member, post, "artist:mika artist:miku")).code == "too_many_changed_tags"
    curation.recategorise_now(member, first, Category.ARTIST)
    assert refusal(lambda: curation.recategorise_now(member, second, Category.ARTIST)).code == "too_many_changed_tags"
    apply_script(moderator, post, "artist:miku artist:rin")
    assert set(Tag.objects.filter(category=Category.ARTIST)) == {first, second, third}


def test_what_is_refused_for_its_new_tags_is_not_counted_as_changed():
    member, post = make_user(), plain_post("cat")
    before = left(member)
    error = refusal(lambda: apply_script(member, post, " ".join(f"new_{number}" for number in range(21))))
    assert error.code == "too_many_new_tags"
    assert left(member) == before


def test_counting_anew_mends_posts_whose_tag_changed_behind_their_back():
    post = plain_post("cat", "dog")
    Tag.objects.filter(name="dog").update(category=Category.CHARACTER)
    recount_categories(Tag.objects.get(name="dog"))
    post.refresh_from_db()
    assert (post.general_tags, post.character_tags) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_category_that_changes_while_posts_do_is_counted_right():
    post = plain_post("cat")
    author, editor, moderator = make_user(), make_user(), make_user(role="moderator")
    tag = Tag.objects.get(name="cat")
    asset = make_asset_row(author)
    found = at_once(
        lambda: recategorise(moderator, tag, Category.CHARACTER).pk,
        lambda: apply_script(editor, Post(pk=post.pk), "-cat dog").post.pk,
        lambda: posts.publish(author, asset, recipe=make_recipe(), tags=["cat"], rating="g").pk,
    )
    assert not [error for error in found if isinstance(error, BaseException)], found
    for row in Post.objects.all():
        kinds = list(Tag.objects.filter(pk__in=row.tag_ids).values_list("category", flat=True))
        assert row.character_tags == kinds.count(Category.CHARACTER)
        assert row.general_tags == kinds.count(Category.GENERAL)


def locks(queries: CaptureQueriesContext) -> list[str]:
    """What was locked, in this order: many posts, one post by its number, or tags."""
    found = [query["sql"] for query in queries if " UPDATE" in query["sql"] and query["sql"].startswith("SELECT")]
    kinds = {'FROM "tagging_tag"': "tags", '"gallery_post"."id" = ': "post", 'FROM "gallery_post"': "posts"}
    return [next(kind for part, kind in kinds.items() if part in sql) for sql in found]


def test_all_posts_are_locked_before_any_tag(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # those are not captured
    early, late = plain_post("mika"), plain_post("miku")
    post = plain_post("cat", "miku")
    for child in (early, late):
        Post.objects.filter(pk=child.pk).update(parent=post)
    with CaptureQueriesContext(connection) as queries:
        apply_script(make_user(), post, "artist:miku char:mika child:none -cat dog")
    order = locks(queries)
    assert order[:5] == ["posts", "post", "post", "post", "tags"]
    assert "post" not in order[5:]
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.parent_id, early.character_tags) == (None, 1)
    assert (late.parent_id, late.artist_tags) == (None, 1)
    post.refresh_from_db()
    assert (post.artist_tags, post.character_tags) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_people_who_change_categories_and_families_at_once_do_not_lock_each_other_up():
    first, second = plain_post("mika", "sea"), plain_post("miku", "sky")
    Post.objects.filter(pk=first.pk).update(parent=second)
    people = [make_user() for _ in range(3)]
    for kinds in (("artist", "char"), ("char", "artist")):
        found = at_once(
            lambda a=kinds[0]: (
                apply_script(people[0], Post(pk=second.pk), f"{a}:miku {a}:mika child:none mika").post.pk
            ),
            lambda a=kinds[1]: apply_script(people[1], Post(pk=first.pk), f"{a}:mika {a}:miku -sea miku").post.pk,
            lambda: apply_script(people[2], Post(pk=second.pk), f"child:{first.pk} sea -sky").post.pk,
        )
        assert not [error for error in found if isinstance(error, BaseException)], found


def test_tags_are_locked_together_when_the_rating_moves_the_counters_of_all():
    author = make_user(shown_ratings="gs")
    post = plain_post("cat", "dog", author=author)
    kept, gained = Tag.objects.get(name="cat").pk, Tag.objects.create(name="sea").pk
    with CaptureQueriesContext(connection) as queries:
        apply_script(author, post, "sea rating:s")
    rounds = [
        query["sql"] for query in queries if "tagging_tag" in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]
    ]
    for number in (kept, gained):
        assert re.search(rf"[(, ]{number}[), ]", rounds[0])
