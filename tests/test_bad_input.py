"""What goes wrong, in every language: a clear sentence, the right status, what was typed is still there, nothing lost.

Each case does one wrong thing (or an unlucky one) as a browser would and says what the page must answer.
"""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from gallery.models import Asset, ModerationAction, Post, SignInLink, User
from gallery.refusals.rules import Wanted, save_rule
from generation import checkpoints
from generation.engine import SAMPLER_NAMES
from generation.errors import CheckpointBroken
from generation.models import Checkpoint, GenerationRequest, Job, Take
from generation.queueing import workers
from tests.factories import make_checkpoint, make_post, make_request, make_take, make_user
from tests.gallery.uploads.files import drafted, plain

LANGUAGES = [code for code, _name in settings.LANGUAGES]
KEPT = (User, Asset, Post, ModerationAction, SignInLink, Checkpoint, GenerationRequest, Job, Take)


@dataclass
class Scene:
    """A member who is signed in, another member, a model and a worker that draws."""

    client: Client
    member: User
    other: User
    model: Checkpoint
    settings: Any
    folder: Path

    def post(self, route: str, args: list[Any], data: dict[str, Any]) -> Any:
        return self.client.post(reverse(route, args=args), data)

    def draw(self, **changed: Any) -> Any:
        """Press the big button with a good recipe and these changes."""
        return self.post("generation:create", [], recipe(**changed))


@dataclass
class Answer:
    """What came back and what it must be. `made`: how many rows more there are now, by table."""

    response: Any
    status: int
    sentence: Callable[[], str]
    kept: tuple[str, ...] = ()
    made: dict[type, int] = field(default_factory=dict)


def recipe(**changed: Any) -> dict[str, Any]:
    """The recipe form as a browser sends it."""
    return {
        "prompt": "1girl, umbrella",
        "negative_prompt": "rain",
        "model": "small",
        "shape": "exact",
        "width": "64",
        "height": "96",
        "steps": "7",
        "sampler": "Euler",
        "guidance": "3.5",
        "seed": "11",
        "count": "2",
        "key": "one-form",
    } | changed


def publication(**changed: Any) -> dict[str, Any]:
    """The form for publishing as a browser sends it."""
    return {
        "title": "Rain at noon",
        "commentary": "The third try.",
        "tags": "1girl umbrella",
        "rating": "g",
        "prompt_visibility": "visible",
    } | changed


TYPED = ("1girl, umbrella", "rain", 'value="96"', 'value="7"', 'value="3.5"', 'value="11"')
"""What a refused recipe still has in its form, unless it is what was wrong."""


def empty_prompt(scene: Scene) -> Answer:
    return Answer(
        scene.draw(prompt="  "),
        422,
        lambda: gettext("The prompt is empty. Write what the picture should show, for example tags with commas."),
        TYPED[1:],
    )


def over_long_prompt(scene: Scene) -> Answer:
    text = "1girl, umbrella " + "x" * 4000
    sentence = "The prompt has %(show_value)d characters; at most %(limit_value)d fit. Shorten it and draw again."
    return Answer(
        scene.draw(prompt=text),
        422,
        lambda: gettext(sentence) % {"show_value": len(text), "limit_value": 4000},
        (*TYPED, text),
    )


def over_long_negative_prompt(scene: Scene) -> Answer:
    text = "rain " + "x" * 4000
    sentence = "The negative prompt has %(show_value)d characters; at most %(limit_value)d fit. Shorten it."
    return Answer(
        scene.draw(negative_prompt=text),
        422,
        lambda: gettext(sentence) % {"show_value": len(text), "limit_value": 4000},
        (*TYPED, text),
    )


def unknown_sampler(scene: Scene) -> Answer:
    return Answer(
        scene.draw(sampler="Magic"),
        422,
        lambda: (
            gettext("There is no sampler “%(given)s” here. Choose one of: %(known)s.")
            % {"given": "Magic", "known": ", ".join(SAMPLER_NAMES)}
        ),
        TYPED,
    )


def size_outside_the_models_limits(scene: Scene) -> Answer:
    sentence = (
        "“%(model)s” draws sides of %(low)s to %(high)s pixels in steps of %(multiple)s; %(given)s isn't one of them."
    )
    return Answer(
        scene.draw(width="4096"),
        422,
        lambda: gettext(sentence) % {"model": "Small", "low": 64, "high": 256, "multiple": 8, "given": 4096},
        (*TYPED, 'value="4096"'),
    )


