"""Drafts: kept until they are posted, discarded or forgotten."""

from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery import posts as post_acts
from gallery.errors import Invalid, InvalidTransition
from gallery.models import Asset, Post, UploadDraft
from gallery.models.post import AiEvidence, AiLevel
from gallery.uploads import (
    discard_draft,
    drop_old_drafts,
    keep_fetched,
    open_drafts,
    publish_draft,
    publish_set,
    save_draft,
)
from gallery.uploads.drafts import publish_locked
from generation.unused import remove_unused
from tagging.models import Tag
from tests.factories import make_user
from tests.gallery.fetching.server import send, serving
from tests.gallery.threads import at_once
from tests.gallery.uploads.files import by_webui, drafted, plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def age(draft: UploadDraft, **ago: int) -> None:
    """As if it had been sent, and last been typed at, so long ago."""
    then = timezone.now() - timedelta(**ago)
    UploadDraft.objects.filter(pk=draft.pk).update(updated_at=then)
    Asset.objects.filter(pk=draft.asset_id).update(created_at=then)


def test_the_same_file_again_is_the_same_draft_with_what_was_typed_in_the_new_batch() -> None:
    owner = make_user()
    first = drafted(owner, plain())
    save_draft(first, {"tags": "cat", "title": "Mine"})
    again = drafted(owner, plain(), batch="batch-two", position=3)
    assert again.pk == first.pk
    again.refresh_from_db()
    assert (again.tags, again.title, again.batch, again.position) == ("cat", "Mine", "batch-two", 3)
    assert drafted(make_user(), plain()).pk != first.pk


def test_a_post_is_made_of_what_was_saved_and_only_once() -> None:
    owner = make_user()
    draft = drafted(owner, by_webui())
    save_draft(
        draft,
        {"tags": "cat artist:mira", "rating": "s", "level": "generated", "title": "T", "source": "https://x.org/1"},
    )
    post = publish_draft(draft)
    assert (post.title, post.source, post.rating, post.ai_level) == ("T", "https://x.org/1", "s", "generated")
    assert post.generation.model_name == "dreamy"
    assert publish_draft(draft).pk == post.pk
    assert Post.objects.count() == 1
    assert not open_drafts(owner).exists()


def test_the_file_speaks_before_its_author() -> None:
    draft = drafted(make_user(), by_webui())
    save_draft(draft, {"rating": "g", "level": "human"})
    with pytest.raises(Invalid) as refused, transaction.atomic():
        publish_draft(draft)
    assert refused.value.code == "label_against_evidence"
    assert not Post.objects.exists()
    save_draft(draft, {"level": ""})
    post = publish_draft(draft)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.GENERATED, AiEvidence.METADATA)


def test_what_is_a_post_by_now_is_no_draft_again() -> None:
    owner = make_user()
    draft = drafted(owner, plain())
    save_draft(draft, {"rating": "g", "level": "human"})
    post = publish_draft(draft)
    with pytest.raises(Invalid, match=str(post.pk)):
        drafted(owner, plain())
    post_acts.withdraw(owner, post)
    with pytest.raises(InvalidTransition):
        drafted(owner, plain())


def test_a_picture_waits_as_long_as_its_draft_and_then_both_go(settings: Any, media: Path) -> None:
    settings.DRAFT_DAYS = 3
    draft = drafted(make_user(), plain())
    age(draft, days=2)
    assert (drop_old_drafts(timezone.now()), remove_unused()) == (0, 0)
    assert UploadDraft.objects.exists()
    age(draft, days=4)
    assert remove_unused() == 1
    assert not UploadDraft.objects.exists()
    assert not Asset.objects.exists()


def test_a_post_stays_when_its_old_draft_is_forgotten() -> None:
    draft = drafted(make_user(), plain())
    save_draft(draft, {"rating": "g", "level": "human"})
    publish_draft(draft)
    age(draft, days=400)
    remove_unused()
    assert not UploadDraft.objects.exists()
    assert Post.objects.get().asset.files.exists()


def test_a_discarded_picture_goes_after_a_day() -> None:
    owner = make_user()
    draft = drafted(owner, plain())
    age(draft, hours=25)
    discard_draft(UploadDraft.objects.get(pk=draft.pk))
    assert remove_unused() == 1
    assert not Asset.objects.exists()


def three(owner: Any) -> list[UploadDraft]:
    drafts = [drafted(owner, plain(number), f"{number}.png", position=number) for number in (3, 1, 2)]
    for draft in drafts:
        save_draft(draft, {"tags": f"cat n{draft.position}", "rating": "g", "level": "human"})
    return list(open_drafts(owner))


def test_a_set_is_a_parent_and_its_children_in_order() -> None:
    made = publish_set(three(make_user()))
    assert [post.asset.arrival.file_name for post in made.posts] == ["1.png", "2.png", "3.png"]
    parent, *children = made.posts
    assert parent.parent is None
    assert {child.parent_id for child in children} == {parent.pk}
    assert made.refused == []


