"""Rules as admins write them: what they refuse, warn of and send to review, and that each change is in the log."""

import pytest

from gallery import posts
from gallery.errors import Invalid, NotAllowed
from gallery.models import Case, ModerationAction, Post, Refusal, RefusalRule
from gallery.models.review import CaseKind
from gallery.recipes.editing import edit_recipe
from gallery.refusals.counting import refused_lately
from gallery.refusals.judging import Refused, Said, judge
from gallery.refusals.rules import Wanted, delete_rule, save_rule
from gallery.tag_edits import edit_tags
from gallery.uploads import publish_draft
from tagging.models import Tag
from tests.factories import make_asset, make_post, make_recipe, make_user
from tests.gallery.uploads.files import by_webui, drafted

pytestmark = pytest.mark.django_db

EVERYWHERE = ("prompt", "negative", "text", "name")


def rule(terms="gloomhaven", effect="refuse", places=("prompt", "text"), name="No gloom", **more):
    return save_rule(make_user(role="admin"), None, Wanted(name, effect, places, terms, **more), "because")


def published(author=None, **more):
    author = author or make_user()
    asset = make_asset(author)
    fields = {"recipe": make_recipe(), "tags": ["1girl"], "rating": "g"} | more
    return posts.publish(author, asset, **fields)


@pytest.mark.parametrize(
    "more",
    [
        {"title": "Gloomhaven at night"},
        {"commentary": "in g.l.o.o.m.h.a.v.e.n"},
        {"tags": ["gloomhaven"]},
        {"recipe": make_recipe(prompt="a castle, gl00mhaven")},
    ],
    ids=["title", "commentary", "tags", "prompt"],
)
def test_a_post_that_a_rule_refuses_is_not_made(more):
    rule()
    author = make_user()
    with pytest.raises(Refused) as refused:
        published(author, **more)
    assert "No gloom" in refused.value.message
    assert "gloomhaven" in refused.value.message
    assert not Post.objects.exists()
    assert list(Refusal.objects.values_list("person", "rule", "words")) == [(author.pk, "No gloom", ["gloomhaven"])]


def test_a_rule_looks_only_where_it_is_meant_to():
    rule(places=("negative",))
    published(title="gloomhaven", recipe=make_recipe(prompt="gloomhaven"))
    with pytest.raises(Refused):
        published(recipe=make_recipe(negative_prompt="gloomhaven"))


def test_a_rule_that_is_off_refuses_nothing():
    rule(enabled=False)
    assert published(title="gloomhaven").status == "active"


def test_both_words_have_to_be_there():
    rule(terms="gloom + haven")
    published(title="gloom")
    with pytest.raises(Refused):
        published(title="haven", commentary="gloom")


def test_what_goes_to_review_waits_and_is_a_case():
    rule(effect="review")
    post = published(title="gloomhaven")
    assert post.status == "pending"
    case = Case.objects.get(kind=CaseKind.SCAN, post=post)
    assert case.facts == {"rules": [{"rule": "No gloom", "words": ["gloomhaven"]}]}
    assert not Refusal.objects.exists()


def test_an_edit_is_held_against_the_rules_too():
    post = make_post(make_user())
    rule()
    wanted = {"tags": ["1girl"], "rating": "g", "prompt_visibility": "visible", "commentary": ""}
    with pytest.raises(Refused):
        posts.edit(post.author, post, title="gloomhaven", **wanted)
    assert Refusal.objects.count() == 1
    RefusalRule.objects.update(effect="review")
    posts.edit(post.author, post, title="gloomhaven", **wanted)
    posts.edit(post.author, post, title="gloomhaven again", **wanted)
    assert Case.objects.filter(kind=CaseKind.SCAN, post=post).count() == 1


def test_generation_data_that_somebody_types_is_held_against_them():
    rule()
    post = publish_draft(_ready(drafted(make_user(), by_webui())))
    with pytest.raises(Refused):
        edit_recipe(post.author, post, {"prompt": "gloomhaven"}, post.generation.version)
    assert Refusal.objects.count() == 1


def _ready(draft):
    draft.rating = "g"
    return draft


def test_a_changed_rule_counts_at_once():
    admin = make_user(role="admin")
    made = rule()
    save_rule(admin, made, Wanted("No gloom", "refuse", ("text",), "sunshine"), "a mistake")
    assert not judge([Said("text", "gloomhaven")]).hits
    assert judge([Said("text", "sunshine")]).refusing.name == "No gloom"


