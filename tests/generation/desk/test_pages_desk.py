"""The desk's pages: what they show and to whom, marks without scripts, and what is typed is never lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gallery.models import User
from generation.desk import keeping
from generation.models import Take
from tests.factories import make_checkpoint, make_post, make_take, make_take_row, make_user

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_checkpoint()


@pytest.fixture
def mira(client: Client) -> User:
    user = make_user()
    client.force_login(user)
    return user


def test_a_search_and_its_counts_stand_on_the_page(client: Client, mira: User):
    sea, _girl = make_take_row(mira, "sea, waves"), make_take_row(mira, "1girl")
    page = client.get("/takes", {"q": "sea"})
    assert [entry.take for entry in page.context["entries"]] == [sea]
    assert 'value="sea"' in page.text
    assert page.context["page"].count == 1
    assert page["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize("query", ["(sea", "score:3", "stars:many", "<b>(", "*"])
def test_a_search_that_cannot_be_read_stays_in_the_box_and_is_explained(client: Client, mira: User, query: str):
    page = client.get("/takes", {"q": query})
    assert page.status_code == 422
    assert page.context["query"] == query
    assert page.context["query_problem"]
    assert "<b>(" not in page.text


@pytest.mark.parametrize("asked", ["page=x", "page=1", "part=nothing", "open=x", "at=9", "view=x", "q=%00", "all=2"])
def test_odd_addresses_never_break(client: Client, mira: User, asked: str):
    make_take_row(mira)
    assert client.get(f"/takes?{asked}").status_code in (200, 422)


def test_a_stack_opens_in_its_place_without_scripts(client: Client, mira: User):
    takes = [make_take_row(mira, stack="s") for _ in range(3)]
    other = make_take_row(mira)
    assert [entry.take for entry in client.get("/takes").context["entries"]] == [other, takes[2]]
    opened = client.get("/takes", {"open": takes[2].pk}).context["entries"]
    assert [(entry.take, entry.inside) for entry in opened] == [
        (other, False), (takes[2], False), (takes[1], True), (takes[0], True),
    ]  # fmt: skip
    piece = client.get("/takes", {"open": takes[2].pk, "part": "stack"})
    assert "<html" not in piece.text
    assert piece.text.count('<li class="desk-tile') == 2
    assert len(client.get("/takes", {"all": "1"}).context["entries"]) == 4


def test_the_film_strip_shows_one_take_large(client: Client, mira: User):
    first, second = make_take_row(mira, "first"), make_take_row(mira, "second")
    assert client.get("/takes", {"view": "strip"}).context["stage"] == second
    assert client.get("/takes", {"view": "strip", "at": first.pk}).context["stage"] == first
    piece = client.get("/takes", {"view": "strip", "at": first.pk, "part": "stage"})
    assert f'data-stage="{first.pk}"' in piece.text
    other = make_take_row(make_user(), "secret")
    assert client.get("/takes", {"view": "strip", "at": other.pk, "part": "stage"}).status_code == 404
    assert "secret" not in client.get("/takes", {"view": "strip", "at": other.pk}).text


def test_marks_work_without_scripts_and_can_be_undone(client: Client, mira: User):
    first, second = make_take_row(mira), make_take_row(mira)
    answer = client.post("/takes/mark", {"act": "pick", "ids": [first.pk, second.pk], "next": "/takes?q=is:pick"})
    assert (answer.status_code, answer["Location"]) == (303, "/takes?q=is:pick")
    page = client.get(answer["Location"])
    assert "2 takes are picked." in page.text
    token = page.context["undo"]["token"]
    assert client.get("/takes").context["undo"] is None, "it is offered once"
    client.post("/takes/undo", {"token": token, "next": "/takes"})
    assert set(Take.objects.values_list("flag", flat=True)) == {"none"}
    client.post("/takes/mark", {"one": f"reject:{first.pk}", "ids": [second.pk]})
    assert Take.objects.get(flag="reject") == first


def test_marks_of_scripts_are_answered_with_what_changed(client: Client, mira: User):
    take = make_take_row(mira)
    answer = client.post("/takes/mark", {"act": "stars", "stars": "4", "ids": [take.pk]}, headers=JSON)
    said = json.loads(answer.content)
    assert said["takes"] == [{"id": take.pk, "flag": "none", "stars": 4, "to_fix": [], "fixes": [], "binned": False}]
    client.post("/takes/mark", {"act": "fix_add", "fix": ["hand", "eyes"], "ids": [take.pk]}, headers=JSON)
    client.post("/takes/mark", {"act": "fix_remove", "fix": ["eyes"], "ids": [take.pk]}, headers=JSON)
    assert Take.objects.get().to_fix == ["hand"]
    client.post("/takes/undo", {"token": said["undo"]}, headers=JSON)
    assert Take.objects.get().stars == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "pick"},
        {"act": "love", "ids": ["TAKE"]},
        {"ids": ["TAKE"]},
        {"act": "stars", "stars": "nan", "ids": ["TAKE"]},
        {"act": "stars", "stars": "9", "ids": ["TAKE"]},
        {"act": "fix_add", "fix": ["feet"], "ids": ["TAKE"]},
        {"act": "fix_add", "ids": ["TAKE"]},
        {"act": "pick", "ids": ["x", "\x00", "9" * 30, "-1"]},
        {"act": "pick", "scope": "found", "q": "(("},
        {"act": "compare", "ids": ["TAKE"]},
        {"one": "pick:\x00"},
        {"act": "pick", "ids": [",".join(str(number) for number in range(1, 2002))]},
    ],
    ids=["none chosen", "unknown act", "no act", "no number", "six stars", "unknown fix", "no fix", "no numbers",
         "unread search", "one to compare", "no take", "too many"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(client: Client, mira: User, sent: dict[str, Any]):
    take = make_take_row(mira)
    given = {name: [str(take.pk) if one == "TAKE" else one for one in value] if isinstance(value, list) else value
             for name, value in sent.items()}  # fmt: skip
    answer = client.post("/takes/mark", given, headers=JSON)
    assert answer.status_code == 422
    assert json.loads(answer.content)["error"]
    page = client.post("/takes/mark", given, follow=True)
    assert page.status_code == 200
    assert 'class="notice notice--' in page.text
    take.refresh_from_db()
    assert (take.flag, take.stars, take.to_fix) == ("none", 0, [])


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "x"])
def test_no_form_leads_away_from_the_site(client: Client, mira: User, next_page: str):
    take = make_take_row(mira)
    for address in ("/takes/mark", "/takes/undo"):
        sent = {"act": "pick", "ids": [take.pk], "next": next_page}
        assert client.post(address, sent)["Location"] == "/takes"


def test_all_that_was_found_can_be_marked(client: Client, mira: User):
    for number in range(5):
        make_take_row(mira, "sea" if number % 2 else "1girl")
    client.post("/takes/mark", {"act": "bin", "scope": "found", "q": "sea"})
    assert Take.objects.filter(purged_at=None).count() == 3
    assert "In the bin" not in client.get("/takes").text
    assert len(client.get("/takes", {"q": "status:binned"}).context["entries"]) == 2


def test_archiving_says_first_what_is_lost(client: Client, mira: User):
    take = make_take(mira)
    asked = client.post("/takes/mark", {"act": "archive", "ids": [take.pk]})
    assert asked.status_code == 200
    assert "go for good" in asked.text
    assert Take.objects.get().archived_at is None
    done = client.post("/takes/mark", {"act": "archive", "ids": [take.pk], "sure": "1"}, follow=True)
    assert "1 take is archived." in done.text
    page = client.get(f"/takes/{take.pk}")
    assert "Draw it again" in page.text
    assert "original.png" not in page.text
    assert client.get(f"/create?take={take.pk}").context["form"]["seed"].value() == take.recipe["seed"]
    assert "is archived" in client.get(f"/create?edit_take={take.pk}").text
    for answer in (
        client.get(f"/takes/{take.pk}/publish", follow=True),
        client.post(f"/takes/{take.pk}/publish", {"tags": "1girl", "rating": "g"}, follow=True),
    ):
        assert f"Take {take.pk} is archived" in answer.text
    assert Take.objects.get().post is None


def test_a_take_in_the_bin_says_so_and_can_be_taken_out(client: Client, mira: User):
    take = make_take(mira)
    client.post("/takes/mark", {"one": f"bin:{take.pk}"})
    page = client.get(f"/takes/{take.pk}")
    assert page.status_code == 410
    assert "lies in the bin" in page.text
    assert client.get("/create", {"request": take.job.request_id}).status_code == 200
    assert client.get(f"/takes/{take.pk}/publish").status_code == 404
    client.post("/takes/mark", {"one": f"unbin:{take.pk}"})
    assert client.get(f"/takes/{take.pk}").status_code == 200
    Take.objects.update(purged_at=timezone.now(), erased_at=timezone.now())
    assert client.get(f"/takes/{take.pk}").status_code == 404


def test_notes_are_kept_or_shown_again_with_the_reason(client: Client, mira: User):
    take = make_take(mira)
    typed = {"flag": "pick", "stars": "5", "fix": ["hand"], "note": "the left one"}
    assert client.post(f"/takes/{take.pk}/marks", typed).status_code == 303
    page = client.get(f"/takes/{take.pk}").text
    for said in ("the left one", "Your notes are kept."):
        assert said in page
    refused = client.post(f"/takes/{take.pk}/marks", typed | {"note": "long " * 500, "stars": "2"})
    assert refused.status_code == 422
    assert "long long" in refused.text
    assert "2000 are the most" in refused.text
    assert Take.objects.get().stars == 5
    for bad in ({"flag": "love"}, {"stars": "nan"}, {"fix": ["feet"]}, {"stars": ""}):
        assert client.post(f"/takes/{take.pk}/marks", typed | bad).status_code == 422


def test_notes_typed_in_a_tab_do_not_undo_the_marks_of_another(client: Client, mira: User):
    take = make_take(mira, prompt="1girl")
    Take.objects.filter(pk=take.pk).update(note="left\nhand", to_fix=["hand"])
    page = client.get(f"/takes/{take.pk}").text
    sent: dict[str, Any] = {"flag": "none", "stars": "0", "fix": ["hand"], "note": "left\r\nhand"}
    seen = {"seen_flag": "none", "seen_stars": "0", "seen_fix": ["hand"], "seen_note": "left\r\nhand"}
    for name, value in seen.items():
        said = value[0] if isinstance(value, list) else str(value).replace("\r\n", "\n")
        assert f'name="{name}" value="{said}"' in page
    client.post("/takes/mark", {"one": f"pick:{take.pk}"})
    assert client.post(f"/takes/{take.pk}/marks", seen | sent | {"stars": "4"}).status_code == 303
    assert Take.objects.values_list("flag", "stars", "note").get() == ("pick", 4, "left\nhand")
    client.post(f"/takes/{take.pk}/marks", seen | sent | {"note": "both hands"})
    late = client.post(f"/takes/{take.pk}/marks", seen | sent | {"note": "one finger too many"})
    assert late.status_code == 409
    for said in (
        "both hands",
        "one finger too many",
        'name="seen_note" value="both hands"',
        'name="seen_flag" value="none"',
    ):
        assert said in late.text
    again = seen | sent | {"note": "one finger too many", "seen_note": "both hands"}
    assert client.post(f"/takes/{take.pk}/marks", again).status_code == 303
    assert Take.objects.values_list("flag", "stars", "note").get() == ("pick", 4, "one finger too many")


def test_lineage_names_what_was_purged(client: Client, mira: User):
    now = timezone.now()
    root = make_take_row(mira, purged_at=now, erased_at=now)
    child = make_take_row(mira, parent=root)
    page = client.get(f"/takes/{child.pk}/lineage")
    assert "purged" in page.text
    assert f'href="/takes/{root.pk}"' not in page.text
    assert client.get(f"/takes/{root.pk}/lineage").status_code == 404
    assert "purged" in client.get(f"/takes/{child.pk}").text


def test_two_takes_are_compared(client: Client, mira: User):
    first = make_take_row(mira, "1girl, sea", recipe={"seed": 1})
    second = make_take_row(mira, "1girl, sky", recipe={"seed": 2})
    page = client.get("/takes/compare", {"a": first.pk, "b": second.pk})
    told = page.context["differences"]
    assert [(row.before, row.after) for row in told.changed] == [("1", "2")]
    assert [text.differs for text in told.texts] == [True, False]
    assert '<del class="words__gone">' in page.text
    other = make_take_row(make_user(), "secret")
    for wrong in (other.pk, "x", "9" * 30, "\x00"):
        answer = client.get("/takes/compare", {"a": first.pk, "b": wrong})
        assert answer.status_code == (200 if wrong == "\x00" else 404)
        assert "secret" not in answer.text
    Take.objects.filter(pk=second.pk).update(purged_at=timezone.now())
    in_bin = client.get("/takes/compare", {"a": first.pk, "b": second.pk})
    assert in_bin.status_code == 404
    assert f"Take {second.pk} lies in the bin." in in_bin.text
    assert "You have no take" not in in_bin.text
    sent = client.post("/takes/mark", {"act": "compare", "ids": [first.pk, second.pk]})
    assert sent["Location"] == f"/takes/compare?a={first.pk}&b={second.pk}"


def test_anothers_take_is_not_found_anywhere(client: Client, mira: User):
    other = make_take(make_user(), prompt="1girl, secret garden")
    for address in (f"/takes/{other.pk}/lineage", f"/takes/compare?a={other.pk}"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "secret" not in answer.text
    assert client.post(f"/takes/{other.pk}/marks", {"flag": "pick", "stars": "1"}).status_code == 404
    client.post("/takes/mark", {"act": "bin", "ids": [other.pk]})
    other.refresh_from_db()
    assert (other.flag, other.purged_at) == ("none", None)


def test_the_storage_page_says_what_can_be_freed(client: Client, mira: User):
    assert "No takes yet" in client.get("/takes/storage").text
    take = make_take(mira)
    client.post("/takes/mark", {"one": f"reject:{take.pk}"})
    page = client.get("/takes/storage")
    assert page.context["storage"].of_rejects > 0
    assert "Archive the rejected ones" in page.text
    asked = client.post("/takes/mark", {"act": "archive", "scope": "found", "q": "is:reject is:unpublished"})
    assert asked.context["ids"] == [take.pk]


def test_more_than_can_be_archived_at_once_is_archived_in_parts(
    client: Client, mira: User, monkeypatch: pytest.MonkeyPatch
):
    for module in ("generation.desk.marks", "generation.desk.keeping", "generation.views.desk_acts"):
        monkeypatch.setattr(f"{module}.MAX_TAKES", 3)
    takes = [make_take_row(mira, flag="reject") for _ in range(5)]
    found = {"act": "archive", "scope": "found", "q": "is:reject is:unpublished"}
    for left, said in ((2, "newest 3"), (0, "")):
        asked = client.post("/takes/mark", found)
        assert asked.status_code == 200
        assert ("newest 3" in asked.text) == bool(said)
        ids = ",".join(map(str, asked.context["ids"]))
        client.post("/takes/mark", {"act": "archive", "sure": "1", "ids": ids})
        assert Take.objects.filter(archived_at=None).count() == left
    assert Take.objects.count() == len(takes)
    for _ in range(4):
        make_take_row(mira)
    marked = client.post("/takes/mark", {"act": "pick", "scope": "found", "q": ""}, headers=JSON)
    assert marked.status_code == 422


def test_a_withdrawn_post_still_keeps_its_take_and_nobody_is_told_otherwise(client: Client, mira: User):
    take = make_take_row(mira, post=make_post(mira, status="withdrawn"))
    told = json.loads(client.post("/takes/mark", {"one": f"bin:{take.pk}"}, headers=JSON).content)["said"]
    assert "Withdraw" not in told
    take.refresh_from_db()
    assert take.purged_at is None


def test_the_desk_asks_a_fixed_number_of_times(client: Client, mira: User, django_assert_max_num_queries: Any):
    for _ in range(30):
        make_take_row(mira)
    with django_assert_max_num_queries(30):
        few = client.get("/takes")
    assert len(few.context["entries"]) == 30


def test_an_emptied_account_leaves_no_mask_behind(mira: User):
    from generation import account
    from tests.factories import make_mask

    mask = make_mask(mira)
    take = make_take_row(mira, mask=mask)
    keeping.to_bin(mira, [take.pk])
    account.erase(mira)
    assert not Take.objects.exists()
