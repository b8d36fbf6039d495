"""Several drafts posted together: the first becomes the parent of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from gallery.errors import UserFacingError
from gallery.models import Post, UploadDraft
from gallery.refusals.holding import counted_upload
from gallery.uploads.drafts import publish_locked


@dataclass
class Published:
    """`posts` in the order of the set; `refused`: the drafts that stay, each with the reason."""

    posts: list[Post] = field(default_factory=list)
    refused: list[tuple[UploadDraft, UserFacingError]] = field(default_factory=list)


def publish_set(drafts: Sequence[UploadDraft]) -> Published:
    """Post drafts as they are saved, one by one in that order; each is a transaction of its own.

    The first that is posted is the parent. One that is refused stays a draft that remembers the parent, so that it
    comes into the set when it is posted later; one that is gone by now is left out.
    """
    made = Published()
    for draft in drafts:
        try:
            with counted_upload(draft.asset):
                made.posts.append(_publish_into(drafts, draft))
        except UploadDraft.DoesNotExist:
            continue
        except UserFacingError as error:
            made.refused.append((draft, error))
    return made


@transaction.atomic
def _publish_into(drafts: Sequence[UploadDraft], draft: UploadDraft) -> Post:
    """Post one of a set. The first one's others know their parent as soon as it is there: whatever happens next, and
    in whatever order another tab posts them, they come below it."""
    whole = UploadDraft.objects.filter(pk__in=[each.pk for each in drafts]).order_by("pk")
    locked = list(whole.select_for_update(of=("self",)).select_related("parent"))
    parent = next((each.parent for each in locked if each.parent is not None), None)
    post = publish_locked(draft, parent)
    if parent is None:
        whole.exclude(pk=draft.pk).update(parent=post)
    return post
