"""Generation data are typed, kept with their history, brought back; what was drawn here is nobody's to change."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Post, PostGeneration, PostGenerationVersion
from gallery.provenance import LoraEntry, searchable
from gallery.recipes import editing
from gallery.recipes.editing import Outdated, edit_recipe, revert_recipe
from gallery.recipes.fields import texts_of
from gallery.recipes.rows import State
from gallery.recipes.typed import WrongFields
from gallery.search import search
from tagging.models import Tag
from tests.factories import make_post, make_recipe, make_user
from tests.gallery.recipes.sent import sent_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def row_of(post: Post) -> PostGeneration:
    return PostGeneration.objects.get(post=post)


def tags_of(post: Post) -> set[str]:
    ids = Post.objects.get(pk=post.pk).tag_ids
    return set(Tag.objects.filter(pk__in=ids).values_list("name", flat=True))


def test_publication_is_the_first_version():
    post = sent_post(rest={"Mood": "calm"})
    row, version = row_of(post), PostGenerationVersion.objects.get()
    assert (row.version, row.source, row.raw, row.rest) == (1, "file", "the file’s own text", {"Mood": "calm"})
    assert (version.number, version.editor, version.source, version.rest) == (1, post.author, "file", row.rest)
    assert State.of_version(version) == State.of(row)
    assert row_of(make_post()).source == "site_job"


def test_a_post_needs_no_recipe_and_any_member_can_add_one():
    post, member = sent_post(recipe=None), make_user()
    assert not PostGeneration.objects.filter(post=post).exists()
    assert not PostGenerationVersion.objects.exists()
    edit_recipe(member, post, {"prompt": "a boat", "steps": "12"}, 0)
    row = row_of(post)
    assert (row.prompt, row.steps, row.version, row.source, row.generator) == ("a boat", 12, 1, "typed", "")
    assert PostGenerationVersion.objects.get().editor == member


def test_an_edit_keeps_search_columns_and_the_models_tag_right():
    post, member = sent_post(), make_user()
    assert "tiny" in tags_of(post)
    edit_recipe(
        member,
        post,
        {"prompt": "(Night_sky:1.2)", "model_name": "Other Model.safetensors", "loras": "Detail:0.5\nsoft"},
        1,
        rest=[("Mood", "calm"), ("", "")],
        reason="named in the source",
    )
    row = row_of(post)
    assert row.prompt_words == searchable("night sky")
    assert row.loras == ["detail", "soft"]
    assert row.rest == {"Mood": "calm"}
    assert row.negative_prompt == "blurry"
    assert tags_of(post) == {"cat", "lowres", "other_model"}
    assert [found.pk for found in search('prompt:"night sky" lora:soft other_model', member).posts] == [post.pk]
    assert search("prompt:hair or tiny", member).posts == []
    newest = PostGenerationVersion.objects.get(number=2)
    assert (newest.editor, newest.reason, newest.source) == (member, "named in the source", "typed")
    assert row.raw == "the file’s own text"
    assert Tag.objects.get(name="tiny").post_count == 0


def test_what_does_not_change_makes_no_version():
    post = sent_post()
    texts = texts_of(State.of(row_of(post)))
    assert edit_recipe(post.author, post, texts, 1, rest=[]).version == 1
    assert PostGenerationVersion.objects.count() == 1


def test_what_was_drawn_here_is_on_file():
    post = make_post()
    for editor in (post.author, make_user(role="moderator"), make_user()):
        with pytest.raises(NotAllowed) as caught:
            edit_recipe(editor, post, {"prompt": "other"}, 1)
        assert "on file" in caught.value.message
        with pytest.raises(NotAllowed):
            revert_recipe(editor, post, 1)
    assert row_of(post).prompt == "1girl, red hair"


@pytest.mark.parametrize("visibility", ["hidden", "on_request"])
def test_who_may_not_read_the_prompt_may_not_change_it(visibility):
    post = sent_post(prompt_visibility=visibility)
    with pytest.raises(NotAllowed):
        edit_recipe(make_user(), post, {"steps": "9"}, 1)
    for number, editor in enumerate((post.author, make_user(role="moderator")), start=1):
        edit_recipe(editor, post, {"steps": str(30 + number)}, number)
    assert row_of(post).steps == 32


def test_nobody_edits_out_of_reach_or_with_a_disabled_account():
    removed, explicit, member = sent_post(), sent_post(rating="e"), make_user()
    Post.objects.filter(pk=removed.pk).update(status="removed")
    with pytest.raises(Invalid):
        edit_recipe(member, removed, {"steps": "9"}, 1)
    with pytest.raises(InvalidTransition):
        edit_recipe(removed.author, removed, {"steps": "9"}, 1)
    with pytest.raises(Invalid):
        edit_recipe(member, explicit, {"steps": "9"}, 1)
    with pytest.raises(NotAllowed):
        edit_recipe(make_user(is_active=False), sent_post(), {"steps": "9"}, 1)


WRONG = [
    ("steps", "0"), ("steps", "10001"), ("steps", "many"), ("steps", "1e3"), ("cfg", "-1"), ("cfg", "100.5"),
    ("cfg", "nan"), ("cfg", "inf"), ("seed", "9223372036854775808"), ("seed", "1.5"), ("width", "0"),
    ("height", "100001"), ("denoise", "1.1"), ("clip_skip", "0"), ("model_hash", "xyz"), ("model_hash", "ab"),
    ("model_name", "x" * 201), ("sampler", "x" * 61), ("generator", "x" * 41), ("prompt", "x" * 20_001),
    ("loras", "detail:heavy"), ("loras", ":1"), ("loras", "a:1\na:2"), ("loras", "x" * 201 + ":1"),
    ("hires_scale", "0.5"), ("sampler", "a\nb"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), WRONG, ids=[f"{name}-{text[:12]!r}" for name, text in WRONG])
def test_what_cannot_be_is_told_beside_its_field(name, text):
    post = sent_post()
    with pytest.raises(WrongFields) as caught:
        edit_recipe(post.author, post, {name: text, "vae": "good", "hires_upscaler": "y" * 101}, 1)
    assert set(caught.value.by_field) == {name, "hires_upscaler"}
    assert caught.value.by_field[name].message
    assert row_of(post).version == 1


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("steps", " ２０ ", 20),
        ("cfg", "7,5", 7.5),
        ("seed", "-9223372036854775808", -(2**63)),
        ("denoise", ".35", 0.35),
        ("model_hash", "0xABCDEF", "abcdef"),
        ("width", "", None),
        ("prompt", "a\x00b\r\nc", "ab\nc"),
    ],
)
def test_what_people_type_is_understood(name, text, value):
    post = sent_post()
    assert getattr(edit_recipe(post.author, post, {name: text}, 1), name) == value


@pytest.mark.parametrize(
    "rows",
    [
        [("", "calm")],
        [("Mood", "")],
        [("Mood", "a"), ("mood", "b")],
        [("x" * 101, "a")],
        [("Mood", "x" * 10_001)],
        [(f"key {number}", "a") for number in range(101)],
    ],
    ids=["no name", "no value", "twice", "long name", "long value", "many"],
)
def test_rows_of_other_data_are_checked(rows):
    post = sent_post()
    with pytest.raises(WrongFields) as caught:
        edit_recipe(post.author, post, {}, 1, rest=rows)
    assert list(caught.value.by_field) == ["rest"]


def test_what_a_file_said_stays_as_it_is_where_nobody_touches_it():
    """Odd values of a file hinder no edit of another field, and numbers and lists keep their kind."""
    odd = make_recipe(cfg=900.0, model_hash="not a hash", generator="", version="")
    post = sent_post(recipe=odd, rest={"Ensd": 31337, "Nodes": [1, {"a": None}]})
    state = State.of(row_of(post))
    rest = [("Ensd", "31337"), ("Nodes", '[1, {"a": null}]'), ("New", "1")]
    row = edit_recipe(make_user(), post, texts_of(state) | {"steps": "9"}, 1, rest=rest)
    assert (row.cfg, row.model_hash, row.steps) == (900.0, "not a hash", 9)
    assert row.rest == {"Ensd": 31337, "Nodes": [1, {"a": None}], "New": "1"}


def test_a_file_may_say_anything_and_publication_does_not_fail():
    recipe = make_recipe(
        model_name="m" * 500, seed=2**80, steps=-3, cfg=float("nan"), width=2**40, generator="g" * 90, prompt="x"
    )
    deep: Any = "end"
    for _level in range(40):
        deep = [deep]
    post = sent_post(recipe=recipe, raw="a\x00b", rest={"k\x00": "v\x00\ud800", "n": float("inf"), "deep": deep})
    row = row_of(post)
    assert (row.seed, row.steps, row.cfg, row.width) == (None, None, None, None)
    assert row.model_name == "m" * 200
    assert row.rest["model_name"] == "m" * 500
    assert (row.rest["seed"], row.rest["k"], row.rest["n"], row.raw) == (2**80, "v", "inf", "ab")


def test_hashes_of_loras_survive_a_change_of_weight():
    recipe = make_recipe(loras=(LoraEntry("detail", "ab" * 32, 0.8, 0.6, "cd" * 32),), generator="")
    post = sent_post(recipe=recipe)
    edit_recipe(post.author, post, {"loras": "<lora:detail:0.5>\nnew"}, 1)
    assert State.of(row_of(post)).recipe.loras == (
        LoraEntry("detail", "ab" * 32, 0.5, 0.5, "cd" * 32),
        LoraEntry("new", "", 1.0, 1.0),
    )


def test_who_saw_an_older_version_changes_nothing():
    post, first, second = sent_post(), make_user(), make_user()
    edit_recipe(first, post, {"steps": "30"}, 1)
    with pytest.raises(Outdated) as caught:
        edit_recipe(second, post, {"steps": "40"}, 1)
    assert (caught.value.status, caught.value.newest.steps) == (422, 30)
    with pytest.raises(Outdated):
        revert_recipe(second, post, 1, 1)
    assert row_of(post).steps == 30


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recipe", ["whole", None])
def test_of_two_edits_at_once_one_is_told_of_the_other(recipe):
    post, first, second = sent_post(recipe=recipe), make_user(), make_user()
    seen = 1 if recipe else 0
    done = at_once(
        lambda: edit_recipe(first, post, {"prompt": "first", "model_name": "first"}, seen),
        lambda: edit_recipe(second, post, {"prompt": "second", "model_name": "second"}, seen),
    )
    assert sorted(type(each).__name__ for each in done) == ["Outdated", "PostGeneration"]
    row = row_of(post)
    assert row.version == seen + 1
    assert PostGenerationVersion.objects.filter(post=post).count() == seen + 1
    assert row.prompt in tags_of(post)


def test_going_back_is_a_version_of_its_own():
    post, member = sent_post(rest={"Mood": "calm"}), make_user()
    before = State.of(row_of(post))
    edit_recipe(member, post, {"prompt": "", "model_name": "other", "seed": ""}, 1, rest=[])
    revert_recipe(make_user(), post, 1, 2)
    row = row_of(post)
    assert State.of(row) == before
    assert (row.version, row.source) == (3, "file")
    assert "tiny" in tags_of(post)
    assert "other" not in tags_of(post)
    with pytest.raises(Invalid):
        revert_recipe(member, post, 99)


def test_a_member_cannot_change_without_end(monkeypatch):
    monkeypatch.setattr(editing, "EDITS_AN_HOUR", 2)
    post, member = sent_post(), make_user()
    edit_recipe(member, post, {"steps": "2"}, 1)
    edit_recipe(member, post, {"steps": "3"}, 2)
    with pytest.raises(Invalid) as caught:
        edit_recipe(member, post, {"steps": "4"}, 3)
    assert caught.value.code == "too_many_recipe_edits"
    edit_recipe(make_user(role="moderator"), post, {"steps": "5"}, 3)


def test_the_authors_own_words_raise_the_rating_and_nobody_elses():
    post = sent_post()
    edit_recipe(make_user(), post, {"prompt": "1girl, nude"}, 1)
    assert Post.objects.get(pk=post.pk).rating == "g"
    edit_recipe(post.author, post, {"prompt": "1girl, nude, sitting"}, 2)
    assert Post.objects.get(pk=post.pk).rating != "g"


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
NUMBERS = st.floats(0, 1).map(str)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "prompt": TEXTS,
            "negative_prompt": TEXTS,
            "steps": st.integers(1, 10_000).map(str) | st.just(""),
            "cfg": st.integers(0, 1000).map(lambda tenths: str(tenths / 10)),
            "seed": st.integers(-(2**63), 2**63 - 1).map(str),
            "loras": st.lists(st.sampled_from("abc"), unique=True).map("\n".join),
        },
    ),
    st.dictionaries(st.sampled_from(["Mood", "Ensd", "Rng"]), st.sampled_from(["a", "1", "[2]"])),
)
def test_whatever_was_typed_is_undone_by_going_back(fields, rest):
    lora = LoraEntry("detail", "ab" * 32, 0.8, 0.6)
    post = sent_post(recipe=make_recipe(loras=(lora,), cfg=6.123456789, outpaint=(1, 2, 3, 4)), rest={"Ensd": 1})
    before, author = State.of(row_of(post)), post.author
    row = edit_recipe(author, post, fields, 1, rest=list(rest.items()))
    version = row.version
    again = edit_recipe(author, post, texts_of(State.of(row)), version)
    assert again.version == version, "what a form shows, sent back, changes nothing"
    revert_recipe(author, post, 1, version)
    assert State.of(row_of(post)) == before
