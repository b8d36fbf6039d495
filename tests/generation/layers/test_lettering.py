"""Texts on takes: the child, its label, its layers, and the page."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gallery.ingest.assets import picture_of
from gallery.models import AssetFile, Post
from gallery.models.post import AiLevel
from gallery.models.refusal import RuleEffect
from generation import takes
from generation.layers.lettering import ground_of, letter
from generation.layers.texts import Text
from generation.models import Take
from tests.factories import make_take, make_user
from tests.generation.layers.lines import flattened, picture, read_ora, same, take_of

pytestmark = pytest.mark.django_db


def filled(*texts: dict[str, Any], act: str = "save") -> dict[str, Any]:
    """The form as a browser sends it."""
    sent: dict[str, Any] = {"form-TOTAL_FORMS": len(texts), "form-INITIAL_FORMS": 0, "act": act}
    whole = {
        "text": "愛、です。", "face": "gothic", "size": 12, "colour": "#FFFFFF", "outline": "#000000",
        "outline_width": 1, "x": 50, "y": 50, "align": "middle", "spacing": 1.3, "vertical": "0",
    }  # fmt: skip
    for number, text in enumerate(texts):
        sent |= {f"form-{number}-{name}": value for name, value in (whole | text).items()}
    return sent


@pytest.fixture
def mira() -> Any:
    return make_user("mira")


@pytest.fixture
def take(mira: Any) -> Take:
    return take_of(mira, picture(120, 90), recipe={"composite": True})


@pytest.fixture
def member(client: Client, mira: Any, take: Take) -> Client:
    client.force_login(mira)
    return client


def test_a_lettered_take_is_a_child_with_recipe_and_label(member: Client, take: Take) -> None:
    answer = member.post(f"/takes/{take.pk}/letters", filled({}, {"text": "縦書き", "vertical": "1", "x": 90}))
    made = Take.objects.exclude(pk=take.pk).get()
    assert (answer.status_code, answer["Location"]) == (303, f"/takes/{made.pk}")
    assert (made.kind, made.job, made.parent, made.recipe) == ("lettered", None, take, take.recipe)
    assert [text["text"] for text in made.lettering] == ["愛、です。", "縦書き"]
    assert made.asset.drawn_over == take.asset
    assert made.stack
    assert takes.level_of(takes.recipe_of(made)) == AiLevel.COMPOSITE
    assert not same(picture_of(made.asset), picture_of(take.asset))
    assert same(picture_of(take.asset), picture(120, 90))
    shown = member.get(f"/takes/{made.pk}")
    assert shown.status_code == 200
    assert "縦書き" in shown.text
    assert f"/takes/{made.pk}/letters" in shown.text


def test_each_text_is_a_layer_of_its_own_and_all_flatten_to_the_take(member: Client, take: Take) -> None:
    texts = [Text(text="下の文字", size=30, y=50), Text(text="上 👍".replace("👍", "★"), size=30, y=55, vertical=True)]
    made = letter(take.owner, take, texts)
    answer = member.get(f"/takes/{made.pk}/layers.ora")
    assert answer["Content-Type"] == "image/openraster"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="irodori-take-{made.pk}.ora"'
    layers, merged = read_ora(b"".join(answer))
    assert [name.rpartition(" · ")[2] for name, *_rest in layers[1:]] == ["下の文字", "上 ★"]
    assert same(merged, picture_of(made.asset))
    assert same(flattened(layers, merged.size), merged)
    assert b"parameters" in b"".join(member.get(f"/takes/{made.pk}/layers.ora"))
    psd = member.get(f"/takes/{made.pk}/layers.psd")
    assert psd["Content-Type"] == "image/vnd.adobe.photoshop"
    with Image.open(BytesIO(b"".join(psd))) as read:
        assert same(read, merged)


def test_changing_the_texts_starts_from_the_picture_below(member: Client, take: Take) -> None:
    made = letter(take.owner, take, [Text(text="一", size=20)])
    ground = ground_of(made)
    assert (ground.take, [text.text for text in ground.texts], ground.flattened) == (take, ["一"], False)
    assert "一</textarea>" in member.get(f"/takes/{made.pk}/letters").text
    member.post(f"/takes/{made.pk}/letters", filled({"text": "二"}))
    again = Take.objects.order_by("-id")[0]
    assert (again.parent, again.lettering[0]["text"]) == (take, "二")
    Take.objects.filter(pk=take.pk).update(purged_at=timezone.now())
    assert ground_of(made).flattened
    assert "they are a part of it now" in member.get(f"/takes/{made.pk}/letters").text
    member.post(f"/takes/{made.pk}/letters", filled({"text": "三"}))
    assert Take.objects.order_by("-id")[0].parent == made


def test_a_lettered_take_is_published_like_any(member: Client, take: Take) -> None:
    made = letter(take.owner, take, [Text(text="一", size=20)])
    sent = {"tags": "1girl", "rating": "g", "prompt_visibility": "visible", "title": "", "commentary": ""}
    assert member.post(f"/takes/{made.pk}/publish", sent).status_code == 303
    assert Post.objects.get().ai_level == AiLevel.COMPOSITE
    assert member.get(f"/takes/{made.pk}").status_code == 200


def test_a_character_that_no_font_has_is_named_and_nothing_is_lost(member: Client, take: Take) -> None:
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "愛😀"}))
    assert answer.status_code == 422
    assert "“😀” (U+1F600 GRINNING FACE)" in answer.text
    assert "愛😀</textarea>" in answer.text
    assert Take.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"size": "1" * 30}, "Size is a number from 6 to 1000."),
        ({"x": "nan"}, "From the left is a number from -50 to 150."),
        ({"spacing": "inf"}, "Line distance is a number"),
        ({"colour": "red"}, "A colour is # and six digits"),
        ({"face": "comic"}, "Choose one of the fonts."),
        ({"align": "x"}, "Choose where short lines stand."),
        ({"vertical": "x"}, "Choose horizontal or vertical."),
        ({"outline_width": "-1"}, "Outline is a number from 0 to 60."),
        ({"text": "あ" * 401}, "at most 400 characters"),
        ({"text": "あ\n" * 60 + "あ"}, "at most 40 lines"),
        ({"text": " "}, "Write something first."),
        ({"text": "外", "x": "140", "y": "140"}, "Nothing of your texts lies on the picture."),
    ],
)
def test_what_cannot_be_drawn_is_said(member: Client, take: Take, changed: dict[str, Any], sentence: str) -> None:
    answer = member.post(f"/takes/{take.pk}/letters", filled({} | changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Take.objects.count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"form-TOTAL_FORMS": "9" * 30}, {"form-TOTAL_FORMS": "5000", "form-INITIAL_FORMS": "0"}]
)
def test_a_form_that_no_browser_sends_breaks_nothing(member: Client, take: Take, sent: dict[str, str]) -> None:
    for act in ("save", "preview", "add"):
        assert member.post(f"/takes/{take.pk}/letters", sent | {"act": act}).status_code in (200, 422)
    assert Take.objects.count() == 1


def test_nul_and_what_is_left_out_are_not_drawn(member: Client, take: Take) -> None:
    member.post(f"/takes/{take.pk}/letters", filled({"text": "a\x00b"}, {"text": "c", "DELETE": "on"}))
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "ab"}, {"text": "😀", "DELETE": "on"}))
    assert answer.status_code == 303
    assert [text["text"] for text in Take.objects.order_by("-id")[0].lettering] == ["ab"]


def test_preview_and_another_text_work_without_scripts(member: Client, take: Take) -> None:
    shown = member.post(f"/takes/{take.pk}/letters", filled({}, act="preview"))
    assert shown.status_code == 200
    assert 'src="data:image/webp;base64,' in shown.text
    more = member.post(f"/takes/{take.pk}/letters", filled({"text": "愛😀", "x": "7"}, act="add"))
    assert more.status_code == 200
    assert "愛😀</textarea>" in more.text
    assert 'name="form-1-text"' in more.text
    assert 'name="form-TOTAL_FORMS" value="2"' in more.text
    full = member.post(f"/takes/{take.pk}/letters", filled(*[{}] * 20, act="add"))
    assert 'name="form-20-text"' not in full.text
    assert Take.objects.count() == 1


def test_the_preview_of_one_text_says_where_it_lies(member: Client, take: Take) -> None:
    fields = {name.removeprefix("form-0-"): value for name, value in filled({"text": "愛"}).items()}
    answer = member.post(f"/takes/{take.pk}/letters/preview", fields)
    assert answer["Content-Type"] == "image/png"
    left, _top, width, _height = map(float, answer["X-Text-Box"].split())
    with Image.open(BytesIO(answer.content)) as image:
        assert image.mode == "RGBA"
        assert image.width == pytest.approx(width * 1.2, abs=0.1)
    assert left + width / 2 == pytest.approx(50, abs=3)
    assert member.post(f"/takes/{take.pk}/letters/preview", fields | {"x": "150", "y": "150"}).status_code == 204
    wrong = member.post(f"/takes/{take.pk}/letters/preview", fields | {"text": "😀"})
    assert wrong.status_code == 422
    assert "GRINNING FACE" in wrong.json()["problems"]["text"][0]
    assert member.get(f"/takes/{take.pk}/letters/preview").status_code == 405


def test_ends_of_lines_count_once(member: Client, take: Take) -> None:
    """Browsers send two characters for each."""
    text = "\r\n".join(["あ" * 19] * 20)
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": text, "size": "6"}))
    assert answer.status_code == 303
    made = Take.objects.exclude(pk=take.pk).get()
    assert [each.text for each in ground_of(made).texts] == [text.replace("\r", "")]


def test_what_grows_when_it_is_composed_is_counted_as_it_is_kept(member: Client, take: Take) -> None:
    # A Hebrew letter that Unicode composes to two.
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "\ufb2a" * 300}))
    assert answer.status_code == 422
    assert "at most 400 characters" in answer.text


def test_an_archived_take_says_so(member: Client, take: Take) -> None:
    AssetFile.objects.filter(asset=take.asset, variant__in=["original", "bare"]).delete()
    Take.objects.filter(pk=take.pk).update(archived_at=timezone.now())
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "大事な文"}))
    assert answer.status_code == 410
    assert "is archived" in answer.text
    assert "大事な文</textarea>" in answer.text
    for form in ("ora", "psd"):
        gone = member.get(f"/takes/{take.pk}/layers.{form}")
        assert gone.status_code == 410
        assert "Only the small versions of this picture are kept" in gone.text
    assert Take.objects.count() == 1


def test_what_was_brought_is_labelled_as_what_it_is(client: Client, mira: Any) -> None:
    """Somebody's own drawing, of which no model is known."""
    from gallery.ingest import keep_upload

    own = Take.objects.create(kind="imported", owner=mira, asset=keep_upload(mira, picture(60, 40)), recipe={})
    client.force_login(mira)
    page = client.get(f"/takes/{own.pk}/letters").text
    assert "badge badge--unknown" in page
    for form in ("ora", "psd"):
        content = b"".join(client.get(f"/takes/{own.pk}/layers.{form}"))
        assert b"trainedAlgorithmicMedia" not in content
        assert b"TrainedAlgorithmicMedia" not in content


