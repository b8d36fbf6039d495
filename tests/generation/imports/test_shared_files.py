"""One file may be a take and a post: what becomes of the one never touches the other."""

import pytest

from gallery.models import Asset, Post, User
from gallery.storing import content_of
from gallery.uploads import publish_draft
from generation.desk.keeping import archive
from generation.models import BroughtTake, Take
from tests.gallery.uploads.files import by_webui, drafted, plain
from tests.generation.imports.copies import brought, copy_of, copy_with, row

pytestmark = pytest.mark.django_db


def posted(owner: User, content: bytes) -> Post:
    draft = drafted(owner, content, batch="batch-two")
    draft.tags, draft.rating = "1girl", "g"
    return publish_draft(draft)


def whole_file(asset: Asset) -> bytes:
    return content_of(asset.files.get(variant="bare").path)


def test_a_post_of_the_same_file_keeps_its_picture_when_the_take_is_archived(noa, django_capture_on_commit_callbacks):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    post = posted(noa, plain())
    with django_capture_on_commit_callbacks(execute=True):
        assert archive(noa, [Take.objects.get().pk]).count == 1
    assert whole_file(post.asset)


def test_what_was_archived_is_sent_anew_as_a_whole(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    archive(noa, [Take.objects.get().pk])
    assert whole_file(posted(noa, plain()).asset)


def test_a_draft_of_the_same_file_stays_a_draft(noa):
    draft = drafted(noa, plain())
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    assert Take.objects.get().asset != draft.asset


def test_a_post_that_comes_home_is_there_already(noa):
    posted(noa, by_webui())
    run = brought(noa, copy_of(noa))
    assert (run.state, Take.objects.count(), Asset.objects.count()) == ("done", 0, 1)
    assert list(BroughtTake.objects.values_list("outcome", "take")) == [("known", None)]
