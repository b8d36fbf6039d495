"""Lineage and masks survive: publication, withdrawal, the purge of a parent, the copy of an account and its return."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import posts
from gallery.accounts.deletion import ask_for_deletion, delete_due_accounts
from gallery.models import AccountDeletion, AssetFile, AssetHash
from gallery.storing import discard
from generation import takes
from generation.models import BroughtTake, Mask, PromptStyle, Take, Wildcard
from generation.models.take import TakeKind
from generation.unused import remove_unused
from tests.factories import make_mask, make_user
from tests.gallery.uploads.files import by_webui, drafted
from tests.generation.imports.copies import brought, copy_of, make_chain, mask_content

pytestmark = pytest.mark.django_db

WANTED = {"tags": ["1girl"], "rating": "g"}


def erase(take: Take) -> None:
    """As the bin does after its days: the files go, the row stays for what was drawn over it."""
    for file in AssetFile.objects.filter(asset=take.asset):
        discard(file.path)
    AssetFile.objects.filter(asset=take.asset).delete()
    AssetHash.objects.filter(asset=take.asset).delete()
    now = timezone.now()
    Take.objects.filter(pk=take.pk).update(purged_at=now, erased_at=now, recipe={}, note="")


def chain_of(user) -> list[Take]:
    """From the first to the last, by their edges."""
    one = Take.objects.get(owner=user, parent=None)
    line = [one]
    while below := list(line[-1].children.all()):
        line += below
    return line


def same_marks(before: Take, after: Take) -> None:
    names = ("margins", "lettering", "stack", "flag", "flagged_at", "stars", "note", "to_fix", "created_at")
    for name in names:
        assert (name, getattr(after, name)) == (name, getattr(before, name))


def holds(line: list[Take], mask: bytes) -> None:
    """The edges and the mask are there."""
    fresh = [Take.objects.get(pk=take.pk) for take in line]
    assert [take.parent_id for take in fresh] == [None, line[0].pk, line[1].pk]
    assert mask_content(fresh[1].mask) == mask


def test_edges_and_masks_survive_each_step_and_come_back_elsewhere():
    mika = make_user("mika")
    line = list(make_chain(mika))
    PromptStyle.objects.create(owner=mika, name="Ink", prompt="ink", negative_prompt="")
    Wildcard.objects.create(owner=mika, name="hair", text="red\nblue")
    mask = mask_content(line[1].mask)
    holds(line, mask)

    post = takes.publish(mika, line[1], **WANTED)
    holds(line, mask)
    posts.withdraw(mika, post)
    holds(line, mask)
    erase(line[0])
    holds(line, mask)
    remove_unused()
    holds(line, mask)

    noa = make_user("noa")
    run = brought(noa, copy_of(mika))
    assert (run.state, run.trouble, run.notes) == ("done", None, [])
    back = chain_of(noa)
    assert [take.kind for take in back] == [TakeKind.IMPORTED] * 3
    assert [take.erased_at is None for take in back] == [False, True, True]
    for before, after in zip(line[1:], back[1:], strict=True):
        same_marks(Take.objects.get(pk=before.pk), after)
        assert after.recipe["prompt"] == before.recipe["prompt"]
        assert after.post is None
        assert after.asset.pixel_sha256 == before.asset.pixel_sha256
        assert (after.asset.width, after.asset.height) == (before.asset.width, before.asset.height)
    assert back[1].mask.owner == noa
    assert mask_content(back[1].mask) == mask
    assert PromptStyle.objects.get(owner=noa).prompt == "ink"
    assert Wildcard.objects.get(owner=noa).text == "red\nblue"
    # And what mika has is as it was.
    holds(line, mask)


def test_the_account_is_erased_and_all_of_it_comes_back_into_a_new_one():
    mika = make_user("mika")
    line = list(make_chain(mika))
    takes.publish(mika, line[1], **WANTED)
    mask, content = mask_content(line[1].mask), copy_of(mika)
    ask_for_deletion(mika, "withdraw")
    AccountDeletion.objects.update(due_at=timezone.now() + timedelta(seconds=1))
    assert delete_due_accounts(timezone.now() + timedelta(days=1)) == 1
    # The published one stays with its post, and its mask with it.
    left = Take.objects.get(owner=mika)
    assert (left.pk, mask_content(left.mask)) == (line[1].pk, mask)

    again = make_user("mika")
    assert brought(again, content).state == "done"
    back = chain_of(again)
    assert [take.asset.pixel_sha256 for take in back] == [take.asset.pixel_sha256 for take in line]
    assert mask_content(back[1].mask) == mask


def test_a_copy_that_comes_home_finds_everything_there():
    mika = make_user("mika")
    line = list(make_chain(mika))
    before = Take.objects.count()
    run = brought(mika, copy_of(mika))
    assert run.state == "done"
    assert Take.objects.count() == before
    assert set(BroughtTake.objects.values_list("outcome", flat=True)) == {"known"}
    holds(line, mask_content(line[1].mask))


def test_what_was_brought_is_copied_and_brought_again():
    mika, noa, rin = make_user("mika"), make_user("noa"), make_user("rin")
    line = list(make_chain(mika))
    brought(noa, copy_of(mika))
    brought(rin, copy_of(noa))
    back = chain_of(rin)
    assert [take.asset.pixel_sha256 for take in back] == [take.asset.pixel_sha256 for take in line]
    assert mask_content(back[1].mask) == mask_content(line[1].mask)


def test_posts_that_are_no_takes_come_as_private_takes_with_their_words():
    from gallery.uploads import publish_draft

    mika, noa = make_user("mika"), make_user("noa")
    draft = drafted(mika, by_webui(), batch="b")
    draft.tags, draft.rating, draft.title = "1girl", "g", "By the lake"
    draft.save()
    post = publish_draft(draft)
    brought(noa, copy_of(mika))
    take = Take.objects.get(owner=noa)
    assert take.post is None
    assert take.note.startswith("By the lake")
    assert "1girl" in take.note
    assert take.recipe["prompt"] == post.generation.prompt


def test_archived_takes_come_with_what_is_left_of_them():
    mika, noa = make_user("mika"), make_user("noa")
    drawn, _painted, _lettered = make_chain(mika)
    for file in AssetFile.objects.filter(asset=drawn.asset, variant__in=["original", "bare"]):
        discard(file.path)
        file.delete()
    Take.objects.filter(pk=drawn.pk).update(archived_at=timezone.now())
    brought(noa, copy_of(mika))
    back = chain_of(noa)
    assert len(back) == 3
    assert back[0].archived_at is not None
    assert back[0].asset.files.exists()


def test_masks_that_a_take_alone_names_are_not_swept_away():
    mika = make_user("mika")
    line = list(make_chain(mika))
    noa = make_user("noa")
    brought(noa, copy_of(mika))
    make_mask(noa, 32, 32)
    old = timezone.now() - timedelta(days=9)
    Mask.objects.update(created_at=old)
    assert remove_unused() == 1
    assert mask_content(chain_of(noa)[1].mask) == mask_content(line[1].mask)