def test_a_take_that_went_to_the_bin_meanwhile_keeps_the_texts_on_the_page(member: Client, take: Take) -> None:
    Take.objects.filter(pk=take.pk).update(purged_at=timezone.now())
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "大事な文"}))
    assert answer.status_code == 409
    assert "in the bin by now" in answer.text
    assert "大事な文</textarea>" in answer.text
    assert member.get(f"/takes/{take.pk}/letters").status_code == 404
    assert Take.objects.count() == 1


def test_a_picture_that_is_lost_keeps_the_texts_on_the_page(member: Client, take: Take) -> None:
    AssetFile.objects.filter(asset=take.asset).delete()
    assert member.get(f"/takes/{take.pk}/letters").status_code == 200
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "大事な文"}))
    assert answer.status_code == 422
    assert "not on the site’s disk any more" in answer.text
    assert "大事な文</textarea>" in answer.text
    gone = member.get(f"/takes/{take.pk}/layers.psd")
    assert gone.status_code == 422
    assert "no layers to give" in gone.text


def test_rules_on_words_hold_for_texts_too(member: Client, take: Take) -> None:
    from gallery.refusals.rules import Wanted, save_rule

    owner = make_user("boss", role="owner")
    rule = Wanted(name="No slurs", effect=RuleEffect.REFUSE, places=("text",), terms="zqb", note="")
    save_rule(owner, None, rule, "Because.")
    answer = member.post(f"/takes/{take.pk}/letters", filled({"text": "zqb"}))
    assert answer.status_code == 422
    assert "No slurs" in answer.text
    assert Take.objects.count() == 1


