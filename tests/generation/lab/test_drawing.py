"""A comparison is queued whole or not at all, and each cell asks for what its values say."""

import threading
from typing import Any

import pytest
from django.db import connection

from gallery.models import Refusal, User
from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban
from generation.errors import RequestRefused
from generation.lab import drawing
from generation.lab.axes import Axis, read_axis
from generation.lab.planning import seconds_for
from generation.models import GenerationRequest, Job, Lab, LabCell, Take
from generation.models.queue import JobState
from tests.factories import draw_cell, make_checkpoint, make_lab, make_request, make_resource, make_user

BASE: dict[str, Any] = {"model": "small", "prompt": "1girl, red hair", "seed": 7, "steps": 4, "guidance": 3.0}


@pytest.fixture
def mira(db: None) -> User:
    make_checkpoint()
    return make_user("mira")


def axis(user: User, name: str, text: str, **base: Any) -> Axis:
    return read_axis(user, name, text, BASE | base)


def compare(user: User, x: tuple[str, str], y: tuple[str, str] | None = None, key: str = "k", **base: Any) -> Lab:
    whole = BASE | base
    rows = read_axis(user, *y, whole) if y else None
    return drawing.draw(user, whole, read_axis(user, *x, whole), rows, key)


def asked(lab: Lab, *columns: str) -> list[tuple[Any, ...]]:
    cells = lab.cells.order_by("row", "column").select_related("request")
    return [tuple(getattr(cell.request, name) for name in columns) for cell in cells]


def problems(user: User, x: tuple[str, str], y: tuple[str, str] | None = None, **base: Any) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as refusal:
        compare(user, x, y, **base)
    assert not Lab.objects.exists()
    assert not GenerationRequest.objects.exists()
    return refusal.value.problems


def test_each_cell_is_one_picture_with_the_same_seed(mira: User) -> None:
    lab = compare(mira, ("sampler", "Euler, DDIM"), ("guidance", "3, 7"))
    assert asked(lab, "sampler", "guidance", "seed", "count") == [
        ("Euler", 3.0, 7, 1),
        ("DDIM", 3.0, 7, 1),
        ("Euler", 7.0, 7, 1),
        ("DDIM", 7.0, 7, 1),
    ]
    assert Job.objects.filter(state=JobState.QUEUED, seed=7).count() == 4


def test_without_a_seed_one_is_drawn_for_all(mira: User) -> None:
    lab = compare(mira, ("steps", "2, 3, 4"), seed=None)
    seeds = {seed for (seed,) in asked(lab, "seed")}
    assert seeds == {lab.base["seed"]}


def test_words_are_replaced_in_both_prompts_and_may_be_taken_out(mira: User) -> None:
    lab = compare(mira, ("words", 'red hair, blue hair, ""'), negative_prompt="red hair ornament, hat")
    assert asked(lab, "prompt", "negative_prompt") == [
        ("1girl, red hair", "red hair ornament, hat"),
        ("1girl, blue hair", "blue hair ornament, hat"),
        ("1girl", "ornament, hat"),
    ]


def test_whole_prompts_take_the_place_of_the_one_above(mira: User) -> None:
    lab = compare(mira, ("prompt", "1girl, hat\n1boy, hat"), ("words", "hat, cap"), prompt="")
    assert asked(lab, "prompt") == [("1girl, hat",), ("1boy, hat",), ("1girl, cap",), ("1boy, cap",)]


def test_loras_and_their_weights(mira: User) -> None:
    make_resource("detail")
    make_resource("ink")
    lab = compare(mira, ("lora", "detail, ink:0.5, none"), ("lora_weight", "0.2, 0.9"), prompt="1girl, <lora:ink:1>")
    assert [prompt for (prompt,) in asked(lab, "prompt")] == [
        "1girl, <lora:detail:0.2>",
        "1girl, <lora:ink:0.2>",
        "1girl",
        "1girl, <lora:detail:0.9>",
        "1girl, <lora:ink:0.9>",
        "1girl",
    ]
    weights = compare(mira, ("lora_weight", "0, 1"), key="l", prompt="<lora:ink:0.7> 1girl")
    assert [prompt for (prompt,) in asked(weights, "prompt")] == ["<lora:ink:0> 1girl", "<lora:ink:1> 1girl"]


def test_sizes_by_name_and_number_and_seeds(mira: User) -> None:
    lab = compare(mira, ("size", "64x80, square"), ("seed", "1, 2"))
    assert asked(lab, "width", "height", "seed") == [(64, 80, 1), (64, 64, 1), (64, 80, 2), (64, 64, 2)]


