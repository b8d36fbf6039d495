"""Scripts of bulk updates: what is read, what is refused and how it is said, and what each command does in the end."""

import re
from threading import Event

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gallery import moderation
from gallery.accounts.house import house_account
from gallery.bulk_updates import requests, runner
from gallery.bulk_updates.commands import ALL
from gallery.bulk_updates.pages import examples, preview
from gallery.bulk_updates.retagging import posts_with, retag
from gallery.bulk_updates.script import MAX_LINES, read_script, try_script
from gallery.bulk_updates.searches import renamed
from gallery.errors import Invalid
from gallery.models import BulkUpdateRequest, Post, SavedSearch, User
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role
from gallery.search import search
from tagging.edit import ensure_tags
from tagging.models import Category, Tag, TagAlias, TagImplication, WikiPage
from tagging.relations import create_alias
from tagging.wiki import Written, write_page
from tests.factories import make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def carry_out(script: str) -> BulkUpdateRequest:
    """Proposed, approved by an owner and run."""
    request = requests.propose(make_user(), title="A change", script=script, reason="")
    requests.approve(make_user(role=Role.OWNER), request)
    runner.run_waiting()
    request.refresh_from_db()
    return request


def done(script: str) -> None:
    request = carry_out(script)
    assert (request.status, request.error) == (BulkUpdateStatus.APPROVED, "")


def names(post: Post) -> set[str]:
    """The tags of the post as it is now, without those that the site sets by itself."""
    post.refresh_from_db()
    found = set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True))
    return {name for name in found if name in KNOWN or name.startswith("t_")}


KNOWN = {"cat", "neko", "animal", "kitten", "dog", "1girl", "solo"}


def counts_are_right() -> None:
    """Every tag's counters against the posts themselves."""
    for tag in Tag.objects.all():
        active = Post.objects.filter(tag_ids__contains=[tag.pk], status="active")
        assert tag.post_count == active.count(), tag.name
        assert tag.general_count == active.filter(rating="g").count(), tag.name


def problem(script: str) -> str:
    (line,) = try_script(script, make_user(), house_account())
    return line.problem


def test_every_command_reads_its_own_spelling_and_says_what_it_does():
    for line in read_script("\n".join(line for line, _meaning in examples())):
        assert read_script(line.command.text())[0].command == line.command
        assert line.command.sentence()
    spellings = [
        command.usage.replace(command.keywords[0], keyword, 1) for command in ALL for keyword in command.keywords
    ]
    assert len(read_script("\n".join(spellings))) == len(spellings)


def test_comments_and_empty_lines_count_for_the_numbers_alone():
    lines = read_script("# why\n\n  ALIAS  Cat Girl -> cat_ears \n")
    assert [(line.number, line.command.text()) for line in lines] == [(3, "alias cat_girl -> cat_ears")]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("", "script_empty"),
        ("# only this", "script_empty"),
        ("x" * 30_000, "script_too_long"),
        ("nuke a\n" * (MAX_LINES + 1), "script_too_many_lines"),
        ("frobnicate a", "bad_script_line"),
        ("alias a", "bad_script_line"),
        ("alias -> b", "bad_script_line"),
        ("category a -> colour", "bad_script_line"),
        ("aliases a -> b", "bad_script_line"),
    ],
)
def test_what_is_no_script_is_refused(script, code):
    with pytest.raises(Invalid) as caught:
        read_script(script)
    assert caught.value.code == code
    assert caught.value.message


def test_an_error_names_the_line_and_what_would_be_right():
    with pytest.raises(Invalid) as caught:
        read_script("# one\nnuke a\nalias a b")
    assert "3" in caught.value.message
    assert "alias old_name -> tag" in caught.value.message


@pytest.mark.parametrize(
    "script",
    [
        "alias a -> a",
        "alias a -> bad__name",
        "unalias a -> b",
        "imply nothing_here -> nothing_there",
        "unimply cat -> animal",
        "rename nothing_here -> b",
        "update -> b",
        "update order:score cat -> dog",
        "update search:cats -> dog",
        "update cat upvoter:alice -> dog",
        "update -fav:alice -> dog",
        "update favgroup:any -> dog",
        "update prompt:word -> dog",
        'update prompt:"!!!" -> dog',
        "update (cat or has:parent,prompt) -> dog",
        "update seed:4 -> dog",
        "update id:x..y -> dog",
        "update a* b* c* d* e* f* g* h* i* j* k* l* -> dog",
        "update cat -> fav:me",
        "update cat -> rating:g",
        "update (cat -> dog",
        "update cat -> bad__name",
        "category nothing_here -> artist",
        "category cat -> general",
        "deprecate cat",
        "undeprecate cat",
        "nuke nothing_here",
        "imply cat -> hatsune_miku",
    ],
)
def test_what_cannot_be_done_says_why_before_anything_is_sent(script):
    make_post(tags=["cat", "animal"])
    ensure_tags(["hatsune_miku"], Category.CHARACTER)
    Tag.objects.filter(name="hatsune_miku").update(in_vocabulary=True)
    assert problem(script)