def test_each_change_is_in_the_log_with_what_it_changed():
    admin = make_user(role="admin")
    made = save_rule(admin, None, Wanted("A", "warn", ("text",), "cat"), "one")
    save_rule(admin, made, Wanted("A", "warn", ("text",), "dog"), "two")
    delete_rule(admin, made, "three")
    acts = ModerationAction.objects.filter(kind="rule").order_by("pk")
    assert [act.details["act"] for act in acts] == ["made", "changed", "deleted"]
    assert acts[1].details["before"]["terms"] == "cat"
    assert acts[1].details["after"]["terms"] == "dog"
    with pytest.raises(Invalid):
        delete_rule(admin, made, "again")


@pytest.mark.parametrize("role", ["member", "moderator"])
def test_only_admins_change_rules(role):
    with pytest.raises(NotAllowed):
        save_rule(make_user(role=role), None, Wanted("A", "warn", ("text",), "cat"), "because")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "refusal_name_needed"),
        ({"name": "x" * 81}, "refusal_name_too_long"),
        ({"effect": "burn"}, "refusal_effect_unknown"),
        ({"places": ()}, "refusal_place_needed"),
        ({"places": ("sky",)}, "refusal_place_needed"),
        ({"terms": "  \n"}, "refusal_terms_needed"),
        ({"terms": "cat\nx"}, "refusal_bad_term"),
        ({"terms": "cat +"}, "refusal_bad_term"),
        ({"terms": "cat " * 6000}, "refusal_terms_too_long"),
        ({"note": "x" * 301}, "refusal_note_too_long"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(change, code):
    wanted = {"name": "A", "effect": "warn", "places": ("text",), "terms": "cat"} | change
    with pytest.raises(Invalid) as refused:
        save_rule(make_user(role="admin"), None, Wanted(**wanted), "because")
    assert refused.value.code == code


def test_two_rules_of_one_name():
    rule()
    with pytest.raises(Invalid) as refused:
        rule()
    assert refused.value.code == "refusal_name_taken"


def test_moderators_see_how_often_somebody_was_refused():
    author, other = make_user(), make_user()
    rule()
    for person, title in ((author, "gloomhaven"), (author, "gloomhaven"), (other, "child, nude")):
        with pytest.raises(Refused):
            published(person, title=title)
    assert [(one.person, one.refusals, one.fixed) for one in refused_lately()] == [(other, 1, 1), (author, 2, 0)]


def tags_page(post, client, tags, seen=""):
    client.force_login(post.author)
    return client.post(f"/posts/{post.pk}/tags", {"tags": tags, "seen": seen})


def test_tags_that_an_author_adds_later_are_held_against_the_rules(client):
    rule()
    post = make_post(make_user())
    answer = tags_page(post, client, "sunshine gloomhaven")
    assert answer.status_code == 422
    assert "No gloom" in answer.text
    assert "sunshine gloomhaven" in answer.text
    post.refresh_from_db()
    assert not Tag.objects.filter(name__in=["sunshine", "gloomhaven"]).exists()
    assert list(Refusal.objects.values_list("person", flat=True)) == [post.author_id]


def test_words_of_one_rule_in_two_edits_or_in_the_title_are_found_together(client):
    rule(terms="gloom + haven")
    post, titled = make_post(make_user()), make_post(make_user(), title="gloom")
    assert tags_page(post, client, "gloom").status_code == 302
    assert tags_page(post, client, "gloom haven", "gloom").status_code == 422
    assert tags_page(titled, client, "haven").status_code == 422


def test_what_others_added_keeps_no_author_from_adding_what_is_right(client):
    rule()
    post = make_post(make_user())
    edit_tags(make_user(), post, new="gloomhaven")
    assert tags_page(post, client, "gloomhaven sunshine", "gloomhaven").status_code == 302
    assert not Refusal.objects.exists()


def test_a_tag_that_a_rule_sends_to_review_is_saved_and_looked_at(client):
    rule(effect="review")
    post = make_post(make_user())
    assert tags_page(post, client, "gloomhaven").status_code == 302
    facts = Case.objects.get(kind=CaseKind.SCAN, post=post).facts
    assert facts["rules"] == [{"rule": "No gloom", "words": ["gloomhaven"]}]
    assert tags_page(post, client, "gloomhaven sky", "gloomhaven").status_code == 302
    assert Case.objects.count() == 1
