"""What operators may ask of the queue and its workers, and that workers obey."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.errors import Invalid, NotAllowed
from gallery.models import ModerationAction, User
from gallery.models.user import Role
from generation.errors import OrderRefused
from generation.models import Checkpoint, Job, QueueOrder, WorkerStatus
from generation.models.queue import JobState
from generation.queueing import orders, queue, workers
from generation.queueing.devices import DeviceFacts
from generation.queueing.standstill import standstill
from generation.serve import serve
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    """Somebody who may."""
    return make_user(role=Role.ADMIN)


def test_a_paused_queue_starts_nothing_and_says_why(
    ask: Any, member: Any, admin: User, model: Checkpoint, broker: str
) -> None:
    workers.report("w", "cpu")
    job = ask(member("mira")).jobs.get()
    orders.order_queue(admin, "pause", "The room is too hot.")
    assert queue.claim("w", 1) == []
    assert "The room is too hot." in standstill(model)
    orders.order_queue(admin, "work")
    assert standstill(model) == ""
    assert queue.claim("w", 1) == [job]


def test_a_pause_needs_a_reason_that_fits(admin: User) -> None:
    for reason in ("", "  \x00", "x" * 201):
        with pytest.raises(Invalid):
            orders.order_queue(admin, "pause", reason)
    with pytest.raises(OrderRefused):
        orders.order_queue(admin, "explode", "why not")
    assert not QueueOrder.objects.exists()
    assert not ModerationAction.objects.exists()


@pytest.mark.parametrize("order", ["pause", "drain"])
def test_a_stopped_worker_leaves_jobs_to_others(
    ask: Any, member: Any, admin: User, model: Checkpoint, order: str
) -> None:
    workers.report("first", "cpu")
    job = ask(member("mira")).jobs.get()
    assert orders.order_worker(admin, "first", order)
    assert queue.claim("first", 1) == []
    assert "paused" in standstill(model)
    workers.report("second", "cpu")
    assert standstill(model) == ""
    assert queue.claim("second", 1) == [job]
    assert orders.order_worker(admin, "first", "work")
    assert not orders.order_worker(admin, "nobody", "pause")


def test_a_worker_in_the_place_of_a_killed_one_keeps_its_order(admin: User) -> None:
    from generation.queueing.worker_names import own_name

    machine = own_name().rsplit(":", 2)[0]
    workers.report(f"{machine}:999999999:5", "cpu")
    workers.report(f"{machine}:999999998:5", "cuda:0")
    orders.order_worker(admin, f"{machine}:999999999:5", "drain")
    workers.report(own_name(), "cpu")
    assert WorkerStatus.objects.get(name=own_name()).order == "drain"
    # It is reported again and again, and told otherwise in between.
    orders.order_worker(admin, own_name(), "work")
    workers.report(own_name(), "cpu")
    assert set(WorkerStatus.objects.values_list("device", "order")) == {("cpu", "work"), ("cuda:0", "work")}


def test_jobs_go_to_workers_of_their_class(ask: Any, member: Any, model: Checkpoint) -> None:
    Checkpoint.objects.filter(pk=model.pk).update(device_class="cuda")
    model.refresh_from_db()
    job = ask(member("mira")).jobs.get()
    workers.report("slow", "cpu", device_class="cpu")
    assert "can draw" in standstill(model)
    for device_class in ("cpu", "remote", "big"):
        assert queue.claim("w", 1, device_class=device_class) == []
    workers.report("fast", "cuda:1", device_class="cuda")
    assert standstill(model) == ""
    assert queue.claim("w", 1, device_class="cuda") == [job]


def test_a_worker_for_other_servers_draws_nothing_itself(ask: Any, member: Any, model: Checkpoint) -> None:
    job = ask(member("mira")).jobs.get()
    workers.report("remote", "cpu", device_class="remote")
    assert queue.claim("w", 1, device_class="remote") == []
    assert "can draw" in standstill(model)
    Checkpoint.objects.filter(pk=model.pk).update(path="", endpoint="http://images.example/v1")
    model.refresh_from_db()
    assert standstill(model) == ""
    assert queue.claim("w", 1, device_class="remote") == [job]


@pytest.mark.django_db(transaction=True)
def test_a_bell_that_a_stopped_worker_hears_is_rung_for_an_idle_one(
    ask: Any, member: Any, admin: User, engine: Any, broker: str
) -> None:
    import redis

    workers.report("stopped", "cpu")
    ask(member("mira"))
    orders.order_worker(admin, "stopped", "pause")
    with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
        for running, rings in ((None, 0), (3, 0), (0, 1)):
            if running is not None:
                workers.report("other", "cpu", running=running)
            client.flushall()
            assert serve(engine, "stopped").ended == {}
            assert client.llen("irodori") == rings
    assert serve(engine, "other").ended == {"done": 1}


def test_an_order_of_priority_goes_before_fairness(ask: Any, member: Callable[[str], User], admin: User) -> None:
    mira, tomo = member("mira"), member("tomo")
    ask(mira, count=3)
    urgent, later = ask(tomo, count=2).jobs.order_by("index")
    ask(mira, count=2)
    assert orders.put_in_line(admin, Q(pk=urgent.pk), orders.FIRST) == 1
    assert orders.put_in_line(admin, Q(user=mira), orders.LAST) == 5
    assert queue.waiting_order()[:2] == [urgent.pk, later.pk]
    assert queue.claim("w", 3)[:2] == [urgent, later]
    with pytest.raises(OrderRefused):
        orders.put_in_line(admin, Q(user=mira), 5000)


def test_cancelling_a_users_jobs_touches_nobody_else(ask: Any, member: Callable[[str], User], admin: User) -> None:
    mira, tomo = member("mira"), member("tomo")
    ask(mira, count=3)
    running = queue.claim("w", 1)[0]
    ask(tomo, count=2)
    assert orders.cancel_jobs(admin, Q(user=mira)) == 3
    running.refresh_from_db()
    assert (running.state, running.cancel_requested) == ("running", True)
    assert Job.objects.filter(user=mira, state=JobState.CANCELLED).count() == 2
    assert Job.objects.filter(user=tomo, state=JobState.QUEUED).count() == 2
    act = ModerationAction.objects.get()
    assert (act.actor, act.subject, act.kind, act.details) == (admin, mira, "queue", {"act": "cancel", "jobs": 3})


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_only_admins_give_orders(role: str) -> None:
    actor = make_user(role=role)
    for act in (
        lambda: orders.order_queue(actor, "pause", "No."),
        lambda: orders.order_worker(actor, "w", "pause"),
        lambda: orders.cancel_jobs(actor, Q()),
        lambda: orders.put_in_line(actor, Q(), orders.FIRST),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_starters_make_nobody_wait(member: Callable[[str], User], ask: Any, model: Checkpoint) -> None:
    from generation.requests import submit

    starter = submit(member("house"), {"prompt": "x"}, "s", publish_as={"title": "", "tags": [], "rating": "g"})
    job = ask(member("mira")).jobs.get()
    assert queue.claim("w", 2) == [job, starter.jobs.get()]


# --- the page --------------------------------------------------------------------------------------


@pytest.fixture
def client_of(admin: User) -> Client:
    """The admin's browser."""
    client = Client()
    client.force_login(admin)
    return client


