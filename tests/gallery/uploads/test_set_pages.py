"""The page of a set, as a browser without scripts and one with them ask for it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Post, UploadDraft, User
from gallery.uploads import publish_set, save_draft
from gallery.uploads.sets import Published
from tests.factories import make_post, make_user
from tests.gallery.uploads.asking import READY, page, text
from tests.gallery.uploads.files import by_webui, drafted, plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def several(owner: User, count: int = 3) -> list[UploadDraft]:
    return [drafted(owner, plain(number), f"{number}.png", position=number) for number in range(count)]


def the_set(drafts: list[UploadDraft], **changed: Any) -> dict[str, Any]:
    own = {f"tags_{draft.pk}": f"n{draft.position}" for draft in drafts}
    return READY | {"picture": [draft.pk for draft in drafts], "source": "https://x.org/"} | own | changed


def test_a_set_is_posted_with_shared_and_own_tags(client: Client, owner: User) -> None:
    drafts = several(owner)
    address = reverse("gallery:upload_set", args=["batch-one"])
    assert text(client.get(address)).count('name="picture"') == 3
    answer = client.post(address, the_set(drafts))
    posts = list(Post.objects.order_by("pk"))
    assert (answer.status_code, answer["Location"]) == (303, f"/posts/{posts[0].pk}")
    assert [post.parent_id for post in posts] == [None, posts[0].pk, posts[0].pk]
    assert {post.source for post in posts} == {"https://x.org/"}
    said = text(client.get(f"/posts/{posts[1].pk}"))
    assert ">cat<" in said
    assert ">n1<" in said
    assert ">n2<" not in said


def test_a_part_of_the_set_that_is_refused_stays_and_says_why(client: Client, owner: User) -> None:
    drafts = several(owner)
    address = reverse("gallery:upload_set", args=["batch-one"])
    answer = client.post(address, the_set(drafts, **{f"tags_{drafts[1].pk}": "bad*tag"}))
    said = text(answer)
    assert answer.status_code == 422
    assert "2 pictures are posted" in said
    assert "bad*tag" in said
    assert [line["card"].draft.pk for line in answer.context["lines"]] == [drafts[1].pk]
    parent = Post.objects.order_by("pk")[0]
    # Put right, it joins the set alone.
    assert client.post(address, the_set(drafts[1:2])).status_code == 303
    assert Post.objects.get(asset=drafts[1].asset).parent_id == parent.pk


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"picture": []}, "Choose at least two pictures"),
        ({"picture": ["x", "-1", "9" * 40]}, "Choose at least two pictures"),
        ({"rating": ""}, "Choose a rating"),
        ({"level": ""}, "Say how much of it a machine made"),
        ({"source": "s" * 1201}, "The source has 1201 characters"),
    ],
    ids=["none", "others", "rating", "level", "source"],
)
def test_a_set_that_cannot_be_posted_is_kept(
    client: Client, owner: User, changed: dict[str, Any], sentence: str
) -> None:
    drafts = several(owner, 2)
    answer = client.post(reverse("gallery:upload_set", args=["batch-one"]), the_set(drafts, **changed))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert ">n0<" in text(answer)
    assert not Post.objects.exists()


def test_each_picture_of_a_set_has_its_own_label_and_all_have_the_title(client: Client, owner: User) -> None:
    drafts = [drafted(owner, by_webui(1), "webui.png"), *(drafted(owner, plain(n), position=n) for n in (2, 3))]
    address = reverse("gallery:upload_set", args=["batch-one"])
    first, second, third = drafts
    said = text(client.get(address))
    assert "AUTOMATIC1111 v1.10.1, model dreamy" in said
    assert f'name="level_{first.pk}"' not in said  # its file leaves no choice
    assert "the 2 pictures whose files don’t say" in said
    typed = the_set(drafts, title="At night", commentary="Three of them", level="")
    refused = client.post(address, typed | {f"level_{second.pk}": "human"})
    assert "Say how much of it a machine made" in text(refused)
    less = client.post(address, typed | {f"level_{first.pk}": "human", "level": "human"})
    assert "made more of it than that" in text(less)
    assert not Post.objects.exists()
    client.post(address, typed | {f"level_{second.pk}": "human", "level": "assisted", "act": "save"})
    form = client.get(address).context["form"]
    assert [form[f"level_{pk}"].value() for pk in (second.pk, third.pk)] == ["human", "assisted"]
    assert client.post(address, typed | {f"level_{second.pk}": "human", "level": "assisted"}).status_code == 303
    made = list(Post.objects.order_by("pk").values_list("ai_level", "ai_evidence", "title", "commentary"))
    words = ("At night", "Three of them")
    assert made == [("generated", "metadata", *words), ("human", "declared", *words), ("assisted", "declared", *words)]


def test_a_set_changes_its_order_and_the_first_becomes_the_parent(client: Client, owner: User) -> None:
    drafts = several(owner)
    address = reverse("gallery:upload_set", args=["batch-one"])
    pks = [draft.pk for draft in drafts]
    answer = client.post(address, the_set(drafts, act=f"earlier:{pks[2]}", order=pks))
    moved = [pks[0], pks[2], pks[1]]
    assert answer.status_code == 200
    assert [line["card"].draft.pk for line in answer.context["lines"]] == moved
    assert "Not posted yet" not in text(answer)
    assert not Post.objects.exists()
    assert [line["card"].draft.pk for line in client.get(address).context["lines"]] == moved
    for act in (f"earlier:{moved[0]}", f"later:{moved[2]}", "later:x", "later:"):
        assert client.post(address, the_set(drafts, act=act, order=moved)).status_code == 200
    assert [line["card"].draft.pk for line in client.get(address).context["lines"]] == moved
    assert client.post(address, the_set(drafts, order=[pks[1], "x", pks[2]])).status_code == 303
    posts = {draft.pk: Post.objects.get(asset=draft.asset) for draft in drafts}
    first = posts[pks[1]]
    assert {pk: post.parent_id for pk, post in posts.items()} == {pks[0]: first.pk, pks[1]: None, pks[2]: first.pk}


def test_what_is_typed_about_a_set_saves_itself(client: Client, owner: User) -> None:
    drafts = several(owner, 2)
    address = reverse("gallery:upload_set", args=["batch-one"])
    first, second = (draft.pk for draft in drafts)
    typed = the_set(drafts[:1], act="save", order=[second, first]) | {f"tags_{second}": "alone", "rating": ""}
    answer = client.post(address, typed, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {"problems": {}})
    # Of what is left out of the set, its own tags alone.
    saved = {draft.pk: (draft.tags, draft.level) for draft in UploadDraft.objects.all()}
    assert saved == {first: ("cat n0", "human"), second: ("alone", "")}
    assert [line["card"].draft.pk for line in client.get(address).context["lines"]] == [second, first]


def test_a_set_shows_what_its_pictures_agree_in_and_lets_it_be_taken_back(client: Client, owner: User) -> None:
    drafts = several(owner, 2)
    address = reverse("gallery:upload_set", args=["batch-one"])
    client.post(address, the_set(drafts, act="save"))
    form = client.get(address).context["form"]
    assert [form[name].value() for name in ("tags", "rating", "source", "level")] == [
        "cat",
        "g",
        "https://x.org/",
        "human",
    ]
    assert [form[f"tags_{draft.pk}"].value() for draft in drafts] == ["n0", "n1"]
    client.post(address, the_set(drafts, act="save", source="", level="", tags=""))
    assert set(UploadDraft.objects.values_list("tags", "source", "level")) == {("n0", "", ""), ("n1", "", "")}
    save_draft(drafts[0], {"source": "https://mine.org/"})
    client.post(address, the_set(drafts, act="save", source=""))
    assert set(UploadDraft.objects.values_list("source", flat=True)) == {"https://mine.org/", ""}


def test_each_picture_of_a_set_has_suggestions_of_its_own(client: Client, owner: User) -> None:
    drafts = [
        drafted(owner, by_webui(number, f"1girl, {word}\nSteps: 2, Sampler: Euler"), position=number)
        for number, word in enumerate(("smile", "red hair"))
    ]
    make_post(tags=["1girl", "smile", "red_hair"])
    address = reverse("gallery:upload_set", args=["batch-one"])
    answer = client.get(address)
    assert answer.context["common"] == ["1girl"]
    assert [line["suggested"] for line in answer.context["lines"]] == [["smile"], ["red_hair"]]
    ticked = {f"more_{drafts[1].pk}": ["red_hair"], "more": ["1girl"]}
    client.post(address, the_set(drafts, act="save") | ticked)
    assert [draft.tags for draft in UploadDraft.objects.order_by("pk")] == ["cat 1girl n0", "cat 1girl n1 red_hair"]


def test_a_set_that_is_posted_leads_to_its_first_post(client: Client, owner: User) -> None:
    drafts = several(owner, 2)
    address = reverse("gallery:upload_set", args=["batch-one"])
    where = client.post(address, the_set(drafts))["Location"]
    again = client.post(address, the_set(drafts))
    assert (again.status_code, again["Location"]) == (303, where)
    assert client.get(address)["Location"] == where
    assert client.get(reverse("gallery:upload_set", args=["batch-two"])).status_code == 404
    client.force_login(make_user("another"), "django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404


def test_a_picture_discarded_while_its_set_is_posted_breaks_nothing(
    client: Client, owner: User, monkeypatch: Any
) -> None:
    drafts = several(owner)

    def publish_then_drop(chosen: list[UploadDraft]) -> Published:
        made = publish_set(chosen)
        UploadDraft.objects.filter(asset__post=made.posts[0]).delete()
        return made

    monkeypatch.setattr("gallery.views.uploads.publish_set", publish_then_drop)
    answer = client.post(
        reverse("gallery:upload_set", args=["batch-one"]), the_set(drafts, **{f"tags_{drafts[2].pk}": "bad*tag"})
    )
    assert answer.status_code == 422
    assert [line["card"].draft.pk for line in answer.context["lines"]] == [drafts[2].pk]


def test_what_a_set_has_no_room_for_is_named_and_stays(client: Client, owner: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("gallery.uploads.pages.MAX_FILES", 2)
    monkeypatch.setattr("gallery.uploads.drafts.MAX_FILES", 2)
    drafts = several(owner, 4)
    said = text(client.get("/upload"))
    assert "Post these 2 as one set" in said
    assert "data-left>A set holds 2 pictures at most" in said
    address = reverse("gallery:upload_set", args=["batch-one"])
    answer = client.get(address)
    assert [line["card"].draft for line in answer.context["lines"]] == drafts[:2]
    assert "These 2 stay drafts" in text(answer)
    for left in drafts[2:]:
        assert f'"{page(left)}">{left.position}.png<' in text(answer)
    assert client.post(address, the_set(drafts[:2])).status_code == 303
    assert list(UploadDraft.objects.filter(asset__post=None).order_by("position")) == drafts[2:]
