"""Pictures to start from: whose, how large, with which mask and margins; and what becomes of the lineage."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gallery import ingest, posts
from gallery.errors import Invalid
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.labels.acts import decide
from gallery.models import Asset, AssetFile, Post, User
from gallery.provenance import COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
from gallery.uploads import publish_sent
from generation import takes
from generation.engine import Finished
from generation.engine_jobs import engine_job
from generation.errors import JobImpossible, RequestRefused
from generation.finishing import finish, recipe_for
from generation.masks import MaskRefused, keep_mask
from generation.models import Checkpoint, GenerationRequest, Job, Mask, Take
from generation.requests import submit
from tests.factories import make_asset, make_image, make_post, make_user, start_job
from tests.gallery.uploads.crafted import A1111, sent
from tests.gallery.uploads.crafted import png as png_of

Draw = Callable[..., Take]


@pytest.fixture
def draw(painter: Checkpoint) -> Draw:
    """A function that gives somebody a take: `draw(user, source_take=…)`."""
    numbers = iter(range(1000))

    def make(user: User, **wanted: Any) -> Take:
        request = submit(user, {"prompt": "1girl", "seed": 1} | wanted, f"draw-{next(numbers)}")
        job = request.jobs.select_related("request__checkpoint", "user").get()
        image = make_image(request.width, request.height)
        finish(job, start_job(job), Finished(job.pk, image, job.steps_total, (1,)))
        return Take.objects.get(job=job)

    return make


def png(image: Image.Image) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out


def mask_image(width: int, height: int, mode: str = "L") -> Image.Image:
    """Black, with a white rectangle."""
    image = Image.new(mode, (width, height), 0)
    image.paste(255, (width // 4, height // 4, width // 2, height // 2))
    return image


def make_mask(user: User, width: int, height: int) -> Mask:
    file = png(mask_image(width, height))
    return keep_mask(user, file, len(file.getvalue()))


def refusal(user: User, **wanted: Any) -> list[tuple[str, str]]:
    with pytest.raises(RequestRefused) as caught:
        submit(user, {"prompt": "1girl", "seed": 1} | wanted, "refused")
    assert not GenerationRequest.objects.filter(idempotency_key="refused").exists()
    return caught.value.problems


def only_job(user: User, **wanted: Any) -> Job:
    request = submit(user, {"prompt": "1girl", "seed": 1} | wanted, "only")
    return request.jobs.select_related("request__checkpoint", "request__user", "user").get()


# --- whose


def test_a_source_of_somebody_else_does_not_exist(draw: Draw) -> None:
    mira, tomo = make_user(), make_user()
    take = draw(tomo)
    upload = ingest.keep_upload(tomo, make_image())
    hidden = make_post(tomo, rating="e")
    removed = make_post(tomo, status="removed")
    for wanted in (
        {"source_take": take.pk},
        {"source_take": 10**17},
        {"source_take": "9" * 5000},
        {"source_asset": upload.key},
        {"source_asset": take.asset.key},
        {"source_asset": "a\x00b"},
        {"source_post": hidden.pk},
        {"source_post": removed.pk},
        {"source_post": "x"},
    ):
        assert [(field, text[:29]) for field, text in refusal(mira, **wanted)] == [
            ("source", "There is no such picture that")
        ]


def test_somebody_elses_mask_does_not_exist(draw: Draw) -> None:
    mira, tomo = make_user(), make_user()
    take = draw(mira)
    theirs = make_mask(tomo, take.asset.width, take.asset.height)
    problems = refusal(mira, source_take=take.pk, mask=theirs.pk)
    assert [field for field, _ in problems] == ["mask"]


def test_a_post_that_the_viewer_may_see_can_be_drawn_over(draw: Draw) -> None:
    mira = make_user()
    post = make_post(make_user())
    job = only_job(mira, source_post=post.pk, strength=0.5, steps=4)
    assert (job.request.source_asset, job.request.source_post, job.request.source_take) == (post.asset, post, None)
    assert engine_job(job, 1).source.tobytes() == ingest.picture_of(post.asset).tobytes()


def test_a_post_that_was_hidden_meanwhile_is_drawn_over_no_more(draw: Draw) -> None:
    post = make_post(make_user())
    job = only_job(make_user(), source_post=post.pk)
    posts.set_status(post, posts.PostStatus.REMOVED)
    with pytest.raises(JobImpossible) as caught:
        engine_job(job, 1)
    assert caught.value.code == "source_gone"


def test_a_post_that_its_drawers_filter_hides_is_drawn_over_once_they_asked_for_it(draw: Draw) -> None:
    mira, post = make_user(), make_post(make_user(), tags=["spider"])
    filters.choose(mira, filters.create(mira, "Calm", Said(rules=Rules(("spider",)))))
    mira.asked_for = frozenset({post.pk})  # type: ignore[attr-defined]
    only_job(mira, source_post=post.pk)
    # A worker knows nothing of cookies.
    job = Job.objects.select_related("request__user").get()
    assert engine_job(job, 1).source is not None


def test_a_source_whose_post_left_no_row_is_drawn_over_no_more(draw: Draw) -> None:
    mira, post = make_user(), make_post(make_user())
    job, own = only_job(mira, source_post=post.pk), draw(mira)
    # As the foreign key leaves it when the post's row goes.
    GenerationRequest.objects.filter(pk=job.request_id).update(source_post=None)
    job.request.refresh_from_db()
    with pytest.raises(JobImpossible) as caught:
        engine_job(job, 1)
    assert caught.value.code == "source_gone"
    GenerationRequest.objects.filter(pk=job.request_id).update(source_asset=own.asset)
    job.request.refresh_from_db()
    assert engine_job(job, 1).source is not None


def test_a_model_that_cannot_start_from_pictures_says_so(draw: Draw, painter: Checkpoint) -> None:
    mira = make_user()
    take = draw(mira)
    Checkpoint.objects.update(abilities=["txt2img"])
    assert [field for field, _ in refusal(mira, source_take=take.pk)] == ["source"]
    assert [field for field, _ in refusal(mira, source_take=take.pk, outpaint=[8, 0, 0, 0])] == ["source"]
    Checkpoint.objects.update(abilities=["txt2img", "img2img"])
    assert [field for field, _ in refusal(mira, source_take=take.pk, outpaint=[8, 0, 0, 0])] == ["outpaint"]


# --- numbers


@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        ({"strength": 0}, "strength", "above 0"),
        ({"strength": 1.01}, "strength", "at most 1"),
        ({"strength": "nan"}, "strength", "above 0"),
        ({"strength": "much"}, "strength", "above 0"),
        ({"outpaint": [7, 0, 0, 0]}, "outpaint", "steps of 8"),
        ({"outpaint": [-8, 0, 0, 0]}, "outpaint", "steps of 8"),
        ({"outpaint": [8, 0, 0]}, "outpaint", "steps of 8"),
        ({"outpaint": [4096, 0, 0, 0]}, "outpaint", "to 2048"),
        ({"outpaint": ["x", 0, 0, 8]}, "outpaint", "steps of 8"),
        ({"outpaint": ["64px", "", "", ""]}, "outpaint", "steps of 8"),
        ({"outpaint": [None, 0, "9" * 5000, 0]}, "outpaint", "steps of 8"),
        ({"mask_blur": 65}, "mask_blur", "0 to 64"),
        ({"masked_content": "latent"}, "masked_content", "noise"),
        ({"hires_scale": 2}, "hires_scale", "from text alone"),
    ],
)
def test_what_cannot_be_done_with_a_source_is_refused_at_its_field(
    draw: Draw, wanted: dict[str, Any], field: str, said: str
) -> None:
    mira = make_user()
    problems = refusal(mira, source_take=draw(mira).pk, **wanted)
    assert [name for name, _ in problems] == [field]
    assert said in problems[0][1]


def test_a_mask_or_margins_without_a_source_are_refused(draw: Draw) -> None:
    mira = make_user()
    assert [field for field, _ in refusal(mira, mask=make_mask(mira, 64, 64).pk)] == ["mask"]
    assert [field for field, _ in refusal(mira, outpaint=[8, 8, 8, 8])] == ["outpaint"]
    assert [text[:7] for _, text in refusal(mira, outpaint=["64px", 0, 0, 0])] == ["Margins"]


def test_margins_of_nothing_are_no_margins(draw: Draw) -> None:
    mira = make_user()
    for index, none in enumerate((["0", "0", "0", "0"], [0], ["0", " ", "", None], [])):
        made = submit(mira, {"prompt": "a", "outpaint": none}, f"without {index}")
        assert (made.source_asset, made.outpaint) == (None, None)
        made = submit(mira, {"prompt": "a", "outpaint": none, "source_take": draw(mira).pk}, f"with {index}")
        assert made.outpaint is None


def test_a_canvas_has_no_more_pixels_than_a_picture_that_is_sent(draw: Draw) -> None:
    mira = make_user()
    asset = make_asset(mira)
    Asset.objects.filter(pk=asset.pk).update(width=5952, height=5000)
    problems = refusal(mira, source_asset=asset.key, outpaint=[2048, 8, 0, 0])
    assert [field for field, _ in problems] == ["outpaint"]
    assert "8000 × 5008 pixels, more than 40 megapixels" in problems[0][1]
    assert submit(mira, {"prompt": "a", "source_asset": asset.key, "outpaint": [2048, 0, 0, 0]}, "just").outpaint


def test_a_mask_has_the_size_of_its_picture(draw: Draw) -> None:
    mira = make_user()
    take = draw(mira, width=64, height=80)
    problems = refusal(mira, source_take=take.pk, mask=make_mask(mira, 80, 64).pk)
    assert problems == [
        ("mask", "The mask has 80 × 64 pixels, the picture 64 × 80. Make the mask just as large as the picture.")
    ]
    both = refusal(mira, source_take=take.pk, mask=make_mask(mira, 64, 80).pk, outpaint=[8, 0, 0, 0])
    assert [field for field, _ in both] == ["outpaint"]
    padding = refusal(mira, source_take=take.pk, mask=make_mask(mira, 64, 80).pk, only_masked=999)
    assert [field for field, _ in padding] == ["only_masked"]


def test_an_image_server_always_draws_the_whole_picture(draw: Draw) -> None:
    mira = make_user()
    take = draw(mira, width=64, height=80)
    Checkpoint.objects.update(family="remote", path="", endpoint="http://gpu/v1")
    wanted = {"source_take": take.pk, "mask": make_mask(mira, 64, 80).pk}
    problems = refusal(mira, **wanted, only_masked=16)
    assert [field for field, _ in problems] == ["only_masked"]
    assert "“Tiny” always draws the whole picture" in problems[0][1]
    assert only_job(mira, **wanted).request.only_masked is None


def test_an_edit_costs_the_share_of_steps_that_is_done(draw: Draw) -> None:
    mira = make_user()
    take = draw(mira)
    job = only_job(mira, source_take=take.pk, strength=0.3, steps=10)
    assert (job.steps_total, job.cost) == (3, pytest.approx(64 * 64 * 3 / 1e6))
    least = submit(mira, {"prompt": "a", "source_take": take.pk, "strength": 0.01, "steps": 10}, "least").jobs.get()
    assert least.steps_total == 1


def test_a_picture_is_drawn_over_at_its_own_size_where_the_model_can(draw: Draw) -> None:
    mira = make_user()

    def size(image: Image.Image, **wanted: Any) -> tuple[int, int]:
        key = ingest.keep_upload(mira, image).key
        made = submit(mira, {"prompt": "a", "source_asset": key} | wanted, f"size {key} {wanted}"[:64])
        return made.width, made.height

    assert size(make_image(80, 112)) == (80, 112)
    assert size(make_image(90, 100)) == (96, 96)
    # Too large: as many pixels as the model's native 64 × 64, near the same proportions, within its limits.
    assert size(make_image(600, 400)) == (80, 64)
    assert size(make_image(2000, 20)) == (128, 64)
    assert size(make_image(80, 112), width=128, height=64) == (128, 64)
    assert size(make_image(64, 64), outpaint=[0, 0, 64, 16]) == (128, 80)


# --- masks


def test_a_mask_is_read_from_its_brightness_or_its_transparency(draw: Draw) -> None:
    mira = make_user()
    bright = make_mask(mira, 64, 64)
    clear = Image.new("RGBA", (64, 64), (200, 10, 10, 0))
    clear.paste((200, 10, 10, 255), (16, 16, 32, 32))
    file = png(clear)
    assert keep_mask(mira, file, len(file.getvalue())) == bright
    assert Mask.objects.count() == 1


@pytest.mark.parametrize(
    ("grey", "said"), [(0, "empty"), (127, "empty"), (128, "whole picture"), (255, "whole picture")]
)
def test_a_mask_that_says_nothing_is_refused(draw: Draw, grey: int, said: str) -> None:
    file = png(Image.new("L", (64, 64), grey))
    with pytest.raises(MaskRefused, match=said):
        keep_mask(make_user(), file, len(file.getvalue()))
    with pytest.raises(Invalid):
        keep_mask(make_user(), io.BytesIO(b"no picture"), 10)
    assert not Mask.objects.exists()


def test_source_mask_and_their_settings_reach_the_engine(draw: Draw) -> None:
    mira = make_user()
    take = draw(mira)
    job = only_job(
        mira,
        source_take=take.pk,
        strength=0.4,
        mask=make_mask(mira, 64, 64).pk,
        mask_blur=5,
        masked_content="noise",
        only_masked=24,
    )
    asked = engine_job(job, 1)
    asked.check()
    assert asked.source.tobytes() == ingest.picture_of(take.asset).tobytes()
    assert asked.mask.tobytes() == mask_image(64, 64).tobytes()
    assert (asked.strength, asked.mask_blur, asked.masked_content, asked.only_masked) == (0.4, 5, "noise", 24)
    recipe = recipe_for(job)
    assert (recipe.denoise, recipe.mask_blur, recipe.masked_content, recipe.only_masked) == (0.4, 5, "noise", 24)


def test_a_large_source_reaches_the_engine_in_the_size_that_is_drawn(draw: Draw, painter: Checkpoint) -> None:
    mira = make_user()
    upload = ingest.keep_upload(mira, make_image(600, 400))
    wanted = {"prompt": "a", "source_asset": upload.key, "mask_blur": 7}

    def asked(**changes: Any) -> Any:
        made = submit(mira, wanted | changes, f"large {sorted(changes)} {painter.family} {painter.endpoint}"[:64])
        job = made.jobs.select_related("request__checkpoint", "request__user", "user").get()
        found = engine_job(job, 1)
        found.check()
        return found, (made.width, made.height)

    mask = make_mask(mira, 600, 400).pk
    for changes, blur in (({}, 7), ({"mask": mask}, 0), ({"outpaint": [0, 0, 64, 0]}, 0)):
        found, size = asked(**changes)
        assert (found.source.size, found.mask_blur) == (size, blur)
        assert found.mask is None or found.mask.size == size
    # A part is drawn and laid back into the whole, whose pixels two pictures share.
    found, _ = asked(mask=mask, only_masked=8)
    assert (found.source.size, found.mask.size, found.mask_blur) == ((600, 400), (600, 400), 7)
    again, _ = asked(mask=mask, only_masked=16)
    assert again.source is found.source
    assert again.mask is found.mask
    Checkpoint.objects.update(family="IFPipeline")
    painter.refresh_from_db()
    assert asked(mask=mask)[0].source.size == (600, 400)
    # An image server blurs what it draws itself.
    Checkpoint.objects.update(family="sd1", path="", endpoint="http://images.example/v1")
    painter.refresh_from_db()
    found, size = asked(mask=mask)
    assert (found.source.size, found.mask.size, found.mask_blur) == (size, size, 7)


def test_a_source_whose_file_is_gone_or_damaged_fails_the_job_alone(draw: Draw, settings: Any) -> None:
    mira = make_user()
    take = draw(mira)
    job = only_job(mira, source_take=take.pk)
    path = Path(settings.MEDIA_ROOT, AssetFile.objects.get(asset=take.asset, variant="original").path)
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(JobImpossible) as caught:
        engine_job(job, 1)
    assert caught.value.code == "source_unreadable"
    path.unlink()
    with pytest.raises(JobImpossible):
        engine_job(job, 1)


# --- lineage


def test_an_edit_is_the_child_of_its_take(draw: Draw) -> None:
    mira = make_user()
    first = draw(mira)
    second = draw(mira, source_take=first.pk)
    assert second.parent == first
    assert list(first.children.all()) == [second]
    # Also when the take's picture is named another way.
    assert draw(mira, source_asset=first.asset.key).parent == first


def test_an_edit_of_ones_own_post_is_the_child_of_its_take(draw: Draw) -> None:
    mira = make_user()
    first = draw(mira)
    post = takes.publish(mira, first, tags=["1girl"], rating="g")
    edit = draw(mira, source_post=post.pk)
    assert (edit.parent, edit.job.request.source_post) == (first, post)


def publish(take: Take) -> Post:
    return takes.publish(take.owner, take, tags=["1girl"], rating="g")


def test_a_published_edit_is_the_child_of_the_nearest_published_take(draw: Draw) -> None:
    mira = make_user()
    first = draw(mira)
    second = draw(mira, source_take=first.pk)
    third = draw(mira, source_take=second.pk)
    above = publish(second)
    assert above.parent is None
    below = publish(third)
    assert below.parent == above
    unpublished = draw(mira, source_take=third.pk)
    assert publish(draw(mira, source_take=unpublished.pk)).parent == below


def test_an_edit_of_somebody_elses_post_is_its_child_while_it_can_be_seen(draw: Draw) -> None:
    post = make_post(make_user())
    mira = make_user()
    seen, late = draw(mira, source_post=post.pk), draw(mira, source_post=post.pk)
    assert seen.parent is None
    assert publish(seen).parent == post
    posts.set_status(post, posts.PostStatus.REMOVED)
    assert publish(late).parent is None


def test_a_post_with_thirty_children_gets_no_more(draw: Draw, monkeypatch: Any) -> None:
    monkeypatch.setattr("gallery.tag_edits.lineage.MAX_CHILDREN", 1)
    post = make_post(make_user())
    mira = make_user()
    assert publish(draw(mira, source_post=post.pk)).parent == post
    assert publish(draw(mira, source_post=post.pk)).parent is None


def test_a_posts_columns_say_what_it_was_drawn_over_with(draw: Draw) -> None:
    mira = make_user()
    post = publish(draw(mira, source_take=draw(mira).pk, strength=0.35, clip_skip=2))
    assert post.generation.denoise == 0.35
    assert post.generation.extra == {"clip_skip": 2}


# --- the label


def test_what_was_drawn_over_an_upload_is_labelled_composite_and_so_is_what_follows(draw: Draw, settings: Any) -> None:
    mira = make_user()
    plain = draw(mira)
    upload = ingest.keep_upload(mira, make_image(64, 64))
    over = draw(mira, source_asset=upload.key)
    after = draw(mira, source_take=over.pk)
    theirs = draw(make_user(), source_post=publish(over).pk)
    for take, composite in ((plain, False), (draw(mira, source_take=plain.pk), False), (over, True), (after, True)):
        assert takes.recipe_of(take).composite is composite
        for file in take.asset.files.all():
            content = Path(settings.MEDIA_ROOT, file.path).read_bytes()
            assert (COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA.encode() in content) is composite
    assert takes.recipe_of(theirs).composite
    assert make_asset(mira).files.exists()


def test_what_was_drawn_over_a_machines_own_picture_is_a_machines_own(draw: Draw) -> None:
    mira = make_user()

    def sent_in(**crafted: str) -> Asset:
        return sent(mira, png_of(**crafted))

    def composite(**wanted: Any) -> bool:
        return takes.recipe_of(draw(mira, **wanted)).composite

    by_machine = "trainedAlgorithmicMedia"
    assert not composite(source_asset=sent_in(parameters=A1111).key)
    assert not composite(source_asset=sent_in(source_type=by_machine).key)
    assert composite(source_asset=sent_in(source_type="compositeWithTrainedAlgorithmicMedia").key)
    assert composite(source_asset=sent_in().key)
    for level, expected in (("generated", False), ("composite", True), ("assisted", True), ("human", True)):
        post = publish_sent(mira, sent_in(), tags=["cat"], rating="g", level=level)
        assert composite(source_post=post.pk) is expected, level
    post = publish_sent(mira, sent_in(parameters=A1111), tags=["cat"], rating="g")
    decide(make_user(role="moderator"), post, "composite", "Painted over for days.")
    assert composite(source_post=post.pk), "the label of the post, whatever the file said"
    over = draw(mira, source_asset=sent_in(parameters=A1111).key)
    assert publish(over).ai_level == "generated"
