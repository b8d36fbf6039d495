"""LoRAs, embeddings, VAE, clip skip, syntax and the second pass at the door."""

from collections.abc import Callable
from typing import Any

import pytest

from gallery.models import User
from generation.engine_jobs import embeddings_of, engine_job, uses_of
from generation.errors import RequestRefused
from generation.finishing import recipe_for
from generation.models import Checkpoint, GenerationRequest, Job, Resource, Wildcard
from generation.requests import submit

Member = Callable[[str], User]


def make(slug: str, kind: str = "lora", family: str = "sd1", **fields: Any) -> Resource:
    """A file that nobody reads here."""
    whole = {"name": slug.replace("-", " ").title(), "path": f"/nowhere/{slug}", "sha256": f"{len(slug):02x}" * 32}
    return Resource.objects.create(kind=kind, slug=slug, family=family, **(whole | fields))


@pytest.fixture
def shelf(db: None) -> dict[str, Resource]:
    """What a site has."""
    return {
        "red": make("red-eyes"),
        "ink": make("ink"),
        "xl": make("xl-lora", family="sdxl"),
        "broken": make("broken", state="corrupt"),
        "bad": make("bad-hands", "embedding"),
        "vae": make("bright", "vae"),
        "xl_vae": make("xl-vae", "vae", family="sdxl"),
    }


def refusal(user: User, **wanted: Any) -> list[tuple[str, str]]:
    """The problems of a request that is refused."""
    with pytest.raises(RequestRefused) as caught:
        submit(user, {"prompt": "1girl", "seed": 1} | wanted, "k")
    assert not GenerationRequest.objects.exists()
    return caught.value.problems


BAD = [
    ({"prompt": "1girl <lora:red-eye:1>"}, "prompt", "Did you mean “red-eyes”"),
    ({"prompt": "<lora:zzzzzz>"}, "prompt", "no LoRA “zzzzzz”"),
    ({"prompt": "<lora:broken:1>"}, "prompt", "no LoRA “broken”"),
    ({"prompt": "<lora:xl-lora:1>"}, "prompt", "made for sdxl models"),
    ({"prompt": "<lora:ink:1000>"}, "prompt", "-10 to 10"),
    ({"prompt": "<lora:ink:-10.5>"}, "prompt", "-10 to 10"),
    ({"prompt": "<lora:ink:much>"}, "prompt", "Write it as <lora:name:0.8>"),
    ({"prompt": "<lora:ink:nan>"}, "prompt", "Write it as <lora:name:0.8>"),
    ({"prompt": "<lora:ink:0.5:inf>"}, "prompt", "Write it as <lora:name:0.8>"),
    ({"prompt": "<lora:ink:1:1:1>"}, "prompt", "Write it as <lora:name:0.8>"),
    ({"prompt": "(red eyes:1000)"}, "prompt", "-10 to 10"),
    ({"negative_prompt": "(red eyes:-11)"}, "negative_prompt", "-10 to 10"),
    ({"prompt": "1000::red eyes::", "syntax": "novelai"}, "prompt", "-10 to 10"),
    ({"prompt": "<hypernet:ink:1>"}, "prompt", "no hypernetworks"),
    ({"prompt": "<lora:ink:1> <lora:Ink:0.5>"}, "prompt", "twice"),
    ({"negative_prompt": "<lora:ink:1>"}, "negative_prompt", "Move it there"),
    ({"prompt": "x" * 100_000}, "prompt", "100000"),
    ({"vae": "xl-vae"}, "vae", "made for sdxl models"),
    ({"vae": "gone"}, "vae", "no such VAE"),
    ({"vae": "ink"}, "vae", "no such VAE"),
    ({"sampler": "LCM", "steps": 90}, "steps", "does 50 steps at most"),
    ({"sampler": "LCM", "steps": 4, "hires_scale": 2, "hires_steps": 90}, "hires_steps", "1 to 50"),
    ({"clip_skip": 0}, "clip_skip", "1 to 12"),
    ({"clip_skip": 13}, "clip_skip", "1 to 12"),
    ({"syntax": "comfy"}, "syntax", "A1111, NovelAI"),
    ({"hires_scale": 1}, "hires_scale", "more than 1"),
    ({"hires_scale": 4.5}, "hires_scale", "at most 4"),
    ({"hires_scale": "big"}, "hires_scale", "more than 1"),
    ({"hires_scale": 1.01}, "hires_scale", "less than a step"),
    ({"width": 128, "height": 128, "hires_scale": 2.5}, "hires_scale", "320 × 320"),
    ({"hires_scale": 2, "hires_steps": 0}, "hires_steps", "1 to 400"),
    ({"hires_scale": 2, "hires_strength": 0}, "hires_strength", "above 0"),
    ({"hires_scale": 2, "hires_strength": "nan"}, "hires_strength", "above 0"),
    ({"hires_scale": 2, "hires_upscaler": "magic"}, "hires_upscaler", "from the list"),
]