def test_the_page_shows_workers_and_who_waits_but_no_prompts(ask: Any, member: Any, client_of: Client) -> None:
    workers.report(
        "w", "cuda:1", ["tiny"], device_class="cuda", facts=DeviceFacts("A fine GPU", 2**30, 2**32), running=2
    )
    ask(member("mira"), count=3, prompt="a very secret prompt", negative_prompt="nothing hidden")
    queue.claim("w", 1)
    text = client_of.get(reverse("generation:queue")).content.decode()
    for shown in ("A fine GPU", "cuda:1", "1.0", "4.0", "tiny", "mira", "2 waiting, 1 being drawn", "Draws 2"):
        assert shown in text, shown
    for private in ("very secret", "nothing hidden"):
        assert private not in text
    part = client_of.get(reverse("generation:queue"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "A fine GPU" in part
    assert "very secret" not in part


def test_the_page_says_which_models_nobody_can_draw(
    ask: Any, member: Any, client_of: Client, model: Checkpoint
) -> None:
    Checkpoint.objects.filter(pk=model.pk).update(device_class="cuda")
    workers.report("w", "cpu", device_class="cpu")
    mira = member("mira")
    ask(mira)
    assert "No worker can draw these" in client_of.get(reverse("generation:queue")).content.decode()
    own = Client()
    own.force_login(mira)
    assert "No worker can draw with" in own.get(reverse("generation:create")).content.decode()


def test_the_pages_buttons_do_what_they_say(
    ask: Any, member: Any, client_of: Client, django_capture_on_commit_callbacks: Any, broker: str
) -> None:
    workers.report("w", "cpu")
    mira = member("mira")
    first, second = ask(mira, count=2).jobs.order_by("index")

    def press(name: str, **data: Any) -> str:
        answer = client_of.post(reverse(f"generation:{name}"), data, follow=True)
        assert answer.redirect_chain == [(reverse("generation:queue"), 303)]
        return answer.content.decode()

    paused = press("queue_order", order="pause", reason="Too hot in here")
    assert "Drawing is paused" in paused
    assert ", just now" in paused
    QueueOrder.objects.update(changed_at=timezone.now() - timedelta(minutes=3))
    assert "3\xa0minutes ago" in client_of.get(reverse("generation:queue")).content.decode()
    own = Client()
    own.force_login(mira)
    assert "Too hot in here" in own.get(reverse("generation:create")).content.decode()
    assert "All drawing is paused" not in press("queue_order", order="work")
    assert "Paused" in press("worker_order", worker="w", order="pause")
    assert "That worker is gone." in press("worker_order", worker="v", order="pause")
    press("queue_jobs", act="first", job=second.pk)
    assert queue.waiting_order() == [second.pk, first.pk]
    press("queue_jobs", act="cancel", job=first.pk)
    assert "is nothing that can be asked" in press("queue_jobs", act="eat", user=mira.pk)
    assert "0 pictures were cancelled" in press("queue_jobs", act="cancel", user="9" * 30)
    press("queue_jobs", act="cancel", user=mira.pk)
    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}
    log = client_of.get(reverse("gallery:moderation_log")).content.decode()
    for shown in ("All drawing paused", "Too hot in here", "A worker paused", "cancelled", "mira"):
        assert shown in log