def test_what_is_written_in_a_picture_goes_to_review_with_its_post(member: Client, take: Take) -> None:
    from gallery.models import Case
    from gallery.refusals.rules import Wanted, save_rule

    rule = Wanted(name="Look at it", effect=RuleEffect.REVIEW, places=("text",), terms="zqb", note="")
    save_rule(make_user("boss", role="owner"), None, rule, "Because.")
    first = letter(take.owner, take, [Text(text="zqb", size=20)])
    # Below the second the first is not to be had any more, but what it says is still to be seen.
    Take.objects.filter(pk=take.pk).update(purged_at=timezone.now())
    again = letter(take.owner, first, [Text(text="b", size=20, x=20)])
    for made in (first, again):
        post = takes.publish(take.owner, made, tags=["1girl"], rating="g")
        assert post.status == "pending"
        assert Case.objects.get(post=post).facts["rules"] == [{"rule": "Look at it", "words": ["zqb"]}]


def test_others_find_nothing(client: Client, take: Take) -> None:
    client.force_login(make_user("tomo"))
    for path in ("letters", "layers.ora", "layers.psd"):
        assert client.get(f"/takes/{take.pk}/{path}").status_code == 404
    for path in ("letters", "letters/preview"):
        assert client.post(f"/takes/{take.pk}/{path}", filled({})).status_code == 404
    assert client.get(f"/takes/{'9' * 30}/layers.ora").status_code == 404
    assert client.get(f"/takes/{'9' * 30}/letters").status_code == 404


def test_a_drawn_take_offers_its_layers(client: Client, mira: Any) -> None:
    drawn = make_take(mira)
    client.force_login(mira)
    shown = client.get(f"/takes/{drawn.pk}").text
    assert f'href="/takes/{drawn.pk}/layers.ora"' in shown
    assert f'href="/takes/{drawn.pk}/layers.psd"' in shown
    assert client.get(f"/takes/{drawn.pk}/layers.xcf").status_code == 404


def test_a_picture_with_transparency_flattens_to_itself(member: Client, mira: Any) -> None:
    from gallery.ingest import keep_upload

    source = picture(60, 40).convert("RGBA")
    source.putalpha(Image.linear_gradient("L").resize((60, 40)))
    asset = keep_upload(mira, source)
    root = Take.objects.create(kind="imported", owner=mira, asset=asset, recipe={})
    layers, merged = read_ora(b"".join(member.get(f"/takes/{root.pk}/layers.ora")))
    assert same(flattened(layers, merged.size), merged)
    made = letter(mira, root, [Text(text="字", size=20)])
    layers, merged = read_ora(b"".join(member.get(f"/takes/{made.pk}/layers.ora")))
    assert same(merged, picture_of(made.asset))
    assert same(flattened(layers, merged.size), merged)