@pytest.mark.parametrize(("wanted", "field", "said"), BAD)
def test_what_cannot_be_added_is_refused_with_a_sentence_at_its_field(
    model: Checkpoint, shelf: Any, member: Member, wanted: dict[str, Any], field: str, said: str
) -> None:
    problems = refusal(member("mira"), **wanted)
    assert [name for name, _sentence in problems] == [field]
    assert said in problems[0][1]


def test_what_somebody_may_not_use_does_not_exist_for_them(model: Checkpoint, shelf: Any, member: Member) -> None:
    mira, tomo = member("mira"), member("tomo")
    Resource.objects.filter(slug="ink").update(min_role="admin")
    Resource.objects.get(slug="ink").allowed_users.add(tomo)
    assert "no LoRA “ink”" in refusal(mira, prompt="<lora:ink:1>")[0][1]
    assert submit(tomo, {"prompt": "<lora:ink:1>"}, "k").resources.count() == 1
    Checkpoint.objects.update(min_role="admin", is_default=False)
    for wanted in (model.slug, Checkpoint.objects.get(), None):
        with pytest.raises(RequestRefused) as caught:
            submit(mira, {"prompt": "1girl", "model": wanted}, "other")
        assert caught.value.problems == [("model", "There is no such model. Choose one from the list.")]


def test_a_models_usual_vae_is_used_and_written_down(model: Checkpoint, shelf: Any, member: Member) -> None:
    model.default_vae = shelf["vae"]
    model.save()
    job = drawn(member("mira"))
    assert job.request.vae is None
    assert engine_job(job, 1).vae == "/nowhere/bright"
    assert recipe_for(job).vae == "Bright"


def drawn(user: User, **wanted: Any) -> Job:
    """The first job of a request."""
    return submit(user, {"prompt": "1girl", "seed": 1} | wanted, "k").jobs.select_related("request").get(index=0)


def test_loras_of_the_prompt_become_rows_and_leave_the_text_that_is_encoded(
    model: Checkpoint, shelf: dict[str, Resource], member: Member
) -> None:
    typed = "1girl <lora:Red-Eyes:0.8>, smile <lora:INK:0.5:-1.5>"
    job = drawn(member("mira"), prompt=typed)
    assert job.request.prompt == typed
    rows = {use.resource.slug: (use.weight, use.text_weight) for use in job.request.resources.all()}
    assert rows == {"red-eyes": (0.8, 0.8), "ink": (-1.5, 0.5)}
    asked = engine_job(job, 1)
    assert asked.prompt == "1girl , smile"
    assert [(use.path, use.weight, use.text_weight) for use in asked.loras] == [
        ("/nowhere/red-eyes", 0.8, 0.8),
        ("/nowhere/ink", -1.5, 0.5),
    ]
    recipe = recipe_for(job)
    assert recipe.prompt == typed
    assert [(lora.name, lora.weight) for lora in recipe.loras] == [("red-eyes", 0.8), ("ink", -1.5)]
    assert recipe.loras[0].sha256 == shelf["red"].sha256


def test_a_lora_is_found_by_the_name_that_people_see(model: Checkpoint, shelf: Any, member: Member) -> None:
    assert [lora.slug for lora, _w, _t in uses_of(drawn(member("mira"), prompt="a <lora:Red Eyes:1>"))] == ["red-eyes"]


def test_a_short_name_goes_before_names_and_of_equal_names_the_oldest_counts(
    model: Checkpoint, shelf: Any, member: Member
) -> None:
    make("eyes-one", name="Ink")
    make("eyes-two", name="Ink Wash")
    make("eyes-three", name="INK WASH")
    make("late", "vae", name="Early")
    make("early", "vae")
    job = drawn(member("mira"), prompt="1girl <lora:eyes-one:0.1> <lora:Ink:0.2> <lora:eyes-three:0.3> <lora:ink wash>")
    found = [(lora.slug, weight) for lora, weight, _text in uses_of(job)]
    assert found == [("eyes-one", 0.1), ("ink", 0.2), ("eyes-three", 0.3), ("eyes-two", 1.0)]
    assert {use.resource.slug: use.weight for use in job.request.resources.all()} == dict(found)
    assert [lora.name for lora in recipe_for(job).loras] == [slug for slug, _weight in found]
    named = submit(member("tomo"), {"prompt": "1girl", "vae": "Early"}, "k")
    assert named.vae == Resource.objects.get(slug="early")


