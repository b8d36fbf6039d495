"""Several drafts posted together: the first becomes the parent of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gallery.errors import UserFacingError
from gallery.models import Post, UploadDraft
from gallery.uploads.drafts import publish_draft


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
    parent = next((draft.parent for draft in drafts if draft.parent is not None), None)
    for draft in drafts:
        try:
            post = publish_draft(draft, parent=parent)
        except UploadDraft.DoesNotExist:
            continue
        except UserFacingError as error:
            made.refused.append((draft, error))
            continue
        made.posts.append(post)
        parent = parent or post
    if parent is not None:
        left = [draft.pk for draft, _error in made.refused]
        UploadDraft.objects.filter(pk__in=left).update(parent=parent)
    return made
