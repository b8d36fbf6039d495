"""The pages of the lab: what they answer, keep and hide."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Refusal, User
from gallery.models.refusal import RefusalRule
from generation.models import GenerationRequest, Job, Lab, Take
from generation.requests import submit
from tests.factories import draw_cell, make_checkpoint, make_lab, make_take, make_user

pytestmark = pytest.mark.django_db
NEW = "/lab"


@pytest.fixture
def mira(client: Client) -> User:
    make_checkpoint()
    user = make_user("mira")
    client.force_login(user)
    return user


def form(**changed: Any) -> dict[str, Any]:
    return {
        "prompt": "1girl, smile",
        "negative_prompt": "hat",
        "model": "small",
        "shape": "exact",
        "width": "64",
        "height": "64",
        "steps": "4",
        "sampler": "Euler",
        "guidance": "3.0",
        "seed": "7",
        "key": "a-key",
        "x": "sampler",
        "x_values": "Euler, DDIM",
        "y": "guidance",
        "y_values": "3-7 (+4)",
    } | changed


def test_from_the_form_to_the_table(client: Client, mira: User) -> None:
    answer = client.post(NEW, form())
    lab = Lab.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/lab/{lab.pk}")
    page = client.get(answer["Location"])
    assert page["Cache-Control"].startswith("max-age=0")
    assert page.text.count("Waiting") == 4
    assert [row.label for row in page.context["grid"].rows] == ["3", "7"]
    again = client.post(NEW, form())
    assert again["Location"] == answer["Location"]
    assert Job.objects.count() == 4


def test_only_checking_queues_nothing(client: Client, mira: User) -> None:
    answer = client.post(NEW, form(act="check"))
    assert answer.status_code == 200
    assert "All 4 pictures can be drawn" in answer.text
    assert not GenerationRequest.objects.exists()
    assert client.post(NEW, form(act="check", x_values="Euler, Ghost")).status_code == 422


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"x": ""}, "Choose what differs"),
        ({"x": "weather"}, "from the list"),
        ({"x_values": ""}, "Type the values"),
        ({"y": "sampler", "y_values": "Euler"}, "Both sides differ in the same thing"),
        ({"y": "", "y_values": "3, 5"}, "Say what these values are"),
        ({"x": "guidance", "y": "steps", "y_values": "1-9"}, "At most 8 values"),
        ({"y_values": "NaN"}, "is no number"),
        ({"y": "words", "y_values": "smile, " + "x" * 10_000}, "10000 characters"),
        ({"y": "words", "y_values": "smile, a\x00b"}, "stored"),
        ({"y_values": "3, 99"}, "“99”: Guidance is a number"),
        ({"x": "model", "x_values": "small, ghost"}, "“ghost”: There is no such model"),
        ({"prompt": ""}, "The prompt is empty"),
        ({"prompt": "x" * 10_000}, "characters"),
        ({"steps": "9" * 400}, "Steps"),
        ({"seed": "1e400"}, "seed"),
        ({"key": "k" * 100}, "The form is out of date"),
        ({"mask_blur": "soft"}, "whole number of pixels"),
        ({"y": "strength", "y_values": "0.5"}, "start from another one"),
        ({"source": "take:99999", "y": "strength", "y_values": "0.5"}, "no such picture"),
        ({"guidance": "nan"}, "Guidance"),
    ],
)
def test_what_is_wrong_is_said_and_all_that_was_typed_stays(
    client: Client, mira: User, changed: dict[str, str], words: str
) -> None:
    answer = client.post(NEW, form(**changed))
    assert answer.status_code == 422
    assert words.replace("'", "&#x27;") in answer.text
    assert answer.context["form"]["negative_prompt"].value() == "hat"
    assert answer.context["form"]["x_values"].value() == form(**changed)["x_values"]
    assert not Lab.objects.exists()
    assert not GenerationRequest.objects.exists()


def test_a_whole_prompt_axis_needs_no_prompt_above(client: Client, mira: User) -> None:
    client.post(NEW, form(prompt="", x="prompt", x_values="1girl, hat\n1boy", y="", y_values=""))
    assert list(GenerationRequest.objects.order_by("pk").values_list("prompt", flat=True)) == ["1girl, hat", "1boy"]


def test_the_form_starts_with_a_takes_recipe_or_an_earlier_comparison(client: Client, mira: User) -> None:
    take = make_take(mira, prompt="1girl, umbrella", seed=99)
    start = client.get(f"{NEW}?take={take.pk}").context["form"]
    assert (start["prompt"].value(), start["seed"].value()) == ("1girl, umbrella", 99)
    lab = make_lab(mira, columns="words", values='smile\n"a, b"', prompt="1girl, smile")
    again = client.get(f"{NEW}?lab={lab.pk}").context["form"]
    assert (again["x"].value(), again["x_values"].value()) == ("words", "smile\na, b")
    assert (again["prompt"].value(), again["seed"].value()) == ("1girl, smile", 7)
    other = make_take(make_user("tomo"))
    assert client.get(f"{NEW}?take={other.pk}").status_code == 404
    assert client.get(f"{NEW}?lab={make_lab(make_user('kai')).pk}").status_code == 404


def test_the_button_says_how_many(client: Client, mira: User) -> None:
    answer = client.get(reverse("generation:lab_estimate"), form())
    assert "4" in answer.text
    assert client.get(reverse("generation:lab_estimate"), form(x_values="1" * 5000)).status_code == 200
    assert client.get(reverse("generation:lab_estimate"), {"x": "\x00"}).status_code == 200


def test_the_button_asks_the_database_no_more_for_many_pictures(client: Client, mira: User) -> None:
    address = reverse("generation:lab_estimate")
    few = form(x="steps", x_values="1-4", y="size", y_values="64x64, 64x72, 64x80")
    many = form(x="steps", x_values="1-8", y="size", y_values="64x64,64x72,64x80,64x88,64x96,72x64,80x64,88x64")
    client.get(address, few)
    asked = []
    for query in (few, many):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, query)
        asked.append(len(queries))
    assert "64" in answer.text
    assert asked[1] <= asked[0]


def test_the_table_shows_what_came_out_and_what_did_not(client: Client, mira: User) -> None:
    lab = make_lab(mira, values="3, 5, 7")
    cells = list(lab.cells.order_by("column"))
    take = draw_cell(cells[0])
    Job.objects.filter(request=cells[1].request).update(
        state="failed", error_code="black_image", finished_at=take.created_at
    )
    page = client.get(f"/lab/{lab.pk}").text
    assert f"/takes/{take.pk}" in page
    assert "The picture came out black" in page
    assert f"/create?take={take.pk}" in page
    fragment = client.get(f"/lab/{lab.pk}/grid", headers={"HX-Request": "true"}).text
    assert "data-live" in fragment
    assert "<html" not in fragment

    client.post(f"/lab/{lab.pk}", {"act": "redraw", "cell": cells[1].pk})
    assert "came out black" not in client.get(f"/lab/{lab.pk}").text
    assert client.post(f"/lab/{lab.pk}/cancel")["Location"] == f"/lab/{lab.pk}"
    assert not Job.objects.filter(state="queued").exists()


def test_a_sheet_leads_to_its_take(client: Client, mira: User) -> None:
    lab = make_lab(mira)
    assert client.post(f"/lab/{lab.pk}", {"act": "sheet"}).status_code == 422
    for cell in lab.cells.all():
        draw_cell(cell)
    answer = client.post(f"/lab/{lab.pk}", {"act": "sheet"})
    sheet = Take.objects.get(kind="sheet")
    assert (answer.status_code, answer["Location"]) == (303, f"/takes/{sheet.pk}")
    assert f"/lab/{lab.pk}" in client.get(f"/takes/{sheet.pk}").text
    assert "Open the sheet" in client.get(f"/lab/{lab.pk}").text
    assert client.get(f"/create?take={sheet.pk}").status_code == 200


@pytest.mark.parametrize(
    "data",
    [{}, {"act": "explode"}, {"act": "redraw", "cell": "x"}, {"act": "redraw", "cell": "9" * 30}, {"act": "redraw"}],
)
def test_what_no_button_sends_does_nothing(client: Client, mira: User, data: dict[str, str]) -> None:
    lab = make_lab(mira)
    assert client.post(f"/lab/{lab.pk}", data).status_code in {404, 422}
    assert Lab.objects.filter(pk=lab.pk).exists()


@pytest.mark.parametrize("address", ["/lab/999999", "/lab/" + "9" * 30, "/lab/" + "9" * 30 + "/grid"])
def test_there_is_nothing_at_other_numbers(client: Client, mira: User, address: str) -> None:
    assert client.get(address).status_code == 404


def test_another_members_comparison_does_not_exist(client: Client, mira: User) -> None:
    lab = make_lab(make_user("tomo"))
    for address in (f"/lab/{lab.pk}", f"/lab/{lab.pk}/grid"):
        assert client.get(address).status_code == 404
    assert client.post(f"/lab/{lab.pk}/cancel").status_code == 404
    for act in ("sheet", "remove", "redraw"):
        assert client.post(f"/lab/{lab.pk}", {"act": act}).status_code == 404
    assert Lab.objects.filter(pk=lab.pk).exists()


def test_removing_leads_back_and_leaves_takes(client: Client, mira: User) -> None:
    lab = make_lab(mira)
    draw_cell(lab.cells.first())  # type: ignore[arg-type]
    answer = client.post(f"/lab/{lab.pk}", {"act": "remove"})
    assert answer["Location"] == NEW
    assert Take.objects.count() == 1
    assert not Lab.objects.exists()


def test_a_refusal_counts_however_it_was_asked_for(client: Client, mira: User) -> None:
    words = form(x="words", x_values="smile, nude child", y="", y_values="")
    assert client.post(NEW, words | {"act": "check"}).status_code == 422
    assert Refusal.objects.count() == 1

    lab = make_lab(mira)
    cell = lab.cells.order_by("column")[0]
    Job.objects.filter(request=cell.request).update(state="cancelled", finished_at=lab.created_at)
    RefusalRule.objects.create(
        name="no smiles", effect="refuse", places=["prompt"], terms="smile", changed_by=make_user(role="admin")
    )
    answer = client.post(f"/lab/{lab.pk}", {"act": "redraw", "cell": cell.pk})
    assert answer.status_code == 422
    assert "no smiles" in answer.text
    assert Refusal.objects.count() == 2


@pytest.mark.parametrize(
    "values",
    ['"1girl、hat"', '1girl\n"1girl、hat"', '1girl\n"""quoted"""', '1girl, ""', '"1girl"\n"a, b"', "1girl\nhat, cap"],
)
def test_values_come_back_as_they_were_read(client: Client, mira: User, values: str) -> None:
    lab = make_lab(mira, columns="words", values=values, prompt="1girl、hat, 1girl")
    shown = client.get(f"{NEW}?lab={lab.pk}").context["form"]["x_values"].value()
    answer = client.post(NEW, form(prompt="1girl、hat, 1girl", x="words", x_values=shown, y="", y_values=""))
    assert answer.status_code == 303
    assert Lab.objects.order_by("-pk")[0].columns == lab.columns


def test_a_key_like_those_of_pictures_of_a_comparison_takes_nobodys_place(client: Client, mira: User) -> None:
    next_one = make_lab(mira).pk + 1
    submit(mira, {"prompt": "1girl"}, f"lab-{next_one}-0-0")
    assert client.post(NEW, form()).status_code == 303