def elsewhere(model: Checkpoint, family: str) -> Checkpoint:
    """The same model as if something else drew it."""
    model.family, model.abilities = family, ["txt2img", "img2img", "inpaint"]
    if family == "remote":
        model.path, model.endpoint = "", "http://gpu/v1"
    model.save()
    return model


@pytest.mark.parametrize("family", ["FluxPipeline", "remote"])
@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        ({"clip_skip": 2}, "clip_skip", "Set clip skip to 1"),
        ({"hires_scale": 1.5}, "hires_scale", "in one pass only"),
        ({"prompt": "1girl <lora:flux-lora:1>"}, "prompt", "takes no LoRAs. Take <lora:flux-lora>"),
        ({"prompt": "1girl <lora:nobody-knows:1>"}, "prompt", "takes no LoRAs"),
        ({"vae": "flux-vae"}, "vae", "its own VAE only"),
    ],
)
def test_what_a_family_never_does_is_refused_at_the_door(
    model: Checkpoint, member: Member, family: str, wanted: dict[str, Any], field: str, said: str
) -> None:
    elsewhere(model, family)
    make("flux-lora", family=family)
    make("flux-vae", "vae", family=family)
    problems = refusal(member("mira"), **wanted)
    assert [name for name, _sentence in problems] == [field]
    assert said in problems[0][1]
    assert "“Tiny”" in problems[0][1], "it names the model"
    assert drawn(member("tomo"), clip_skip=1, prompt="(1girl:1.2)").request.checkpoint == model


def test_the_word_of_an_embedding_is_just_a_word_where_there_are_none(model: Checkpoint, member: Member) -> None:
    elsewhere(model, "FluxPipeline")
    make("neat", "embedding", family="FluxPipeline")
    assert embeddings_of(drawn(member("mira"), prompt="1girl, neat")) == []


def test_pictures_of_one_request_have_the_loras_that_their_wildcards_drew(
    model: Checkpoint, shelf: Any, member: Member
) -> None:
    Wildcard.objects.create(name="look", text="<lora:ink:1>\n<lora:red-eyes:0.5>")
    request = submit(member("mira"), {"prompt": "1girl, __look__", "seed": 1, "count": 8}, "k")
    assert {use.resource.slug for use in request.resources.all()} == {"ink", "red-eyes"}
    for job in request.jobs.select_related("request"):
        assert [f"<lora:{lora.slug}:{weight:g}>" for lora, weight, _text in uses_of(job)] == [job.prompt[7:]]


def test_words_that_embeddings_stand_behind_are_found_in_both_texts(
    model: Checkpoint, shelf: Any, member: Member
) -> None:
    job = drawn(member("mira"), negative_prompt="(Bad-Hands:1.2), bad-handshake")
    assert [(word, one.slug) for word, one in embeddings_of(job)] == [("Bad-Hands", "bad-hands")]
    assert engine_job(job, 1).embeddings[0].word == "Bad-Hands"
    assert embeddings_of(drawn(member("tomo"), prompt="bad-handshake")) == []


def test_vae_clip_skip_syntax_and_exact_reach_the_engine_and_the_recipe(
    model: Checkpoint, shelf: Any, member: Member
) -> None:
    job = drawn(member("mira"), vae="bright", clip_skip=2, syntax="novelai", exact=True)
    asked = engine_job(job, 1)
    assert (asked.vae, asked.clip_skip, asked.syntax, asked.exact) == ("/nowhere/bright", 2, "novelai", True)
    recipe = recipe_for(job)
    assert (recipe.vae, recipe.clip_skip) == ("Bright", 2)


def test_a_second_pass_costs_its_own_steps_at_its_own_size(model: Checkpoint, member: Member) -> None:
    job = drawn(member("mira"), steps=10, width=64, height=96, hires_scale=1.5, hires_steps=8, hires_strength=0.5)
    assert job.steps_total == 10 + 4
    assert job.cost == pytest.approx((64 * 96 * 10 + 96 * 144 * 4) / 1e6)
    second = engine_job(job, 1).hires
    assert second is not None
    assert (second.width, second.height, second.steps, second.strength) == (96, 144, 8, 0.5)
    # What is left open is the first pass's.
    assert drawn(member("tomo"), steps=10, hires_scale=2).request.hires_steps == 10
