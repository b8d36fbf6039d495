"""The page "Create": what it answers, keeps and hides."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape

from gallery.models import User
from generation.models import Checkpoint, GenerationRequest, Job, JobPreview
from generation.models.queue import JobState
from generation.queueing import workers
from tests.factories import make_checkpoint, make_resource

JAPANESE = re.compile("[\u3041-\u30fa\u4e00-\u9fff]")

Member = Callable[[str], User]
Ask = Callable[..., GenerationRequest]


def recipe(**changed: Any) -> dict[str, Any]:
    """A form as a browser sends it."""
    return {
        "prompt": "1girl, smile",
        "negative_prompt": "glasses",
        "model": "tiny",
        "shape": "square",
        "width": "64",
        "height": "64",
        "steps": "4",
        "sampler": "Euler",
        "guidance": "3.0",
        "seed": "",
        "count": "2",
        "key": "a-key",
    } | changed


def test_the_menu_of_loras_says_in_words_which_models_they_are_for(
    client: Client, model: Checkpoint, member: Member
) -> None:
    make_resource("detail", name="More detail", family="sdxl")
    client.force_login(member("mira"))
    assert "More detail (Stable Diffusion XL)" in client.get("/create").content.decode()


def test_a_visitor_sees_the_form_and_is_asked_to_sign_in(client: Client, model: Checkpoint) -> None:
    page = client.get(reverse("generation:create"))
    assert page.status_code == 200
    assert "Sign in to draw" in page.text
    assert 'name="prompt"' in page.text


def test_what_a_visitor_typed_is_there_after_signing_in(client: Client, model: Checkpoint, member: Member) -> None:
    sent = client.post(reverse("generation:create"), recipe(prompt="1girl, red hair", steps="7", width="9" * 5000))
    assert sent.status_code == 302
    assert sent["Location"].startswith(reverse("account_login"))
    member("mira")
    signed_in = client.post(sent["Location"], {"login": "mira", "password": "correct horse battery", "next": "/create"})
    assert signed_in.status_code == 302
    assert signed_in["Location"] == "/create"
    page = client.get("/create")
    form = page.context["form"]
    assert (form["prompt"].value(), form["negative_prompt"].value()) == ("1girl, red hair", "glasses")
    assert form["steps"].value() == model.default_steps
    assert not GenerationRequest.objects.exists()
    assert client.get("/create").context["form"]["prompt"].value() is None


def test_who_joins_from_the_page_finds_what_was_typed(client: Client, model: Checkpoint) -> None:
    sent = client.post(reverse("generation:create"), recipe(prompt="1girl, red hair") | {"entrance": "signup"})
    assert sent["Location"] == f"{reverse('account_signup')}?next=/create"
    new = {"username": "mira", "password1": "correct horse battery", "password2": "correct horse battery"}
    joined = client.post(sent["Location"], new | {"next": "/create"})
    assert joined["Location"] == "/create"
    assert client.get("/create").context["form"]["prompt"].value() == "1girl, red hair"


def test_a_visitors_session_holds_no_more_than_two_prompts(client: Client, model: Checkpoint) -> None:
    long = "x" * 100_000
    client.post(reverse("generation:create"), recipe(prompt=long, negative_prompt=long, model=long, key=long))
    assert {name: len(text) for name, text in client.session["recipe_draft"].items()} == {
        "prompt": 4000,
        "negative_prompt": 4000,
    }


@pytest.mark.parametrize("query", ["model=%00", "prompt=a%00b", "model=ti%00ny&prompt=%00", "remix=%00", "take=%00"])
def test_a_link_with_a_nul_is_a_page(client: Client, model: Checkpoint, member: Member, query: str) -> None:
    client.force_login(member("mira"))
    page = client.get(f"{reverse('generation:create')}?{query}")
    assert page.status_code == 200
    assert "\x00" not in page.text


@pytest.mark.parametrize(
    "changed",
    [
        {"width": "9" * 400},
        {"height": "9" * 5000},
        {"steps": "9" * 400},
        {"width": "-8"},
        {"height": "0"},
        {"width": "1000000000"},
        {"model": "\x00"},
        {"count": "9" * 400},
        {"guidance": "9" * 400},
    ],
)
def test_no_time_is_told_for_what_is_beyond_the_models_limits(
    client: Client, ask: Ask, member: Member, changed: dict[str, str]
) -> None:
    job = ask(member("mira")).jobs.get()
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, started_at=now - timedelta(seconds=10), finished_at=now)
    workers.report("w", "cpu")
    sent = recipe(shape="exact")
    assert "about 20 s" in client.get(reverse("generation:estimate"), sent).text
    for method, address in ((client.get, "generation:estimate"), (client.post, "generation:create")):
        answer = method(reverse(address), sent | changed)
        assert answer.status_code in {200, 302}
        if changed.keys() & {"width", "height", "steps", "model"} and method == client.get:
            assert "about" not in answer.text


def test_submitting_queues_the_request_and_shows_its_tiles(client: Client, model: Checkpoint, member: Member) -> None:
    client.force_login(member("mira"))
    sent = client.post(reverse("generation:create"), recipe())
    made = GenerationRequest.objects.get()
    assert sent.status_code == 303
    assert sent["Location"] == f"/create?request={made.pk}"
    assert (made.prompt, made.negative_prompt, made.count, made.steps) == ("1girl, smile", "glasses", 2, 4)
    page = client.get(sent["Location"])
    for job in made.jobs.all():
        assert f'id="job-{job.pk}"' in page.text
    assert "Next in line" in page.text
    assert "1 picture before it" in page.text
    assert "No worker is online right now" in page.text


def test_the_same_form_sent_twice_is_one_request(client: Client, model: Checkpoint, member: Member) -> None:
    client.force_login(member("mira"))
    first = client.post(reverse("generation:create"), recipe())
    second = client.post(reverse("generation:create"), recipe())
    assert first["Location"] == second["Location"]
    assert GenerationRequest.objects.count() == 1
    assert Job.objects.count() == 2


def test_a_script_gets_the_tiles_and_a_new_key(client: Client, model: Checkpoint, member: Member) -> None:
    client.force_login(member("mira"))
    sent = client.post(reverse("generation:create"), recipe(), headers={"HX-Request": "true"})
    made = GenerationRequest.objects.get()
    assert sent.status_code == 200
    assert sent["HX-Replace-Url"] == f"/create?request={made.pk}"
    assert f'id="request-{made.pk}"' in sent.text
    assert 'id="id_key"' in sent.text
    assert "a-key" not in sent.text
    assert "<html" not in sent.text


BAD = [
    ({"prompt": " "}, "prompt", {"en": "The prompt is empty", "ja": ""}),
    ({"prompt": "x" * 4001}, "prompt", {"en": "4001 characters", "ja": "4001"}),
    ({"sampler": "Magic"}, "sampler", {"en": "no sampler “Magic”", "ja": "Magic"}),
    ({"shape": "exact", "width": "72"}, "width", {"en": "72 isn't one of them", "ja": "72"}),
    ({"shape": "exact", "height": "4096"}, "height", {"en": "4096 isn't one of them", "ja": "4096"}),
    ({"shape": "exact", "width": "wide"}, "width", {"en": "whole number of pixels", "ja": ""}),
    ({"steps": "401"}, "steps", {"en": "1 to 400", "ja": "400"}),
    ({"guidance": "much"}, "guidance", {"en": "Guidance must be a number", "ja": ""}),
    ({"seed": "4294967296"}, "seed", {"en": "from 0 to 4294967295", "ja": "4294967295"}),
    ({"seed": "x"}, "seed", {"en": "from 0 to 4294967295", "ja": "4294967295"}),
    ({"count": "9"}, "count", {"en": "from 1 to 8", "ja": "8"}),
    ({"model": "gone"}, "model", {"en": "not available", "ja": ""}),
]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize(("changed", "field", "said"), BAD)
def test_a_bad_recipe_is_refused_beside_its_field_and_kept(
    client: Client,
    model: Checkpoint,
    member: Member,
    changed: dict[str, str],
    field: str,
    said: dict[str, str],
    script: bool,
    language: str,
) -> None:
    client.force_login(member("mira"))
    typed = {"prompt": "1girl, red hair, <b>", "negative_prompt": "晴れ"} | changed
    headers = {"Accept-Language": language} | ({"HX-Request": "true"} if script else {})
    with translation.override(language):
        answer = client.post(reverse("generation:create"), recipe(**typed), headers=headers)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    with translation.override(language):
        sentence = str(form.errors[field][0])
    assert said[language] in sentence
    assert (language == "ja") == bool(JAPANESE.search(sentence))
    assert escape(sentence) in answer.text
    for name, value in recipe(**typed).items():
        assert form[name].value() == value
    assert "1girl, red hair, &lt;b&gt;" in answer.text or field == "prompt"
    assert "晴れ" in answer.text
    assert "a-key" in answer.text
    assert not GenerationRequest.objects.exists()
    if script:
        assert answer["HX-Retarget"] == "#recipe"
        assert "<html" not in answer.text


def test_a_full_queue_is_said_before_and_after_sending(
    client: Client, model: Checkpoint, member: Member, settings: Any
) -> None:
    settings.QUEUE_MAX_WAITING_PER_USER = 2
    client.force_login(member("mira"))
    assert client.post(reverse("generation:create"), recipe()).status_code == 303
    assert "at most 2 may wait" in client.get("/create").text
    answer = client.post(reverse("generation:create"), recipe(key="other", prompt="night sky"))
    assert answer.status_code == 422
    assert "at most 2 may wait" in answer.text
    assert "night sky" in answer.text


def test_without_a_model_the_page_says_so(client: Client, member: Member) -> None:
    client.force_login(member("mira"))
    assert "There is no model to draw with" in client.get("/create").text
    answer = client.post(reverse("generation:create"), recipe())
    assert answer.status_code == 422
    assert "1girl, smile" in answer.text


def test_the_button_says_what_it_will_do(client: Client, model: Checkpoint) -> None:
    answer = client.get(reverse("generation:estimate"), {"model": "tiny", "shape": "square", "count": "3"})
    assert (answer.status_code, answer.text) == (200, "Draw 3 pictures")
    nonsense = client.get(reverse("generation:estimate"), {"model": "?", "width": "x", "count": "99"})
    assert (nonsense.status_code, nonsense.text) == (200, "Draw 1 picture")


@pytest.mark.parametrize("address", ["request", "request_cancel"])
def test_another_members_request_is_not_found(client: Client, ask: Ask, member: Member, address: str) -> None:
    made = ask(member("mira"))
    client.force_login(member("tomo"))
    path = reverse(f"generation:{address}", args=[made.pk])
    answer = client.post(path) if address.endswith("cancel") else client.get(path)
    assert answer.status_code == 404
    assert "<html" in answer.text
    assert made.jobs.get().state == JobState.QUEUED
    assert made.prompt not in client.get(f"/create?request={made.pk}").text
    assert client.get(f"/create?again={made.pk}").status_code == 404


def test_cancelling_stops_what_waits(client: Client, ask: Ask, member: Member) -> None:
    mira = member("mira")
    made = ask(mira, count=3)
    client.force_login(mira)
    one = made.jobs.get(index=0)
    sent = client.post(reverse("generation:job_cancel", args=[one.pk]))
    assert (sent.status_code, sent["Location"]) == (303, f"/create?request={made.pk}")
    assert [job.state for job in made.jobs.order_by("index")] == ["cancelled", "queued", "queued"]
    fragment = client.post(reverse("generation:request_cancel", args=[made.pk]), headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "data-live" not in fragment.text
    assert {job.state for job in made.jobs.all()} == {"cancelled"}
    assert client.get(reverse("generation:job_cancel", args=[one.pk])).status_code == 405


def test_a_preview_is_its_owners_alone_and_never_cached(client: Client, ask: Ask, member: Member) -> None:
    mira = member("mira")
    job = ask(mira).jobs.get()
    address = reverse("generation:job_preview", args=[job.pk])
    assert client.get(address).status_code == 302
    client.force_login(mira)
    assert client.get(address).status_code == 204
    JobPreview.objects.create(job=job, step=2, image=b"RIFF....WEBP")
    answer = client.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"RIFF....WEBP", "image/webp")
    assert answer["Cache-Control"] == "private, no-store"
    client.force_login(member("tomo"))
    assert client.get(address).status_code == 404


def test_the_fragment_shows_each_state_in_words(client: Client, ask: Ask, member: Member) -> None:
    mira = member("mira")
    made = ask(mira, count=3)
    jobs = list(made.jobs.order_by("index"))
    Job.objects.filter(pk=jobs[0].pk).update(state="failed", error_code="out_of_memory")
    Job.objects.filter(pk=jobs[1].pk).update(state="cancelled")
    client.force_login(mira)
    plain = client.get(reverse("generation:request", args=[made.pk]))
    assert (plain.status_code, plain["Location"]) == (302, f"/create?request={made.pk}")
    fragment = client.get(reverse("generation:request", args=[made.pk]), headers={"HX-Request": "true"}).text
    assert "enough memory" in fragment
    assert "Cancelled" in fragment
    assert "Next in line" in fragment


def test_events_are_not_for_visitors(client: Client, db: None) -> None:
    # 204 is what tells an EventSource not to come again.
    assert client.get(reverse("generation:events")).status_code == 204
    assert client.post(reverse("generation:events")).status_code == 405


@pytest.fixture
def shelf(model: Checkpoint) -> dict[str, Checkpoint]:
    """The tiny model, one of a stock pipeline that can't start from a picture, and one of an image server."""
    whole = {"min_side": 64, "max_side": 128, "side_multiple": 16, "samplers": ["Euler"]}
    stock = make_checkpoint("stock", family="CogView4Pipeline", abilities=["txt2img"], **whole)
    remote = make_checkpoint("remote", family="remote", path="", endpoint="http://gpu/v1", sha256="", **whole)
    model.abilities = ["txt2img", "img2img", "inpaint"]
    model.save()
    make_resource("bright", kind="vae")
    return {"tiny": model, "stock": stock, "remote": remote}