def test_what_no_cell_can_do_is_said_where_it_belongs(mira: User) -> None:
    make_checkpoint("staff", min_role="moderator")
    ghost = problems(mira, ("model", "small, ghost"))
    staff = problems(mira, ("model", "small, staff"))
    assert ghost == [("x_values", "“ghost”: There is no such model. Choose one from the list.")]
    assert staff == [(field, sentence.replace("ghost", "staff")) for field, sentence in ghost]
    assert problems(mira, ("steps", "4, 900"))[0][0] == "x_values"
    assert problems(mira, ("guidance", "3, 5"), ("steps", "4, 900"))[0][0] == "y_values"
    assert problems(mira, ("guidance", "50, 60")) == [("x_values", "Guidance is a number from 0 to 30.")]
    assert problems(mira, ("guidance", "3, 5"), steps="900")[0][0] == "steps"
    assert problems(mira, ("words", "blond, red")) == [("x_values", "“blond” doesn't stand in the prompt.")]
    assert problems(mira, ("lora_weight", "1, 2"))[0][1].startswith("There is no LoRA")
    assert problems(mira, ("prompt", "1girl\n" + "x" * 10_000))[0][0] == "x_values"


def test_of_a_pair_that_cannot_be_both_values_are_named(mira: User) -> None:
    make_checkpoint("large", max_steps=200)
    found = problems(mira, ("model", "small, large"), ("steps", "10, 100"))
    assert [field for field, _sentence in found] == [""]
    assert found[0][1].startswith("“Small × 100”: ")


def test_the_same_form_twice_is_one_comparison_also_at_the_same_moment(mira: User) -> None:
    first = compare(mira, ("guidance", "3, 5"))
    assert compare(mira, ("guidance", "3, 9")).pk == first.pk
    assert Lab.objects.count() == 1
    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment() -> None:
    make_checkpoint()
    user, made, start = make_user("mira"), [], threading.Barrier(3)

    def send() -> None:
        try:
            start.wait()
            made.append(compare(user, ("guidance", "3, 5")).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Lab.objects.get().pk] * 3


def test_a_full_queue_takes_all_of_it_or_nothing(mira: User, settings: Any) -> None:
    settings.QUEUE_MAX_WAITING_PER_USER = 3
    assert "at most 3 may wait" in problems(mira, ("guidance", "3, 4"), ("steps", "2, 3"))[0][1]
    make_request(make_user("tomo"), count=2)
    settings.QUEUE_MAX_WAITING = 3
    with pytest.raises(RequestRefused):
        compare(mira, ("guidance", "3, 4"))


def test_a_banned_account_draws_nothing(mira: User) -> None:
    ban(make_user("olga", role="owner"), mira, until=None, rule=SiteRule.SPAM, reason="A flood.")
    assert problems(mira, ("guidance", "3, 4"))[0][0] == ""


def test_a_refused_word_of_one_cell_stops_all_and_is_counted_once(mira: User) -> None:
    found = problems(mira, ("words", "red hair, nude child"), ("guidance", "3, 4"))
    assert found[0][0] == "x_values"
    assert Refusal.objects.filter(person=mira).count() == 1


def test_a_cell_is_drawn_again_when_nothing_came_of_it(mira: User) -> None:
    lab = make_lab(mira)
    first, second = lab.cells.order_by("column").select_related("request")
    take = draw_cell(first)
    assert not drawing.redraw(mira, first)
    assert not drawing.redraw(mira, second)  # it waits
    assert drawing.cancel(mira, lab) == 1
    assert drawing.redraw(mira, second)
    assert not drawing.redraw(mira, second)
    second.refresh_from_db()
    assert drawing.job_of(second).state == JobState.QUEUED
    assert second.request.guidance == 7.0
    Take.objects.filter(pk=take.pk).update(purged_at=take.created_at)
    assert drawing.redraw(mira, first)
    with pytest.raises(LabCell.DoesNotExist):
        drawing.redraw(make_user("tomo"), first)


def test_removing_it_cancels_what_waits_and_leaves_the_takes(mira: User) -> None:
    lab = make_lab(mira)
    take = draw_cell(lab.cells.order_by("column")[0])
    drawing.remove(mira, lab)
    assert not Lab.objects.exists()
    assert Take.objects.get() == take
    assert not Job.objects.filter(state=JobState.QUEUED).exists()


def test_how_long_it_takes_is_told_only_where_something_is_known(mira: User) -> None:
    base = drawing.kept(BASE)
    assert seconds_for(mira, base, axis(mira, "steps", "2, 4"), axis(mira, "seed", "1, 2")) is None
