"""One candidate is kept: it is picked, the others of its request are rejected, and that can be taken back."""

from functools import partial

import pytest
from django.test import Client

from gallery.models import User
from generation import takes
from generation.canvas.keeping import keep_one, put_back
from generation.engine import Finished
from generation.finishing import finish
from generation.models import Take
from generation.models.take import Flag
from tests.factories import make_image, make_mask, make_request, make_take, make_user, start_job
from tests.gallery.threads import at_once


@pytest.fixture
def four(mira: User) -> list[Take]:
    """Candidates over one take."""
    parent = make_take(mira, width=64, height=64)
    request = make_request(mira, source_take=parent.pk, mask=make_mask(mira), count=4, strength=0.5)
    for job in request.jobs.select_related("request__checkpoint", "user"):
        finish(job, start_job(job), Finished(job.pk, make_image(64, 64), job.steps_total, (1,)))
    return list(Take.objects.filter(parent=parent).order_by("pk"))


def flags(of: list[Take]) -> list[str]:
    return [Take.objects.get(pk=one.pk).flag for one in of]


def test_the_kept_one_is_picked_and_no_picture_goes(mira: User, four: list[Take]) -> None:
    parent = four[0].parent
    Take.objects.filter(pk=parent.pk).update(flag=Flag.PICK, flagged_at="2026-01-01T00:00Z")
    before = keep_one(mira, four[1])
    assert flags(four) == ["reject", "pick", "reject", "reject"]
    assert set(before.values()) == {"none"}
    assert Take.objects.get(pk=parent.pk).flag == Flag.PICK
    assert takes.owned(mira).count() == 5
    keep_one(mira, four[2])  # somebody changed their mind
    assert flags(four) == ["reject", "reject", "pick", "reject"]


def test_it_is_undone_to_what_it_was(mira: User, four: list[Take]) -> None:
    Take.objects.filter(pk=four[3].pk).update(flag=Flag.PICK, flagged_at="2026-01-01T00:00Z")
    before = keep_one(mira, four[0])
    put_back(mira, before)
    assert flags(four) == ["none", "none", "none", "pick"]


def test_a_published_one_isnt_rejected(mira: User, four: list[Take]) -> None:
    takes.publish(mira, four[0], tags=["1girl"], rating="g")
    keep_one(mira, four[1])
    assert flags(four) == ["none", "pick", "reject", "reject"]


def test_nobody_keeps_anothers(mira: User, four: list[Take]) -> None:
    otto = make_user("otto")
    with pytest.raises(Take.DoesNotExist):
        keep_one(otto, four[0])
    put_back(otto, {four[0].pk: "pick"})
    assert flags(four) == ["none"] * 4


def test_the_page_keeps_and_undoes(client: Client, mira: User, four: list[Take]) -> None:
    client.force_login(mira)
    page = client.get("/canvas", {"source": f"take:{four[0].parent_id}"}).text
    assert page.count("Keep this one") == 4
    answer = client.post(f"/takes/{four[1].pk}/keep", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text.count("Set aside"), answer.text.count("Undo")) == (200, 3, 1)
    before = answer.context["before"]
    for forged in ("", "x", before[:-1] + "!", "9" * 400):
        client.post(f"/takes/{four[1].pk}/keep", {"act": "undo", "before": forged})
        assert flags(four) == ["reject", "pick", "reject", "reject"]
    client.post(f"/takes/{four[0].pk}/keep", {"act": "undo", "before": before})  # signed for another one
    assert flags(four)[1] == "pick"
    answer = client.post(f"/takes/{four[1].pk}/keep", {"act": "undo", "before": before})
    assert (answer.status_code, answer["Location"]) == (303, f"/takes/{four[1].pk}")
    assert flags(four) == ["none"] * 4
    client.force_login(make_user("otto"))
    assert client.post(f"/takes/{four[1].pk}/keep").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_keep_different_ones_at_once_wait_for_each_other(four: list[Take]) -> None:
    mira = four[0].owner
    for _turn in range(12):
        kept = at_once(*(partial(keep_one, mira, take) for take in (four[3], four[0], four[2], four[1])))
        assert [one for one in kept if isinstance(one, Exception)] == []
        assert sorted(flags(four)) == ["pick", "reject", "reject", "reject"]