def size_between_the_models_steps(scene: Scene) -> Answer:
    sentence = (
        "“%(model)s” draws sides of %(low)s to %(high)s pixels in steps of %(multiple)s; %(given)s isn't one of them."
    )
    return Answer(
        scene.draw(height="99"),
        422,
        lambda: gettext(sentence) % {"model": "Small", "low": 64, "high": 256, "multiple": 8, "given": 99},
        ("1girl, umbrella", 'value="99"'),
    )


def size_that_is_no_number(scene: Scene) -> Answer:
    return Answer(
        scene.draw(width="wide"),
        422,
        lambda: gettext("The width must be a whole number of pixels."),
        TYPED,
    )


def seed_out_of_range(scene: Scene) -> Answer:
    return Answer(
        scene.draw(seed="4294967296"),
        422,
        lambda: (
            gettext("A seed is a whole number from 0 to %(high)s, or %(low)s to draw one.")
            % {"low": -1, "high": 4294967295}
        ),
        (*TYPED[:-1], 'value="4294967296"'),
    )


def too_many_steps(scene: Scene) -> Answer:
    return Answer(
        scene.draw(steps="51"),
        422,
        lambda: gettext("Steps are a whole number from %(low)s to %(high)s for this model.") % {"low": 1, "high": 50},
        ("1girl, umbrella", 'value="51"'),
    )


def guidance_that_is_no_number(scene: Scene) -> Answer:
    return Answer(
        scene.draw(guidance="nan"),
        422,
        lambda: gettext("Guidance must be a number, such as 7.5."),
        ("1girl, umbrella", 'value="96"'),
    )


def too_many_pictures(scene: Scene) -> Answer:
    return Answer(
        scene.draw(count="9"),
        422,
        lambda: gettext("At most 8 pictures can be drawn at once; choose a number from 1 to 8."),
        TYPED,
    )


def a_character_that_cannot_be_stored(scene: Scene) -> Answer:
    return Answer(
        scene.draw(prompt="1girl,\x00 umbrella"),
        422,
        lambda: translation.gettext("Null characters are not allowed."),
        TYPED[1:],
    )


def own_queue_full(scene: Scene) -> Answer:
    scene.settings.QUEUE_MAX_WAITING_PER_USER = 3
    make_request(scene.member, count=2)
    sentence = "You have %(own)s picture waiting, and at most %(limit)s may wait. Wait for some or cancel some."
    several = "You have %(own)s pictures waiting, and at most %(limit)s may wait. Wait for some or cancel some."
    return Answer(
        scene.draw(),
        422,
        lambda: ngettext(sentence, several, 2) % {"own": 2, "limit": 3},
        TYPED,
        made={GenerationRequest: 1, Job: 2},
    )


def whole_queue_full(scene: Scene) -> Answer:
    scene.settings.QUEUE_MAX_WAITING = 3
    make_request(scene.other, count=2)
    return Answer(
        scene.draw(),
        422,
        lambda: gettext("The queue is full right now. Your text is kept: send it again in a few minutes."),
        TYPED,
        made={GenerationRequest: 1, Job: 2},
    )


def no_worker_online(scene: Scene) -> Answer:
    workers.sign_off("a worker")
    sent = scene.draw()
    assert sent.status_code == 303
    return Answer(
        scene.client.get(sent["Location"]),
        200,
        lambda: gettext("No worker is online right now; these pictures will be drawn when one starts."),
        ("1girl, umbrella",),
        made={GenerationRequest: 1, Job: 2},
    )


def corrupt_model_folder(scene: Scene) -> Answer:
    """The installed model's folder is damaged, which a start of the site notices."""
    break_model(scene)
    return Answer(
        scene.draw(),
        422,
        lambda: gettext("This model is not available. Choose one from the list."),
        TYPED,
        made={Checkpoint: 1},
    )


def page_of_a_corrupt_model(scene: Scene) -> Answer:
    break_model(scene)
    sentence = "The files of this model are damaged, so it can’t draw now. Whoever runs the site can install it again."
    return Answer(
        scene.client.get(reverse("generation:model", args=["small"])),
        200,
        lambda: gettext(sentence),
        made={Checkpoint: 1},
    )


def only_model_corrupt(scene: Scene) -> Answer:
    break_model(scene)
    Checkpoint.objects.exclude(slug="small").delete()
    return Answer(
        scene.client.get(reverse("generation:create"), {"prompt": "1girl, umbrella"}),
        200,
        lambda: gettext("There is no model to draw with"),
        ("1girl, umbrella",),
    )