def test_a_script_is_tried_as_a_whole_and_taken_back():
    make_post(tags=["neko", "cat"])
    TagAlias.objects.create(antecedent="neko", consequent=Tag.objects.get(name="cat"))
    script = "unalias neko -> cat\nalias cat -> neko\nalias x -> cat"
    first, second, third = try_script(script, make_user(), house_account())
    assert (first.problem, second.problem) == ("", "")
    assert "neko" in third.problem
    assert list(TagAlias.objects.values_list("antecedent", "consequent__name")) == [("neko", "cat")]


def test_a_member_learns_of_no_tag_that_is_on_hidden_posts_alone():
    make_post(tags=["t_secret"], rating="q")
    make_post(tags=["t_open"])
    assert problem("nuke t_secret") == problem("nuke t_nothing").replace("t_nothing", "t_secret")
    assert problem("nuke t_open") == ""
    (line,) = preview("alias t_secret -> t_other", make_user())
    assert line.posts == 0


@pytest.mark.parametrize("first", ["imply t_open -> {}", "alias t_old -> {}"])
@pytest.mark.parametrize(
    "second",
    ["category {} -> general", "category {} -> character", "nuke {}", "rename {} -> t_x", "imply {} -> t_open",
     "undeprecate {}", "imply {} -> t_x"],
)  # fmt: skip
def test_a_member_learns_of_no_hidden_tag_by_a_line_that_would_make_it(first, second):
    make_post(tags=["t_secret"], rating="q")
    Tag.objects.filter(name="t_secret").update(category=Category.CHARACTER)
    make_post(tags=["t_open"])
    told = []
    for name in ("t_secret", "t_nothing"):
        tried = try_script(f"{first}\n{second}".format(name, name), make_user(), house_account())
        told.append([line.problem.replace(name, "…") for line in tried])
    assert told[0] == told[1]


@pytest.mark.django_db(transaction=True)
def test_who_tries_a_script_does_not_wait_long_for_those_who_change_tags(monkeypatch):
    monkeypatch.setattr("gallery.bulk_updates.script.LONGEST_WAIT", "50ms")
    changes, tried = Event(), Event()

    def change():
        with transaction.atomic():
            create_alias("neko", "cat")
            changes.set()
            assert tried.wait(20)

    def rehearse():
        assert changes.wait(20)
        try:
            return try_script("alias t_a -> t_b", User(), house_account())
        finally:
            tried.set()

    _changed, refused = at_once(change, rehearse)
    assert isinstance(refused, Invalid)
    assert refused.code == "tags_busy"


def test_an_alias_moves_posts_of_every_kind_relations_page_and_searches():
    shown, hidden = make_post(tags=["neko", "dog"]), make_post(tags=["neko", "cat"], rating="q")
    removed = make_post(tags=["neko"], status="removed")
    ensure_tags(["animal"])
    TagImplication.objects.create(antecedent=Tag.objects.get(name="cat"), consequent=Tag.objects.get(name="animal"))
    write_page(make_user(), "neko", Written("A cat.", ("猫",)), seen="")
    user = make_user()
    SavedSearch.objects.create(user=user, query="neko -dog", labels=["a"])
    SavedSearch.objects.create(user=user, query="cat -dog", labels=["b"])
    done("alias neko -> cat")
    assert names(shown) == {"cat", "animal", "dog"}
    assert names(hidden) == {"cat", "animal"}
    assert names(removed) == {"cat", "animal"}
    assert WikiPage.objects.get(title="cat").body == "A cat."
    assert WikiPage.objects.get(title="neko").is_deleted
    (saved,) = SavedSearch.objects.filter(user=user)
    assert (saved.query, set(saved.labels)) == ("cat -dog", {"a", "b"})
    assert [post.pk for post in search("neko", AnonymousUser()).posts] == [shown.pk]
    assert shown.versions.order_by("-number").first().editor == house_account()
    counts_are_right()


def test_an_alias_gives_its_category_to_a_general_tag():
    post = make_post(tags=["t_old", "t_new"])
    Tag.objects.filter(name="t_old").update(category=Category.CHARACTER)
    done("alias t_old -> t_new")
    post.refresh_from_db()
    assert Tag.objects.get(name="t_new").category == Category.CHARACTER
    assert post.character_tags == 1


