"""The page "Create" with pictures, masks and text to add; the take's page with what it was drawn over."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from gallery import ingest
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.models import Asset, User
from generation.models import Checkpoint, GenerationRequest, Mask, PromptStyle, Resource, Take, Wildcard
from tests.factories import make_checkpoint, make_image, make_post, make_recipe, make_take, make_user
from tests.generation.test_pages_create import recipe


def sent(image: Image.Image, name: str = "picture.png") -> SimpleUploadedFile:
    """The picture as a browser sends it."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def masked(width: int = 64, height: int = 64) -> Image.Image:
    image = Image.new("L", (width, height), 0)
    image.paste(255, (0, 0, width // 2, height))
    return image


def test_a_picture_and_a_mask_are_drawn_with(client: Client, mira: User) -> None:
    answer = client.post(
        "/create",
        recipe(source_file=sent(make_image(80, 64)), mask_file=sent(masked(80, 64)), strength="0.4", shape=""),
    )
    assert answer.status_code == 303
    made = GenerationRequest.objects.get()
    assert (made.source_asset.width, made.source_asset.height, made.source_asset.owner) == (80, 64, mira)
    assert (made.width, made.height, made.strength) == (80, 64, 0.4)
    assert (made.mask.owner, made.mask.width) == (mira, 80)


def test_what_was_sent_survives_a_complaint_about_something_else(client: Client, mira: User) -> None:
    files = {"source_file": sent(make_image(64, 64)), "mask_file": sent(masked())}
    answer = client.post("/create", recipe(steps="4000", outpaint=["8", "", "", ""], **files))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"steps", "outpaint"}
    asset, mask = Asset.objects.get(), Mask.objects.get()
    assert f'name="source" value="upload:{asset.key}"' in answer.text
    assert f'name="mask" value="{mask.pk}"' in answer.text
    assert answer.context["margins"][0][0] == "8"
    kept = recipe(source=f"upload:{asset.key}", mask=str(mask.pk), shape="source", strength="0.5")
    assert client.post("/create", kept).status_code == 303
    made = GenerationRequest.objects.get()
    assert (made.source_asset, made.mask) == (asset, mask)


@pytest.mark.parametrize(
    ("files", "field", "said"),
    [
        ({"source_file": SimpleUploadedFile("a.png", b"no picture")}, "source", "read as a picture"),
        ({"source_file": SimpleUploadedFile("a.png", b"")}, "source", "file is empty"),
        ({"source": "take:1", "mask_file": SimpleUploadedFile("a.png", b"no picture")}, "mask", "read as a picture"),
        ({"mask_file": sent(Image.new("L", (64, 64), 0))}, "mask", "The mask is empty"),
        ({"mask_file": sent(Image.new("L", (64, 64), 255))}, "mask", "covers the whole"),
        ({"source_file": sent(make_image(64, 64)), "mask_file": sent(masked(64, 80))}, "mask", "64 × 80"),
        ({"source": "take:123456789"}, "source", "no such picture"),
        ({"source": "nonsense:1", "mask": "x"}, "mask", "needs a picture"),
    ],
)
def test_a_bad_file_is_refused_beside_its_input(
    client: Client, mira: User, files: dict[str, Any], field: str, said: str
) -> None:
    for each in files.values():
        if hasattr(each, "seek"):
            each.seek(0)
    answer = client.post("/create", recipe(**files))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert said in str(answer.context["form"].errors[field])
    assert "1girl, smile" in answer.text
    assert not GenerationRequest.objects.exists()


@pytest.mark.parametrize(
    "refused",
    [Image.new("L", (64, 64), 0), Image.new("L", (64, 64), 255), masked(64, 80), None],
    ids=["empty", "full", "of another size", "no picture"],
)
def test_a_refused_mask_isnt_forgotten(client: Client, mira: User, refused: Image.Image | None) -> None:
    file = SimpleUploadedFile("a.png", b"no picture") if refused is None else sent(refused)
    start = recipe(source=f"take:{make_take(mira).pk}", shape="source", strength="0.5")
    before = GenerationRequest.objects.count()
    answer = client.post("/create", start | {"mask_file": file, "apply": "upload"})
    assert answer.status_code == 422
    assert 'name="mask_refused" value="1"' in answer.text
    assert 'name="without_mask"' in answer.text

    # Text is added to the prompt meanwhile; then the button is pressed again.
    kept = start | {"mask_refused": "1"}
    assert 'name="mask_refused" value="1"' in client.post("/create", kept | {"apply": "wildcard"}).text
    again = client.post("/create", kept)
    assert again.status_code == 422
    assert "The mask was refused" in str(again.context["form"].errors["mask"])
    assert 'name="mask_refused" value="1"' in again.text
    assert GenerationRequest.objects.count() == before

    assert 'name="mask_refused"' not in client.post("/create", kept | {"apply": "remove_source"}).text
    assert client.post("/create", kept | {"key": "a", "without_mask": "1"}).status_code == 303
    assert client.post("/create", kept | {"key": "b", "mask_file": sent(masked())}).status_code == 303
    assert [made.mask_id is None for made in GenerationRequest.objects.order_by("-pk")[:2]] == [False, True]


def test_a_masks_size_is_judged_first_and_when_it_is_sent(client: Client, mira: User) -> None:
    start = recipe(source=f"take:{make_take(mira).pk}", apply="upload")
    for mask in (masked(80, 64), Image.new("L", (80, 64), 0)):
        answer = client.post("/create", start | {"mask_file": sent(mask)})
        assert "80 × 64 pixels, the picture 64 × 64" in str(answer.context["form"].errors["mask"])
    assert not Mask.objects.exists()


@pytest.mark.parametrize("typed", [{"steps": "5"}, {"seed": "7"}, {"exact": "on"}, {"hires_steps": "3"}, {}])
def test_a_fold_with_something_in_it_stays_open_when_a_file_is_sent(
    client: Client, mira: User, painter: Checkpoint, typed: dict[str, str]
) -> None:
    own = {"steps": str(painter.default_steps), "guidance": f"{painter.default_guidance:g}"}
    own |= {"sampler": painter.default_sampler, "clip_skip": str(painter.default_clip_skip), "syntax": "a1111"}
    page = client.post("/create", recipe(apply="upload", source_file=sent(make_image(64, 64)), **(own | typed)))
    second = "hires_steps" in typed
    assert (page.context["more_open"], page.context["second_pass_open"]) == (bool(typed) and not second, second)


def test_who_may_send_no_more_today_reads_so_beside_the_input(client: Client, mira: User, settings: Any) -> None:
    settings.UPLOADS_PER_DAY = 1
    picture, mask = make_image(64, 64), masked()
    assert client.post("/create", recipe(apply="upload", source_file=sent(picture))).status_code == 200
    for files, field in (({"source_file": sent(make_image(64, 64))}, "source"), ({"mask_file": sent(mask)}, "mask")):
        answer = client.post("/create", recipe(source=f"upload:{Asset.objects.get().key}", **files))
        assert answer.status_code == 422
        assert "sent 1 files today" in str(answer.context["form"].errors[field])
        assert "1girl, smile" in answer.text
        assert f"upload:{Asset.objects.get().key}" in answer.text
    assert client.post("/create", recipe(shape="", source_file=sent(picture))).status_code == 303
    assert not Mask.objects.exists()


def test_a_file_is_shown_before_anything_is_drawn(client: Client, mira: User) -> None:
    answer = client.post("/create", recipe(prompt="", apply="upload", source_file=sent(make_image(64, 64))))
    assert answer.status_code == 200
    assert not answer.context["form"].errors
    assert f"upload:{Asset.objects.get().key}" in answer.text
    assert 'value="source" checked' in answer.text
    without = client.post("/create", recipe(apply="remove_source", source=f"upload:{Asset.objects.get().key}"))
    assert 'name="source"' not in without.text


def test_the_buttons_put_text_into_the_boxes_without_scripts(client: Client, mira: User) -> None:
    style = PromptStyle.objects.create(name="Ink", prompt="ink, {prompt}, paper", negative_prompt="colour")
    theirs = PromptStyle.objects.create(owner=make_user(), name="Own", prompt="secret words")
    lora = {"kind": "lora", "family": "sd1", "path": "/x", "sha256": "ab" * 32, "default_weight": 0.8}
    Resource.objects.create(slug="red-eyes", name="Red", trigger_words=["red eyes"], **lora)

    def apply(**pressed: str) -> tuple[str, str]:
        answer = client.post("/create", recipe(prompt="1girl, ", negative_prompt="hat", **pressed))
        assert answer.status_code == 200
        form = answer.context["form"]
        return form["prompt"].value(), form["negative_prompt"].value()

    assert apply(apply="style", style=str(style.pk)) == ("ink, 1girl, , paper", "hat, colour")
    assert apply(apply="lora", lora="red-eyes") == ("1girl, <lora:red-eyes:0.8>, red eyes", "hat")
    assert apply(apply="lora", lora="red-eyes", lora_weight="-1")[0] == "1girl, <lora:red-eyes:-1>, red eyes"
    assert apply(apply="wildcard", wildcard="hair") == ("1girl, __hair__", "hat")
    for act in (
        {"style": str(theirs.pk)},
        {"style": "9" * 99},
        {"style": "\x00"},
        {"lora": "gone\x00"},
        {"nonsense": ""},
    ):
        assert apply(apply=next(iter(act)), **act) == ("1girl, ", "hat")
    assert not GenerationRequest.objects.exists()


def test_a_take_is_drawn_over_from_its_page(client: Client, mira: User) -> None:
    take = make_take(mira, prompt="1girl, smile", width=80, height=64)
    page = client.get(f"/create?edit_take={take.pk}")
    form = page.context["form"]
    assert (form["source"].value(), form["prompt"].value(), form["shape"].value()) == (
        f"take:{take.pk}",
        "1girl, smile",
        "source",
    )
    assert form["seed"].value() is None
    made = client.post("/create", recipe(source=f"take:{take.pk}", shape="source", width="128", height="128"))
    assert made.status_code == 303
    request = GenerationRequest.objects.order_by("-pk")[0]
    assert (request.source_take, request.width, request.height) == (take, 80, 64)
    client.force_login(make_user())
    assert client.get(f"/create?edit_take={take.pk}").status_code == 404


def test_a_take_of_a_model_that_cannot_is_drawn_over_by_one_that_can(client: Client, mira: User) -> None:
    take = make_take(mira, prompt="1girl, smile")
    Checkpoint.objects.update(abilities=["txt2img"])
    page = client.get(f"/create?edit_take={take.pk}")
    assert "No model here can start from a picture" in page.context["notice"]
    assert not page.context["form"]["source"].value()
    able = make_checkpoint("brush", name="Brush")
    page = client.get(f"/create?edit_take={take.pk}")
    form = page.context["form"]
    assert (form["model"].value(), form["source"].value()) == (able.slug, f"take:{take.pk}")
    assert "“Brush” draws over this one" in page.context["notice"]


def test_a_post_is_drawn_over_with_its_words_where_they_may_be_read(client: Client, mira: User) -> None:
    shown = make_post(make_user(), recipe=make_recipe(prompt="open words"))
    quiet = make_post(make_user(), recipe=make_recipe(prompt="quiet words"), prompt_visibility="hidden")
    hidden = make_post(make_user(), rating="e")
    assert client.get(f"/create?edit={shown.pk}").context["form"]["prompt"].value() == "open words"
    page = client.get(f"/create?edit={quiet.pk}")
    assert page.context["source"].asset == quiet.asset
    assert "quiet words" not in page.text
    assert client.get(f"/create?edit={hidden.pk}").status_code == 404
    assert f"/create?edit={shown.pk}" in client.get(reverse("gallery:post", args=[shown.pk])).text


def test_a_takes_page_shows_what_it_was_drawn_over_and_what_was_drawn_over_it(client: Client, mira: User) -> None:
    first = make_take(mira)
    client.post("/create", recipe(source=f"take:{first.pk}", mask_file=sent(masked()), count="1", strength="0.35"))
    request = GenerationRequest.objects.order_by("-pk")[0]
    second = make_take(mira, source_take=first.pk, mask=request.mask_id, strength=0.35)
    page = client.get(reverse("generation:take", args=[second.pk])).text
    assert reverse("generation:take", args=[first.pk]) in page
    assert reverse("generation:mask", args=[request.mask_id]) in page
    assert "0.35" in page
    assert "Denoising strength: 0.35, Mask blur: 4" in page
    assert reverse("generation:take", args=[second.pk]) in client.get(reverse("generation:take", args=[first.pk])).text
    assert client.get(reverse("generation:mask", args=[request.mask_id]))["Content-Type"] == "image/png"


def test_a_source_that_was_hidden_since_is_not_shown_on_the_takes_page(client: Client, mira: User) -> None:
    post = make_post(make_user())
    take = make_take(mira, source_post=post.pk)
    assert post.asset.key in client.get(reverse("generation:take", args=[take.pk])).text
    type(post).objects.filter(pk=post.pk).update(status="removed")
    page = client.get(reverse("generation:take", args=[take.pk])).text
    assert post.asset.key not in page
    assert "can’t be seen any more" in page


def test_a_source_that_the_viewers_filter_blurs_is_shown_blurred(client: Client, mira: User) -> None:
    post = make_post(make_user(), tags=["spider"])
    take = make_take(mira, source_post=post.pk)
    pages = (reverse("generation:take", args=[take.pk]), f"/create?edit={post.pk}")
    blurred, small = (reverse("gallery:media", args=[post.asset.key, name, "webp"]) for name in ("b360", "180"))
    for page in pages:
        assert small in client.get(page).text
    filters.choose(mira, filters.create(mira, "Calm", Said(rules=Rules(blur=("spider",)))))
    take_page, start_page = (client.get(page).text for page in pages)
    assert blurred in take_page
    assert "Show it on its own page first" in start_page
    assert small not in take_page + start_page
    assert client.get(blurred).status_code == 200


def test_using_a_request_again_brings_everything_back(client: Client, mira: User) -> None:
    Wildcard.objects.create(name="hair", text="red hair\nblue hair")
    take = make_take(mira)
    mask = recipe(source=f"take:{take.pk}", shape="source", mask_file=sent(masked()), mask_blur="7", only_masked="16")
    client.post("/create", mask | {"prompt": "__hair__", "clip_skip": "2", "exact": "on", "strength": "0.3"})
    made = GenerationRequest.objects.order_by("-pk")[0]
    form = client.get(f"/create?again={made.pk}").context["form"]
    expected = {
        "prompt": "__hair__", "source": f"take:{take.pk}", "mask": made.mask_id, "mask_blur": 7, "only_masked": 16,
        "strength": 0.3, "clip_skip": 2, "exact": True,
    }  # fmt: skip
    assert {name: form[name].value() for name in expected} == expected


def test_drawing_a_take_again_takes_the_words_that_its_wildcards_drew(client: Client, mira: User) -> None:
    Wildcard.objects.create(name="hair", text="red hair")
    take = make_take(mira, prompt="1girl, __hair__")
    Wildcard.objects.update(text="blue hair")
    assert client.get(f"/create?take={take.pk}").context["form"]["prompt"].value() == "1girl, red hair"
    fresh = client.get(f"/create?take={take.pk}&seed=new").context["form"]
    assert fresh["prompt"].value() == "1girl, __hair__"
    assert "Typed with wildcards" in client.get(reverse("generation:take", args=[take.pk])).text


def test_enter_in_a_field_draws(client: Client, mira: User) -> None:
    page = client.get("/create").text
    form = page[page.index('<form class="recipe"') :]
    # A browser presses a form's first button.
    assert "name=" not in form[form.index("<button") : form.index("</button>")]


def test_the_estimate_counts_strength_and_second_pass(client: Client, mira: User) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from generation.models import Job
    from generation.queueing import workers

    job = make_take(mira, steps=10).job
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(started_at=now - timedelta(seconds=100), finished_at=now)
    workers.report("w", "cpu")
    asked = recipe(steps="10", count="1")
    assert "about 2 min" in client.get(reverse("generation:estimate"), asked).text
    over = asked | {"source": f"take:{Take.objects.get().pk}", "strength": "0.2"}
    assert "about 20 s" in client.get(reverse("generation:estimate"), over).text
    twice = asked | {"hires_scale": "2", "hires_strength": "0.5"}
    assert "about 5 min" in client.get(reverse("generation:estimate"), twice).text
    assert ingest.picture_of(Take.objects.get().asset).size == (64, 64)


def test_an_enlarged_picture_is_listed_at_its_own_size(client: Client, mira: User) -> None:
    take = make_take(mira, image=make_image(96, 96), hires_scale=1.5)
    for address in ("/create", reverse("generation:take", args=[take.pk])):
        assert re.search(r"<(span|dd)>96 × 96 from 64 × 64</", client.get(address).text)
    plain = make_take(mira)
    assert "<dd>64 × 64</dd>" in client.get(reverse("generation:take", args=[plain.pk])).text
