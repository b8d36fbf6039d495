"""The upload page and a draft's, as a browser without scripts and one with them ask for them."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import ExifTags, Image

from gallery.ingest import MAX_BYTES
from gallery.models import Post, UploadDraft, User
from gallery.uploads import publish_draft, save_draft
from gallery.views.post_tags import tag_names
from tests.factories import make_asset, make_post, make_recipe, make_user
from tests.gallery.pictures.files import saved
from tests.gallery.uploads.asking import READY, file, page, text
from tests.gallery.uploads.files import by_webui, drafted, picture, plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_an_empty_page_says_how_it_goes_on_and_offers_no_addresses(client: Client, owner: User, settings: Any) -> None:
    said = text(client.get("/upload"))
    assert "Drop your pictures here" in said
    assert "PNG and JPEG up to 40 megapixels, WebP up to 28 (17 if lossless or transparent), AVIF up to 12" in said
    assert "It is read" in said
    assert 'name="address"' not in said
    settings.FETCH_URLS = True
    assert 'name="address"' in text(client.get("/upload"))


def test_a_single_file_leads_to_its_form(client: Client, owner: User) -> None:
    answer = client.post("/upload", {"files": file(plain()), "batch": "batch-one"})
    draft = UploadDraft.objects.get(owner=owner)
    assert (answer.status_code, answer["Location"]) == (303, page(draft))


def test_each_file_is_kept_or_refused_by_itself(client: Client, owner: User) -> None:
    big = file(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES + 2**20 - 8), "big.png")
    files = [
        file(plain(1), "one.png"),
        file(b"no picture", "letter.txt"),
        big,
        file(b"", "empty.png"),
        file(plain(2), "two.png"),
    ]
    answer = client.post("/upload", {"files": files, "batch": "batch-one"})
    said = text(answer)
    assert answer.status_code == 422
    drafts = UploadDraft.objects.filter(owner=owner, batch="batch-one").order_by("position")
    assert [draft.asset.arrival.file_name for draft in drafts] == ["one.png", "two.png"]
    assert "2 pictures are kept below" in said
    for name, sentence in (
        ("letter.txt", "can't be read as a picture"),
        ("big.png", "26 MB; 25 MB"),
        ("empty.png", "empty"),
    ):
        assert name in said
        assert sentence in said
    assert "Post these 2 as one set" in said


def test_more_files_than_a_form_may_hold_are_left_out_one_by_one(client: Client, owner: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("gallery.uploads.drafts.MAX_FILES", 2)
    answer = client.post("/upload", {"files": [file(plain(number), f"{number}.png") for number in range(3)]})
    assert answer.status_code == 422
    assert "2 files are the most at once" in text(answer)
    assert UploadDraft.objects.count() == 2


@pytest.mark.parametrize("data", [{}, {"files": ""}, {"address": "  "}])
def test_no_file_at_all_is_said(client: Client, owner: User, data: dict[str, str]) -> None:
    answer = client.post("/upload", data)
    assert answer.status_code == 422
    assert "Choose at least one picture." in text(answer)


def test_a_refused_address_stays_in_its_field(client: Client, owner: User, settings: Any) -> None:
    settings.FETCH_URLS = True
    answer = client.post("/upload", {"address": "http://10.0.0.1/cat.png", "files": file(plain())})
    said = text(answer)
    assert answer.status_code == 422
    assert "isn't on the public internet" in said
    assert 'value="http://10.0.0.1/cat.png"' in said
    assert UploadDraft.objects.filter(owner=owner).count() == 1


def test_the_script_gets_a_card_or_a_sentence(client: Client, owner: User) -> None:
    answer = client.post("/upload/files", {"file": file(by_webui()), "batch": "batch-one", "position": "4"})
    draft = UploadDraft.objects.get()
    told = answer.json()
    assert told["id"] == draft.pk
    assert page(draft) in told["card"]
    assert "AUTOMATIC1111" in told["card"]
    assert (draft.batch, draft.position) == ("batch-one", 4)
    refused = client.post("/upload/files", {"file": file(b"text", "a.txt")})
    assert refused.status_code == 422
    assert "can't be read" in refused.json()["error"]
    assert client.post("/upload/files", {}).status_code == 422
    off = client.post("/upload/files", {"address": "https://example.org/"})
    assert "fetches no pictures" in off.json()["error"]


def test_the_script_is_told_where_ones_own_picture_is_posted(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    save_draft(draft, READY)
    post = publish_draft(draft)
    answer = client.post("/upload/files", {"file": file(plain())})
    assert (answer.status_code, answer.json()["href"]) == (422, f"/posts/{post.pk}")


@pytest.mark.parametrize("batch", ["", "x", "../../etc", "a" * 23, "ä" * 9, "\x00" * 9])
def test_a_batch_that_cannot_be_one_gets_a_new_name(client: Client, owner: User, batch: str) -> None:
    assert (
        client.post("/upload/files", {"file": file(plain()), "batch": batch, "position": "9" * 30}).status_code == 200
    )
    draft = UploadDraft.objects.get()
    assert len(draft.batch) == 16
    assert draft.batch != batch
    assert draft.position == 0


def test_a_draft_shows_what_its_file_says_and_suggests_by_it(client: Client, owner: User) -> None:
    make_post(tags=["1girl", "red_hair", "smile"])
    draft = drafted(owner, by_webui())
    answer = client.get(page(draft))
    said = text(answer)
    assert "Its file says: AUTOMATIC1111 v1.10.1, model dreamy, 28 steps, Euler a." in said
    assert answer.context["suggested"].tags == ["1girl", "red_hair", "smile"]
    assert answer.context["suggested"].words == ["glowing_mushroom"]
    assert [words.level.value for words in answer.context["levels"]] == ["generated"]
    assert answer.context["level"] == "generated"
    assert "1girl, red hair, smile, glowing mushroom" in said


def test_a_draft_shows_all_that_will_be_published(client: Client, owner: User) -> None:
    settings = "Steps: 20, Sampler: Euler, Seed: 5, Odd key: odd value, Version: v1.10.1"
    prompt = f"cat <lora:fine_lines:0.7>\nNegative prompt: blurry, lowres\n{settings}"
    said = text(client.get(page(drafted(owner, by_webui(1, prompt)))))
    for shown in (">blurry, lowres</p>", "fine_lines 0.7", ">Odd key</dt>", "odd value", f"{settings}</pre>"):
        assert shown in said


def test_what_was_private_in_a_file_is_told_by_kind_and_never_kept(client: Client, owner: User) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Camera Nine"
    exif.get_ifd(ExifTags.IFD.Exif)[0xA431] = "SN-12345"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 31.0, 7.5)})
    draft = drafted(owner, saved(picture(4), "JPEG", exif=exif), "photo.jpg")
    assert draft.asset.arrival.removed == ["place", "camera", "serial"]
    said = text(client.get(page(draft)))
    assert "Removed from the file: place (GPS), camera, serial number." in said
    assert "SN-12345" not in said
    assert "Removed from" not in text(client.get(page(drafted(owner, plain(5)))))


def test_a_file_that_says_nothing_leaves_every_label_open_and_none_chosen(client: Client, owner: User) -> None:
    answer = client.get(page(drafted(owner, plain())))
    assert len(answer.context["levels"]) == 5
    assert answer.context["level"] == ""
    assert "rests on your word" in text(answer)


def test_a_post_needs_a_rating_and_a_label_and_loses_nothing_typed(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    typed = {"tags": "cat long_hair", "title": "A title", "commentary": "Words", "source": "https://x.org/"}
    answer = client.post(page(draft), typed | {"act": "publish"})
    said = text(answer)
    assert answer.status_code == 422
    assert "Choose a rating" in said
    assert "Say how much of it a machine made" in said
    assert all(value in said for value in typed.values())
    draft.refresh_from_db()
    assert (draft.tags, draft.title, draft.source) == ("cat long_hair", "A title", "https://x.org/")
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rating": "x"}, "This rating is unknown."),
        ({"level": "x"}, "Select a valid choice"),
        ({"prompt_visibility": "x"}, "Select a valid choice"),
        ({"title": "t" * 201}, "The title has 201 characters; at most 200 fit."),
        ({"commentary": "c" * 10_001}, "The commentary has 10001 characters"),
        ({"source": "s" * 1201}, "The source has 1201 characters; at most 1200 fit."),
        ({"tags": "t" * 40_001}, "These are too many tags"),
        ({"tags": "bad*tag"}, "bad*tag"),
        ({"tags": "a\x00b"}, "Null characters are not allowed."),
        ({"more": ["a\x00b"]}, "Null characters are not allowed."),
    ],
    ids=["rating", "level", "visibility", "title", "commentary", "source", "tags", "tag", "nul", "nul chip"],
)
def test_what_is_wrong_is_said_and_the_rest_is_saved(
    client: Client, owner: User, changed: dict[str, Any], sentence: str
) -> None:
    draft = drafted(owner, plain())
    typed = READY | {"title": "Kept", "commentary": "Kept too"} | changed
    answer = client.post(page(draft), typed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Post.objects.exists()
    draft.refresh_from_db()
    assert draft.title == ("" if "title" in changed else "Kept")


def test_ticked_chips_join_the_tags(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    client.post(page(draft), READY | {"tags": "cat", "more": ["smile", "cat"], "act": "save"})
    draft.refresh_from_db()
    assert draft.tags == "cat smile"


def test_commas_are_read_and_the_tags_shown_as_they_are_saved(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    client.post(page(draft), READY | {"tags": "tokyo night, rain", "rating": ""})
    draft.refresh_from_db()
    assert draft.tags == "tokyo_night rain"
    assert ">tokyo_night rain</textarea>" in text(client.get(page(draft)))
    assert client.post(page(draft), READY | {"tags": "tokyo night, rain"}).status_code == 303
    post = Post.objects.get()
    edited = {"tags": "rain tokyo_night red hair, smile,", "seen": "rain tokyo_night"}
    assert client.post(f"/posts/{post.pk}/tags", edited).status_code == 302
    assert {"rain", "red_hair", "smile", "tokyo_night"} < set(tag_names(Post.objects.get()))


def test_typing_saves_itself_unfinished(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    data = {"tags": "cat", "title": "t" * 300, "act": "save"}
    answer = client.post(page(draft), data, headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["title"])
    draft.refresh_from_db()
    assert draft.tags == "cat"
    good = client.post(page(draft), {"tags": "dog", "act": "save"}, headers={"Accept": "application/json"})
    assert (good.status_code, json.loads(good.content)) == (200, {"problems": {}})


def test_sent_twice_it_is_one_post_and_the_draft_leads_there(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    answers = [client.post(page(draft), READY) for _ in range(2)] + [client.get(page(draft))]
    post = Post.objects.get()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, f"/posts/{post.pk}")}
    discard = reverse("gallery:draft_discard", args=[draft.pk])
    assert client.post(discard)["Location"] == f"/posts/{post.pk}"


def test_a_picture_that_is_posted_is_shown_before_anything_is_typed(client: Client, owner: User) -> None:
    content = plain(7)
    other, draft = drafted(make_user(), content), drafted(owner, content)
    drafted(owner, plain(8), position=1)
    assert "Post these 2 as one set" in text(client.get("/upload"))
    save_draft(other, READY)
    post = publish_draft(other)
    said = text(client.get(page(draft)))
    assert f"it is post {post.pk}" in said
    assert f"/posts/{post.pk}" in said
    assert 'name="rating"' not in said
    listed = text(client.get("/upload"))
    assert f"Posted already: post {post.pk}" in listed
    assert page(draft) + '" aria-label' not in listed
    assert "Post these 2 as one set" not in listed
    answer = client.get(reverse("gallery:upload_set", args=[draft.batch]))
    assert draft not in [line["card"].draft for line in answer.context["lines"]]
    assert "posted already" in text(answer)
    answer = client.post(page(draft), READY)
    assert answer.status_code == 422
    assert f"it is post {post.pk}" in text(answer)


def test_a_copy_of_what_is_posted_is_refused_at_once_and_leads_there(client: Client, owner: User) -> None:
    other = drafted(make_user(), plain(7))
    save_draft(other, READY)
    post = publish_draft(other)
    # The same pixels in a file with other bytes, as a download is.
    answer = client.post("/upload/files", {"file": file(by_webui(7))})
    assert (answer.status_code, answer.json()["href"]) == (422, f"/posts/{post.pk}")
    assert not UploadDraft.objects.filter(owner=owner).exists()
    # Nobody is told of what they may not see.
    Post.objects.update(rating="e")
    assert client.post("/upload/files", {"file": file(by_webui(7))}).status_code == 200


def test_posts_that_look_alike_are_shown_as_far_as_one_may_see_them(client: Client, owner: User) -> None:
    near = picture(5).resize((300, 225))
    post = make_post(asset=make_asset(image=near, recipe=make_recipe()))
    draft = drafted(owner, plain(5))
    assert [line.post.pk for line, _card in client.get(page(draft)).context["alike"]] == [post.pk]
    Post.objects.filter(pk=post.pk).update(rating="e")
    assert client.get(page(draft)).context["alike"] == []


def test_nobody_else_knows_of_a_draft(client: Client, owner: User) -> None:
    draft = drafted(make_user(), by_webui(), "secret-name.png")
    owner.role = "owner"
    owner.save()
    for address in (
        page(draft),
        reverse("gallery:draft_discard", args=[draft.pk]),
        reverse("gallery:upload_set", args=[draft.batch]),
    ):
        assert (client.get(address).status_code, client.post(address, READY).status_code) == (404, 404)
    assert "secret-name" not in text(client.get("/upload"))
    preview = reverse("gallery:media", args=[draft.asset.key, "180", "webp"])
    assert client.get(preview).status_code == 404
    draft.refresh_from_db()
    assert draft.tags == ""


def test_discarding_asks_first(client: Client, owner: User) -> None:
    draft = drafted(owner, plain())
    address = reverse("gallery:draft_discard", args=[draft.pk])
    assert "Discard this picture?" in text(client.get(address))
    assert UploadDraft.objects.exists()
    assert client.post(address).status_code == 303
    assert not UploadDraft.objects.exists()
    assert client.post(address).status_code == 404


def test_the_frame_offers_uploading_to_those_who_are_signed_in(client: Client) -> None:
    assert 'href="/upload"' not in text(client.get("/"))
    client.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    assert text(client.get("/")).count('href="/upload"') == 2