def test_an_implication_reaches_every_post_that_has_the_tag():
    post, removed, other = make_post(tags=["cat"]), make_post(tags=["cat"], status="removed"), make_post(tags=["dog"])
    make_post(tags=["animal"])
    done("imply cat -> animal\nimply dog -> animal")
    assert names(post) == names(removed) == {"cat", "animal"}
    assert names(other) == {"dog", "animal"}
    done("unimply cat -> animal")
    assert names(post) == {"cat", "animal"}
    counts_are_right()


def test_a_new_consequent_is_of_the_same_kind_and_may_come_from_the_line_before():
    post = make_post(tags=["t_old"])
    Tag.objects.filter(name="t_old").update(category=Category.CHARACTER)
    done("imply t_old -> t_more\nalias t_some -> t_other\nimply t_other -> t_another")
    assert names(post) == {"t_old", "t_more"}
    assert Tag.objects.get(name="t_more").category == Category.CHARACTER
    assert Tag.objects.get(name="t_another").category == Category.GENERAL


def test_a_rename_leaves_no_old_name():
    post = make_post(tags=["t_lond_hair"])
    TagAlias.objects.create(antecedent="t_lh", consequent=Tag.objects.get(name="t_lond_hair"))
    done("rename t_lond_hair -> t_long_hair")
    assert names(post) == {"t_long_hair"}
    assert list(TagAlias.objects.values_list("antecedent", "consequent__name")) == [("t_lh", "t_long_hair")]
    Tag.objects.filter(name="t_long_hair").update(post_count=201, general_count=201)
    assert "200" in problem("rename t_long_hair -> t_hair")


def test_an_update_edits_what_its_search_finds_and_nothing_else():
    both, one, hidden = make_post(tags=["cat", "dog"]), make_post(tags=["cat"]), make_post(tags=["cat"], rating="e")
    removed = make_post(tags=["cat"], status="removed")
    done("update cat -dog -> solo -cat")
    assert names(both) == {"cat", "dog"}
    assert names(one) == names(hidden) == {"solo"}
    assert names(removed) == {"cat"}
    counts_are_right()


def test_an_update_is_bound_by_no_members_limits():
    posts = [make_post(tags=["cat"]) for _ in range(3)]
    done("update cat -> " + " ".join(f"t_{number}" for number in range(60)))
    assert all(len(names(post)) == 61 for post in posts)


def test_category_deprecation_and_nuking():
    post = make_post(tags=["t_miku", "t_bad", "t_junk"])
    write_page(make_user(), "t_bad", Written("Use another one."), seen="")
    done("category t_miku -> character\ndeprecate t_bad\nnuke t_junk")
    post.refresh_from_db()
    assert post.character_tags == 1
    assert names(post) == {"t_miku", "t_bad"}
    assert Tag.objects.get(name="t_bad").is_deprecated
    done("undeprecate t_bad")
    assert not Tag.objects.get(name="t_bad").is_deprecated
    counts_are_right()


def test_a_tag_whose_rule_asks_for_a_stricter_rating_brings_it():
    post, decided = make_post(tags=["t_bare"]), make_post(tags=["t_bare"])
    moderation.rerate(make_user(role=Role.MODERATOR), decided, "s", "It shows little.")
    done("rename t_bare -> nude")
    post.refresh_from_db()
    assert post.rating == "q"
    decided.refresh_from_db()
    assert decided.rating == "s"
    counts_are_right()


def test_all_tags_that_are_counted_are_locked_at_once():
    post = make_post(tags=["t_bare", "t_other"])
    old, (new,) = Tag.objects.get(name="t_bare"), ensure_tags(["nude"])
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        retag(house_account(), posts_with(old.pk, 0, 10), lambda tag_ids: (tag_ids - {old.pk}) | {new.pk})
    locks = [row["sql"] for row in queries if '"tagging_tag"' in row["sql"] and "FOR NO KEY UPDATE" in row["sql"]]
    # The stricter rating takes the post out of the counters of all its tags.
    assert {int(number) for number in re.findall(r"\d+", locks[0])} == {*post.tag_ids, new.pk}


def test_what_a_model_is_called_brings_no_stricter_rating():
    post = make_post(tags=["t_mix"])
    Tag.objects.filter(name="t_mix").update(category=Category.MODEL)
    ensure_tags(["nsfw_mix_v2"], Category.MODEL)
    done("alias t_mix -> nsfw_mix_v2")
    post.refresh_from_db()
    assert post.rating == "g"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("neko", "cat"),
        ("-neko (neko or dog)", "-cat (cat or dog)"),
        ("neko_ears prompt:neko", "neko_ears prompt:neko"),
        ("(neko", "(neko"),
        ("NEKO", "cat"),
    ],
)
def test_saved_searches_follow_a_tag_and_nothing_else_of_them_changes(query, expected):
    assert renamed(query, "neko", "cat") == expected
