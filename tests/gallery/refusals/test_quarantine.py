"""What is found with a picture is out of reach: no row names a file, and no file lies where pictures do."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from gallery.errors import Invalid, InvalidTransition
from gallery.ingest.checking import check_media
from gallery.models import AssetFile, Case, LockedAway, ModerationAction, Post, Refusal, UploadDraft
from gallery.models.refusal import LockedBy
from gallery.moderation.acts import quarantine
from gallery.refusals.holding import hold_back
from gallery.refusals.judging import Refused
from gallery.refusals.quarantine import destroy, folder_of, put_back
from gallery.uploads import publish_draft, publish_set
from tests.factories import make_post, make_user
from tests.gallery.uploads.files import by_webui, drafted, plain

pytestmark = pytest.mark.django_db(transaction=True)

SAID = (
    "child, nude\nNegative prompt: lowres\n"
    "Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 77, Size: 320x240, Model: dreamy"
)


def files_of(asset):
    return list(AssetFile.objects.filter(asset=asset).values_list("path", flat=True))


def lies(path):
    return Path(settings.MEDIA_ROOT, path).exists()


def test_a_file_whose_prompt_is_refused_never_becomes_a_draft():
    owner = make_user()
    with pytest.raises(Invalid) as refused:
        drafted(owner, by_webui(text=SAID))
    assert refused.value.code == "upload_held_back"
    row = LockedAway.objects.get()
    assert not UploadDraft.objects.exists()
    assert not AssetFile.objects.exists()
    assert row.files
    assert not any(lies(file["path"]) for file in row.files)
    assert Refusal.objects.get().person == owner
    assert (row.case.kind, row.case.urgency, row.case.person) == ("scan", 9, owner)
    with pytest.raises(Invalid):
        drafted(owner, by_webui(text=SAID))
    assert LockedAway.objects.count() == Case.objects.count() == 1


def test_the_folder_is_its_owners_alone():
    with pytest.raises(Invalid):
        drafted(make_user(), by_webui(text=SAID))
    folder = folder_of(LockedAway.objects.get().asset)
    assert not folder.is_relative_to(settings.MEDIA_ROOT)
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_title_that_is_refused_takes_the_picture_along():
    draft = drafted(make_user(), plain())
    paths = files_of(draft.asset)
    draft.rating, draft.level, draft.title = "g", "generated", "child, nude"
    with pytest.raises(Refused):
        publish_draft(draft)
    assert not Post.objects.exists()
    assert not UploadDraft.objects.exists()
    assert not any(map(lies, paths))
    assert Refusal.objects.count() == 1


def test_in_a_set_the_others_are_posted():
    owner = make_user()
    drafts = [drafted(owner, plain(number), position=number) for number in range(2)]
    for draft in drafts:
        draft.rating, draft.level = "g", "generated"
    drafts[0].title = "child, nude"
    made = publish_set(drafts)
    assert [draft.pk for draft, _error in made.refused] == [drafts[0].pk]
    assert len(made.posts) == 1
    assert Refusal.objects.count() == LockedAway.objects.count() == 1


def test_no_page_and_no_address_leads_to_it():
    post = make_post(make_user())
    moderator = make_user(role="moderator")
    paths = files_of(post.asset)
    addresses = [f"/media/{post.asset.key}/{file.variant}.{file.format}" for file in post.asset.files.all()]
    quarantine(moderator, post, "because")
    assert not any(map(lies, paths))
    for person in (post.author, moderator, make_user(role="owner")):
        client = Client()
        client.force_login(person)
        assert {client.get(address).status_code for address in [*addresses, f"/posts/{post.pk}"]} == {404}
    assert not check_media().wrong


def test_what_a_check_found_takes_a_post_along():
    post = make_post(make_user())
    hold_back(post.asset, LockedBy.LIST, {"lists": ["x"]})
    post.refresh_from_db()
    assert post.status == "quarantined"
    assert Case.objects.get().person == post.author


def test_put_back_gives_every_file_back():
    post = make_post(make_user())
    paths = files_of(post.asset)
    quarantine(make_user(role="moderator"), post, "because")
    put_back(LockedAway.objects.get())
    assert files_of(post.asset) == paths
    assert all(map(lies, paths))
    assert not check_media().wrong
    assert not folder_of(post.asset).exists()


def test_destroyed_files_are_gone_and_the_picture_stays_known():
    owner = make_user()
    with pytest.raises(Invalid):
        drafted(owner, by_webui(text=SAID))
    row = LockedAway.objects.get()
    destroy(row)
    assert not folder_of(row.asset).exists()
    with pytest.raises(InvalidTransition):
        put_back(row)
    with pytest.raises(InvalidTransition):
        destroy(row)
    with pytest.raises(Invalid):
        drafted(owner, by_webui(text=SAID))


def test_the_same_bytes_of_somebody_else_stay():
    one, other = drafted(make_user(), plain()), drafted(make_user(), plain())
    hold_back(one.asset, LockedBy.WORDS, {})
    assert all(map(lies, files_of(other.asset)))


def test_a_moderator_releases_by_command_and_it_comes_in_again():
    owner, moderator = make_user(), make_user(role="moderator")
    with pytest.raises(Invalid):
        drafted(owner, by_webui(text=SAID))
    key = LockedAway.objects.get().asset.key
    out = StringIO()
    call_command("quarantine", stdout=out)
    assert key in out.getvalue()
    for wrong in ({"by": owner.username, "reason": "x"}, {"by": "", "reason": "x"}, {"by": moderator.username}):
        with pytest.raises(CommandError):
            call_command("quarantine", "release", key, **wrong)
    call_command("quarantine", "release", key, by=moderator.username, reason="a mistake", stdout=out)
    act = ModerationAction.objects.filter(kind="quarantine").latest("pk")
    assert (act.actor, act.subject, act.details["act"]) == (moderator, owner, "released")
    draft = drafted(owner, by_webui(text=SAID))
    assert all(map(lies, files_of(draft.asset)))
    draft.rating, draft.level = "g", "generated"
    with pytest.raises(Refused):  # the rule itself has no exception
        publish_draft(draft)


def test_a_released_post_is_a_removed_one():
    post = make_post(make_user())
    moderator = make_user(role="moderator")
    quarantine(moderator, post, "because")
    call_command("quarantine", "release", post.asset.key, by=moderator.username, reason="a mistake", stdout=StringIO())
    post.refresh_from_db()
    assert post.status == "removed"
    assert all(map(lies, files_of(post.asset)))
