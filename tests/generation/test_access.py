"""Who may use a model: whoever has the role or more, and whoever is named. To others it doesn't exist."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from generation.access import may_manage, may_use, usable_by
from generation.checkpoints import available, available_resources
from generation.models import Checkpoint
from tests.factories import make_checkpoint, make_post, make_recipe, make_resource, make_take, make_user

pytestmark = pytest.mark.django_db
ROLES = ("member", "moderator", "admin", "owner")


@pytest.mark.parametrize("make", [make_checkpoint, make_resource])
def test_a_role_may_use_what_is_for_it_and_for_the_roles_below(make: Any) -> None:
    rows = {role: make(role, min_role=role) for role in ROLES}
    for rank, role in enumerate(ROLES):
        user = make_user(role=role)
        seen = set(type(rows["member"]).objects.filter(usable_by(user, type(rows["member"]))))
        assert seen == {rows[name] for name in ROLES[: rank + 1]}
        assert [may_use(user, rows[name]) for name in ROLES] == [name in ROLES[: rank + 1] for name in ROLES]
    for nobody in (None, AnonymousUser()):
        assert [may_use(nobody, rows[name]) for name in ROLES] == [True, False, False, False]


@pytest.mark.parametrize("make", [make_checkpoint, make_resource])
def test_whoever_is_named_may_use_it_and_sees_it_once(make: Any) -> None:
    ann, ben, eve = make_user("ann"), make_user("ben"), make_user("eve")
    row = make("hidden", min_role="owner")
    row.allowed_users.set([ann, ben])
    open_to_all = make("open")
    open_to_all.allowed_users.set([ann, ben, eve])
    find = available if isinstance(row, Checkpoint) else available_resources
    assert sorted(one.slug for one in find(ann)) == ["hidden", "open"]
    assert [one.slug for one in find(eve)] == ["open"]
    assert (may_use(ann, row), may_use(eve, row)) == (True, False)


def test_a_suspended_moderator_has_no_role() -> None:
    row = make_checkpoint("staff", min_role="moderator")
    assert not may_use(make_user(role="moderator", is_active=False), row)


def test_what_is_damaged_or_off_is_on_no_menu() -> None:
    for state in ("ready", "corrupt", "disabled"):
        make_checkpoint(state, state=state)
        make_resource(state, state=state)
    assert [row.slug for row in available()] == ["ready"]
    assert [row.slug for row in available_resources()] == ["ready"]


def test_admins_and_the_owner_manage_models() -> None:
    assert [may_manage(make_user(role=role)) for role in ROLES] == [False, False, True, True]
    assert not may_manage(AnonymousUser())
    assert not may_manage(make_user(role="owner", is_active=False))


def test_a_hidden_models_page_answers_as_for_none(client: Client) -> None:
    ann = make_user("ann")
    row = make_checkpoint("zebra", min_role="moderator")
    client.force_login(ann)
    zebra, missing = client.get("/models/zebra"), client.get("/models/missing")
    assert (zebra.status_code, missing.status_code) == (404, 404)
    # Each rendering of the token that guards forms is another one.
    bare = [re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content) for page in (zebra, missing)]
    assert bare[0].replace(b"zebra", b"missing") == bare[1]
    row.allowed_users.add(ann)
    assert client.get("/models/zebra").status_code == 200


def test_a_recipe_whose_model_is_gone_says_so_and_nothing_of_hidden_ones(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_checkpoint("open", default_steps=9)
    row = make_checkpoint("zebra")
    ann = make_user("ann")
    take = make_take(ann, model="zebra", prompt="1girl, hat", steps=3)
    links: list[dict[str, Any]] = [{"model": "zebra"}, {"take": take.pk}, {"again": take.job.request_id}]
    client.force_login(ann)
    said = "The model of this recipe isn’t available here; “Open” is chosen instead."
    for link in links:
        page = client.get("/create", link)
        assert (page.context["form"]["model"].value(), page.context["notice"] == said) == ("zebra", False)
    row.min_role = "moderator"
    row.save()
    for link in [*links, {"model": "missing"}]:
        page = client.get("/create", link)
        form = page.context["form"]
        assert (form["model"].value(), form["steps"].value(), page.context["notice"]) == ("open", 9, said)
        assert form["prompt"].value() == (None if "model" in link else "1girl, hat")


@pytest.mark.parametrize("how", ["remix", "edit"])
def test_a_posts_recipe_brings_its_model_to_those_who_may_use_it(
    client: Client, how: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_checkpoint("open")
    row = make_checkpoint("zebra", min_role="moderator", sha256="ab" * 32)
    ann, eve = make_user("ann"), make_user("eve")
    row.allowed_users.add(ann)
    hidden = make_post(recipe=make_recipe(model_name="Zebra", model_hash="ab" * 32))
    missing = make_post(recipe=make_recipe(model_name="Zebra", model_hash="cd" * 32))

    def started(post: Any) -> tuple[str, str]:
        page = client.get("/create", {how: post.pk})
        assert page.status_code == 200
        return page.context["form"]["model"].value(), page.context["notice"].replace(str(post.pk), "")

    client.force_login(ann)
    model, notice = started(hidden)
    assert model == "zebra"
    assert "not on this site" not in notice
    client.force_login(eve)
    row.name = "Another"
    row.save()
    assert started(hidden) == started(missing)
    assert started(hidden)[0] == "open"