def break_model(scene: Scene) -> None:
    scene.settings.BUNDLED_MODEL_DIR = scene.folder
    (scene.folder / "unet").mkdir()
    (scene.folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    (scene.folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(CheckpointBroken):
        checkpoints.install_bundled()
    make_checkpoint("another")


def model_that_broke_while_pictures_waited(scene: Scene) -> Answer:
    made = make_request(scene.member)
    Job.objects.filter(request=made).update(
        state="failed", error_code="corrupt_checkpoint", error_params={"file": "unet/config.json"}
    )
    return Answer(
        scene.client.get(reverse("generation:create"), {"request": made.pk}),
        200,
        lambda: (
            gettext("The model's files are damaged (%(file)s). Choose another model.") % {"file": "unet/config.json"}
        ),
        ("1girl, smile",),
        made={GenerationRequest: 1, Job: 1},
    )


def double_submit(scene: Scene) -> Answer:
    first, second = scene.draw(), scene.draw()
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    page = scene.client.get(second["Location"])
    assert page.text.count('class="request"') == 1
    return Answer(page, 200, lambda: gettext("Waiting"), ("1girl, umbrella",), made={GenerationRequest: 1, Job: 2})


def publish_twice(scene: Scene) -> Answer:
    take = make_take(scene.member)
    first = scene.post("generation:publish", [take.pk], publication())
    second = scene.post("generation:publish", [take.pk], publication(title="Again"))
    assert (first.status_code, second.status_code) == (303, 302)
    assert first["Location"] == second["Location"]
    return Answer(
        scene.client.get(second["Location"]),
        200,
        lambda: gettext("This take is published already: this is its post."),
        ("Rain at noon",),
        made={Asset: 1, Post: 1, GenerationRequest: 1, Job: 1, Take: 1},
    )


def publish_with_an_impossible_tag(scene: Scene) -> Answer:
    take = make_take(scene.member)
    return Answer(
        scene.post("generation:publish", [take.pk], publication(tags="1girl rating:e")),
        422,
        lambda: (
            gettext("The tag “%(name)s” cannot begin with “%(prefix)s”, which has a meaning in searches.")
            % {"name": "rating:e", "prefix": "rating:"}
        ),
        ("1girl rating:e", "Rain at noon", "The third try."),
        made={Asset: 1, GenerationRequest: 1, Job: 1, Take: 1},
    )


def edit_with_a_title_that_is_too_long(scene: Scene) -> Answer:
    post = make_post(scene.member)
    text = "Rain " * 50
    return Answer(
        scene.post("gallery:post_edit", [post.pk], publication(title=text.strip())),
        422,
        lambda: gettext("The fields below say what has to change."),
        (text.strip(), "The third try.", "1girl umbrella"),
        made={Asset: 1, Post: 1},
    )


def upload_of_no_picture(scene: Scene) -> Answer:
    file = SimpleUploadedFile("letter.png", b"Dear reader")
    return Answer(
        scene.post("gallery:upload", [], {"files": file}),
        422,
        lambda: gettext("This file can't be read as a picture. Choose a PNG, JPEG, WebP or AVIF file."),
        ("letter.png",),
    )


def a_draft_without_a_rating(scene: Scene) -> Answer:
    draft = drafted(scene.member, plain())
    return Answer(
        scene.post("gallery:draft", [draft.pk], publication(rating="", level="human", source="https://x.example/1")),
        422,
        lambda: gettext("Choose a rating, so that everyone sees only what they want to see."),
        ("Rain at noon", "The third try.", "1girl umbrella", "https://x.example/1"),
        made={Asset: 1},
    )


def a_draft_that_is_somebody_elses(scene: Scene) -> Answer:
    draft = drafted(scene.other, plain())
    return Answer(scene.post("gallery:draft", [draft.pk], publication()), 404, not_here, made={Asset: 1})


def not_here() -> str:
    return gettext("There is no page or post here that you can see")


def another_members_take(scene: Scene) -> Answer:
    take = make_take(scene.other)
    made = {Asset: 1, GenerationRequest: 1, Job: 1, Take: 1}
    return Answer(scene.client.get(reverse("generation:take", args=[take.pk])), 404, not_here, made=made)


def publish_another_members_take(scene: Scene) -> Answer:
    take = make_take(scene.other)
    made = {Asset: 1, GenerationRequest: 1, Job: 1, Take: 1}
    return Answer(scene.post("generation:publish", [take.pk], publication()), 404, not_here, made=made)


def draw_from_another_members_take(scene: Scene) -> Answer:
    take = make_take(scene.other)
    made = {Asset: 1, GenerationRequest: 1, Job: 1, Take: 1}
    return Answer(scene.client.get(reverse("generation:create"), {"take": take.pk}), 404, not_here, made=made)


def cancel_another_members_request(scene: Scene) -> Answer:
    wanted = make_request(scene.other)
    answer = scene.post("generation:request_cancel", [wanted.pk], {})
    assert Job.objects.get(request=wanted).state == "queued"
    return Answer(answer, 404, not_here, made={GenerationRequest: 1, Job: 1})


def removed_post(scene: Scene) -> Answer:
    post = make_post(scene.other, status="removed")
    made = {Asset: 1, Post: 1}
    return Answer(scene.client.get(reverse("gallery:post", args=[post.pk])), 404, not_here, made=made)


def ones_own_removed_post(scene: Scene) -> Answer:
    post = make_post(scene.member, status="removed")
    return Answer(
        scene.client.get(reverse("gallery:post", args=[post.pk])),
        200,
        lambda: gettext("This post is in no list and no search; only its author and moderators can open it."),
        made={Asset: 1, Post: 1},
    )


def editing_ones_removed_post(scene: Scene) -> Answer:
    post = make_post(scene.member, status="removed")
    return Answer(
        scene.post("gallery:post_edit", [post.pk], publication()),
        409,
        lambda: gettext("This cannot be done to a post that is “%(status)s”.") % {"status": gettext("Removed")},
        ("Rain at noon", "The third try.", "1girl umbrella"),
        made={Asset: 1, Post: 1},
    )


def remix_of_a_removed_post(scene: Scene) -> Answer:
    post = make_post(scene.other, status="removed")
    made = {Asset: 1, Post: 1}
    return Answer(scene.client.get(reverse("generation:create"), {"remix": post.pk}), 404, not_here, made=made)


def numbers_of_many_digits(scene: Scene) -> Answer:
    """Python refuses to read these; the address has to answer as any other that leads nowhere."""
    number = "9" * 5000
    assert scene.client.get(reverse("generation:create"), {"request": number}).status_code == 200
    for name in ("open", "at"):
        assert scene.client.get(reverse("generation:takes"), {name: number}).status_code == 200
    for name in ("take", "again"):
        assert scene.client.get(reverse("generation:create"), {name: number}).status_code == 404
    return Answer(scene.client.get(reverse("generation:create"), {"remix": number}), 404, not_here)


def search(query: str, sentence: Callable[[], str], column: int) -> Callable[[Scene], Answer]:
    """A search that cannot be read."""

    def case(scene: Scene) -> Answer:
        make_post(scene.other)
        return Answer(
            scene.client.get(reverse("gallery:posts"), {"tags": query}),
            422,
            lambda: gettext("Column %(column)d: %(problem)s") % {"column": column, "problem": sentence()},
            (f'value="{html.escape(query)}"',),
            made={Asset: 1, Post: 1, User: 0},
        )

    return case


def page_that_is_no_page(scene: Scene) -> Answer:
    return Answer(
        scene.client.get(reverse("gallery:posts"), {"tags": "umbrella", "page": "x1"}),
        422,
        lambda: (
            gettext("“%(page)s” is not a page; use a number from 1 to %(limit)d, or b and a post number.")
            % {"page": "x1", "limit": 1000}
        ),
        ("umbrella",),
    )


def removing_without_a_reason(scene: Scene) -> Answer:
    post = make_post(scene.other)
    User.objects.filter(pk=scene.member.pk).update(role="moderator")
    return Answer(
        scene.post("gallery:post_moderate", [post.pk], {"act": "remove", "rating": "", "reason": " "}),
        422,
        lambda: gettext("Give a reason; it is kept in the moderation log."),
        made={Asset: 1, Post: 1},
    )


def words_that_the_fixed_rule_refuses(scene: Scene) -> Answer:
    return Answer(
        scene.draw(prompt="child, nude"),
        422,
        lambda: (
            gettext(
                "Sexual content that involves minors is refused here, whoever runs the site and whatever is set. "
                "These words led to it: %(words)s."
            )
            % {"words": "child, nude"}
        ),
        ("child, nude",),
    )


def words_that_a_rule_refuses(scene: Scene) -> Answer:
    admin = User.objects.create_user("ruler", role="admin")
    wanted = Wanted("Night", "refuse", ("prompt",), "moonless", "It is dark.")
    save_rule(admin, None, wanted, "Too dark.")
    return Answer(
        scene.draw(prompt="a m00nless castle"),
        422,
        lambda: (
            gettext("The rule “%(rule)s” of this site refuses this because of: %(words)s.%(note)s")
            % {"rule": "Night", "words": "moonless", "note": " It is dark."}
        ),
        ("a m00nless castle",),
        made={User: 1, ModerationAction: 1},
    )


def a_rule_that_would_find_everything(scene: Scene) -> Answer:
    User.objects.filter(pk=scene.member.pk).update(role="admin")
    typed = {"name": "Night", "effect": "refuse", "places": ["prompt"], "terms": "moonless\nx", "reason": "Too dark."}
    return Answer(
        scene.post("gallery:refusal_rule_new", [], typed),
        422,
        lambda: (
            gettext(
                "“%(term)s” would be found everywhere or nowhere. Write two letters or more, and a word on both sides "
                "of a “+”."
            )
            % {"term": "x"}
        ),
        ("moonless\nx", "Too dark."),
    )


def settings_without_a_rating(scene: Scene) -> Answer:
    return Answer(
        scene.post("gallery:settings", [], {}),
        422,
        lambda: gettext("Choose at least one rating; without any, every list would be empty."),
    )


def a_sign_in_link_that_is_unknown(scene: Scene) -> Answer:
    del scene.client.cookies[settings.SESSION_COOKIE_NAME]
    return Answer(
        scene.post("gallery:sign_in_link", ["no-such-token"], {}),
        410,
        lambda: gettext("This sign-in link was used before or has expired. Start the site again for a new one."),
    )


CASES = {
    case.__name__.replace("_", " "): case
    for case in (
        empty_prompt,
        over_long_prompt,
        over_long_negative_prompt,
        unknown_sampler,
        size_outside_the_models_limits,
        size_between_the_models_steps,
        size_that_is_no_number,
        seed_out_of_range,
        too_many_steps,
        guidance_that_is_no_number,
        too_many_pictures,
        a_character_that_cannot_be_stored,
        own_queue_full,
        whole_queue_full,
        no_worker_online,
        corrupt_model_folder,
        page_of_a_corrupt_model,
        only_model_corrupt,
        model_that_broke_while_pictures_waited,
        double_submit,
        publish_twice,
        publish_with_an_impossible_tag,
        edit_with_a_title_that_is_too_long,
        upload_of_no_picture,
        a_draft_without_a_rating,
        a_draft_that_is_somebody_elses,
        another_members_take,
        publish_another_members_take,
        draw_from_another_members_take,
        cancel_another_members_request,
        removed_post,
        ones_own_removed_post,
        editing_ones_removed_post,
        remix_of_a_removed_post,
        numbers_of_many_digits,
        page_that_is_no_page,
        removing_without_a_reason,
        words_that_the_fixed_rule_refuses,
        words_that_a_rule_refuses,
        a_rule_that_would_find_everything,
        settings_without_a_rating,
        a_sign_in_link_that_is_unknown,
    )
} | {
    "a bracket that is not closed": search(
        "(umbrella -rain", lambda: gettext("this “(” is never closed. Add a “)”, or delete it."), 1
    ),
    "a minus before nothing": search(
        "umbrella -",
        lambda: gettext("“%(operator)s” needs a tag right after it, as in “%(operator)scat”.") % {"operator": "-"},
        10,
    ),
    "a rating that does not exist": search(
        "umbrella rating:x",
        lambda: (
            "rating:x — "
            + gettext("%(name)s takes one of: %(choices)s.")
            % {"name": "rating", "choices": "g, general, s, sensitive, q, questionable, e, explicit"}
        ),
        10,
    ),
}


@pytest.fixture
def scene(db: None, settings: Any, tmp_path: Path) -> Scene:
    """See `Scene`."""
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "model"
    folder.mkdir()
    workers.report("a worker", "cpu")
    member, client = make_user("mira"), Client()
    client.force_login(member, "django.contrib.auth.backends.ModelBackend")
    return Scene(client, member, make_user("tomo"), make_checkpoint("small", path=str(folder)), settings, folder)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_gets_a_clear_answer_and_loses_nothing(
    scene: Scene, case: Callable[[Scene], Answer], language: str
) -> None:
    scene.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    before = {table: table.objects.count() for table in KEPT}
    answer = case(scene)
    response = answer.response
    text = html.unescape(response.text)
    with translation.override(language):
        sentence = answer.sentence()
    assert response.status_code == answer.status
    assert f'<html lang="{language}"' in response.text
    assert sentence in text
    for typed in answer.kept:
        assert html.unescape(typed) in text, typed
    after = {table: table.objects.count() for table in KEPT}
    assert {table: after[table] - before[table] for table in KEPT} == dict.fromkeys(KEPT, 0) | answer.made
    # A language whose catalogue lacks the sentence would show the English one.
    if language != "en" and catalogue(language).exists():
        with translation.override("en"):
            assert sentence != answer.sentence(), "the catalogue lacks this sentence"


def catalogue(language: str) -> Path:
    """The language's .po file."""
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")