def hidden_parts(page: str) -> set[str]:
    """What the page doesn't offer."""
    tags = re.findall(r"<[^<>]*data-needs=[^<>]*>", page)
    return {re.findall(r'data-needs="(\w+)"', tag)[0] for tag in tags if re.search(r"\shidden\b", tag)}


def test_what_the_chosen_model_cannot_do_is_not_offered(client: Client, shelf: Any, member: Member) -> None:
    client.force_login(member("mira"))
    assert hidden_parts(client.get("/create?model=tiny").text) == set()
    assert hidden_parts(client.get("/create?model=stock").text) == {"img2img", "hires", "clip_skip", "vae"}
    assert hidden_parts(client.get("/create?model=remote").text) == {"hires", "clip_skip", "vae"}


def test_what_was_typed_for_another_model_stays_in_sight_with_its_sentence(
    client: Client, shelf: Any, member: Member
) -> None:
    client.force_login(member("mira"))
    asked = recipe(model="remote", clip_skip="2", hires_scale="1.5", vae="bright", prompt="<lora:ink:1>")
    answer = client.post("/create", asked)
    assert answer.status_code == 422
    assert hidden_parts(answer.text) == set()
    for field, said in (
        ("clip_skip", "Set clip skip to 1"),
        ("hires_scale", "one pass only"),
        ("vae", "its own VAE only"),
        ("prompt", "takes no LoRAs"),
    ):
        assert said in str(answer.context["form"].errors[field]), field
    assert 'value="1.5"' in answer.text
    assert not GenerationRequest.objects.exists()
    assert client.post("/create", recipe(model="remote", clip_skip="1")).status_code == 303


def test_a_model_that_reads_plain_sentences_says_so(client: Client, shelf: Any, member: Member) -> None:
    client.force_login(member("mira"))
    for slug, name in (("stock", "Stock"), ("remote", "Remote")):
        assert f"“{name}” reads plain sentences" in client.get(f"/create?model={slug}").text
    assert "“Tiny” reads" not in client.get("/create?model=tiny").text