def test_what_fails_of_a_set_stays_a_draft_and_comes_into_it_later() -> None:
    owner = make_user()
    drafts = three(owner)
    save_draft(drafts[1], {"tags": "bad,tag*"})
    made = publish_set(drafts)
    assert [post.asset.arrival.file_name for post in made.posts] == ["1.png", "3.png"]
    assert [(draft.pk, error.code) for draft, error in made.refused] == [(drafts[1].pk, "bad_tag")]
    left = open_drafts(owner).get()
    assert left.parent_id == made.posts[0].pk
    save_draft(left, {"tags": "cat"})
    assert publish_draft(left).parent_id == made.posts[0].pk


def test_one_that_is_discarded_meanwhile_is_left_out_of_the_set() -> None:
    drafts = three(make_user())
    UploadDraft.objects.filter(pk=drafts[0].pk).delete()
    made = publish_set(drafts)
    assert [post.asset.arrival.file_name for post in made.posts] == ["2.png", "3.png"]
    assert made.posts[1].parent_id == made.posts[0].pk


@pytest.mark.parametrize("field", ["rating", "level", "prompt_visibility"])
def test_the_database_refuses_choices_that_are_none(field: str) -> None:
    draft = drafted(make_user(), plain())
    with pytest.raises(IntegrityError), transaction.atomic():
        UploadDraft.objects.filter(pk=draft.pk).update(**{field: "x"})


def test_addresses_are_fetched_only_where_the_operator_allows_it(settings: Any) -> None:
    owner = make_user()
    with pytest.raises(Invalid) as off:
        keep_fetched(owner, "https://example.org/cat.png", batch="batch-one")
    assert off.value.code == "fetch_off"
    settings.FETCH_URLS = True
    for address, code in (
        (" ", "fetch_nothing"),
        ("ftp://example.org/", "fetch_address"),
        ("http://127.0.0.1/", "fetch_not_public"),
    ):
        with pytest.raises(Invalid) as refused:
            keep_fetched(owner, address, batch="batch-one")
        assert refused.value.code == code
    assert not UploadDraft.objects.exists()


def test_a_fetched_picture_has_its_address_as_its_source(settings: Any) -> None:
    settings.FETCH_URLS = True
    with serving() as server:
        server.answers["/deep/cat.png"] = send(body=plain())
        address = server.url("/deep/cat.png")
        draft = keep_fetched(make_user(), f" {address} ", batch="batch-one", network=server.network)
    assert draft.source == address
    assert draft.asset.arrival.file_name == "cat.png"


def test_what_is_published_is_what_was_sent_whatever_another_tab_saves() -> None:
    draft = drafted(make_user(), plain())
    save_draft(draft, {"tags": "newer", "rating": "g", "level": "human"})
    save_draft(UploadDraft.objects.get(pk=draft.pk), {"tags": "older"})
    names = Tag.objects.filter(pk__in=publish_draft(draft).tag_ids).values_list("name", flat=True)
    assert "newer" in names
    assert "older" not in names


def test_a_draft_that_another_tab_has_posted_is_not_discarded() -> None:
    draft = drafted(make_user(), plain())
    save_draft(draft, {"tags": "cat", "rating": "g", "level": "human"})
    publish_draft(draft)
    assert not discard_draft(draft)
    assert UploadDraft.objects.filter(pk=draft.pk).exists()


def test_a_set_that_is_cut_off_knows_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_user()
    drafts = [drafted(owner, plain(number), position=number) for number in range(3)]
    for draft in drafts:
        save_draft(draft, {"tags": "cat", "rating": "g", "level": "human"})

    def killed(draft: UploadDraft, *more: Any) -> Post:
        if draft.pk == drafts[1].pk:
            raise SystemExit
        return publish_locked(draft, *more)

    monkeypatch.setattr("gallery.uploads.sets.publish_locked", killed)
    with pytest.raises(SystemExit):
        publish_set(drafts)
    monkeypatch.setattr("gallery.uploads.sets.publish_locked", publish_locked)
    first = Post.objects.get()
    left = list(UploadDraft.objects.filter(asset__post=None))
    # In another order, from another tab.
    publish_set(left[::-1])
    assert set(Post.objects.exclude(pk=first.pk).values_list("parent", flat=True)) == {first.pk}


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_post_a_set_in_two_orders_make_one_set() -> None:
    owner = make_user()
    drafts = [drafted(owner, plain(number), position=number) for number in range(3)]
    for draft in drafts:
        save_draft(draft, {"tags": "cat", "rating": "g", "level": "human"})
    at_once(lambda: publish_set(drafts), lambda: publish_set([copy(draft) for draft in drafts[::-1]]))
    parents = list(Post.objects.values_list("parent", flat=True))
    assert parents.count(None) == 1
    assert len(set(parents)) == 2
