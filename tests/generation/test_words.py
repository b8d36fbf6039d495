"""What rules say to requests: judged as they are drawn, refused without a job, warned of until it was read."""

import pytest
from django.urls import reverse

from gallery.models import Refusal
from gallery.refusals.rules import Wanted, save_rule
from generation import requests
from generation.errors import RequestRefused
from generation.models import Checkpoint, GenerationRequest, Job, Wildcard
from generation.models_on_disk.adding import refuse_names
from generation.models_on_disk.refusals import ModelRefused
from generation.requests import submit
from tests.factories import make_checkpoint, make_resource, make_user

pytestmark = pytest.mark.django_db


def rule(terms="gloomhaven", effect="refuse", places=("prompt",), name="No gloom", **more):
    return save_rule(make_user(role="admin"), None, Wanted(name, effect, places, terms, **more), "because")


def asked(user=None, **wanted):
    user = user or make_user()
    if not Checkpoint.objects.exists():
        make_checkpoint()
    return submit(user, {"prompt": "a castle", "count": 1, "seed": 1} | wanted, "key")


def refused(**wanted):
    """The fields that are refused; nothing is queued."""
    with pytest.raises(RequestRefused) as refusal:
        asked(**wanted)
    assert not GenerationRequest.objects.exists()
    assert not Job.objects.exists()
    return dict(refusal.value.problems)


def test_a_refused_prompt_makes_no_job_and_is_counted():
    rule()
    user = make_user()
    problems = refused(user=user, prompt="gl00m-haven at night")
    assert list(problems) == ["prompt"]
    assert "No gloom" in problems["prompt"]
    assert Refusal.objects.get().person == user


def test_words_that_wildcards_draw_are_judged():
    rule()
    user = make_user()
    Wildcard.objects.create(owner=user, name="inner", text="gloomhaven")
    Wildcard.objects.create(owner=user, name="places", text="in __inner__")
    assert list(refused(user=user, prompt="a castle __places__")) == ["prompt"]


def test_words_in_pieces_are_judged_together():
    rule(terms="gloom + haven")
    user = make_user()
    Wildcard.objects.create(owner=user, name="half", text="haven")
    assert list(refused(user=user, prompt="gloom, __half__")) == ["prompt"]


def test_names_of_loras_count_as_words():
    rule()
    make_resource(slug="mood", name="Gloomhaven style")
    assert list(refused(prompt="a castle <lora:mood:0.5>")) == ["prompt"]


def test_a_negative_prompt_is_judged_where_a_rule_looks_there():
    rule(places=("negative",))
    assert list(refused(negative_prompt="gloomhaven")) == ["negative_prompt"]


def test_the_fixed_rule_refuses_with_no_rule_there():
    assert list(refused(prompt="child, nude")) == ["prompt"]
    assert Refusal.objects.get().rule == ""


def test_a_negative_prompt_may_keep_such_things_out():
    assert asked(prompt="a castle", negative_prompt="child, nude").pk


def test_a_negative_prompt_that_is_drawn_towards_is_a_prompt():
    assert list(refused(prompt="a castle", negative_prompt="child, nude", guidance=0.0)) == ["prompt"]


def test_a_warning_is_one_until_it_was_read():
    rule(effect="warn")
    assert list(refused(prompt="gloomhaven")) == ["heeded"]
    assert not Refusal.objects.exists()
    assert asked(prompt="gloomhaven", heeded="No gloom").pk


def test_a_warning_that_was_read_is_for_its_rule_alone():
    rule(effect="warn")
    rule(effect="warn", terms="sunshine", name="No sun")
    assert list(refused(prompt="gloomhaven, sunshine", heeded="No gloom")) == ["heeded"]


def test_a_long_prompt_is_refused_and_not_cut(settings):
    rule()
    text = "x " * settings.PROMPT_MAX_LENGTH + "gloomhaven"
    assert list(refused(prompt=text)) == ["prompt"]


def test_what_is_asked_while_something_else_is_wrong_counts_too():
    rule()
    user = make_user()
    make_checkpoint()
    requests.problems_of(user, {"prompt": "gloomhaven", "count": 99})
    assert Refusal.objects.filter(person=user).exists()


def test_names_of_models_are_judged():
    rule(places=("name",))
    refuse_names("castle", "night")
    with pytest.raises(ModelRefused) as problem:
        refuse_names("Gloomhaven XL")
    assert problem.value.field == "name"


def test_the_form_keeps_what_was_typed_and_leads_to_the_rules(client):
    rule()
    model = make_checkpoint()
    client.force_login(make_user())
    data = {"prompt": "a castle in gloomhaven", "model": model.slug, "shape": "square", "count": "1", "steps": "4"}
    answer = client.post(reverse("generation:create"), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "a castle in gloomhaven</textarea>" in page
    assert reverse("gallery:refusal_help") in page
    assert "No gloom" in page


def test_the_form_asks_and_then_draws(client):
    rule(effect="warn", note="It gets dark.")
    model = make_checkpoint()
    client.force_login(make_user())
    data = {"prompt": "gloomhaven", "model": model.slug, "shape": "square", "count": "1", "steps": "4"}
    page = client.post(reverse("generation:create"), data).content.decode()
    assert 'name="heeded" value="No gloom"' in page
    assert "It gets dark." in page
    assert client.post(reverse("generation:create"), data | {"heeded": "No gloom"}).status_code == 303
