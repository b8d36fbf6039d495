"""Pictures that wait to be posted: each is its owner's alone, and goes away when nobody goes on with it."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gallery.errors import Invalid, InvalidTransition
from gallery.fetching import PUBLIC, Network, fetch
from gallery.ingest import MAX_BYTES, keep_sent
from gallery.models import Asset, Post, UploadDraft, User
from gallery.post_state import EDITABLE, status_label
from gallery.refusals.arrivals import admitted
from gallery.refusals.holding import counted_upload
from gallery.tag_edits.acts import MAX_SOURCE
from gallery.tag_edits.terms import words_of
from gallery.uploads.publishing import publish_sent
from gallery.uploads.twice import posted_already

MAX_FILES = 20
"""Files of one form, and pictures of one set."""
TYPED = ("tags", "rating", "level", "title", "commentary", "source", "prompt_visibility")
_BATCH = re.compile(r"[A-Za-z0-9_-]{8,22}")


def new_batch() -> str:
    """A name for what is sent together; the page chooses it, so that files sent one by one find each other."""
    return secrets.token_urlsafe(12)


def checked_batch(name: str) -> str:
    """The name as the page sent it, or a new one for what can't be one."""
    return name if _BATCH.fullmatch(name) else new_batch()


def open_drafts(owner: User) -> QuerySet[UploadDraft]:
    """The owner's pictures that no post was made of yet, each batch in its order."""
    drafts = UploadDraft.objects.filter(owner=owner, asset__post=None)
    return drafts.select_related("asset__arrival").prefetch_related("asset__files").order_by("batch", "position", "id")


def keep_draft(
    owner: User, file: IO[bytes], size: int, name: str, *, batch: str, position: int = 0, source: str = ""
) -> UploadDraft:
    """The draft of the picture in `file`; the same file again is the same draft, with what was typed, in this batch.

    Raises what `keep_sent` and `admitted` raise; for a picture that is a post by now, from whatever file, `Invalid`
    says which, as far as they can reach it, and `InvalidTransition` that their own post of this file was taken away.
    """
    asset = admitted(keep_sent(owner, file, size, name))
    _check_unposted(owner, asset)
    place = {"batch": batch, "position": position}
    draft, _made = UploadDraft.objects.update_or_create(
        asset=asset, defaults=place, create_defaults={**place, "owner": owner, "source": source[:MAX_SOURCE]}
    )
    return draft


def keep_fetched(owner: User, address: str, *, batch: str, position: int = 0, network: Network = PUBLIC) -> UploadDraft:
    """The same of the picture at an address, which becomes its source. Raises what `fetch` and `keep_draft` raise."""
    if not settings.FETCH_URLS:
        raise Invalid("fetch_off")
    if not address.strip():
        raise Invalid("fetch_nothing")
    found = fetch(address, max_bytes=MAX_BYTES, network=network)
    content = BytesIO(found.content)
    return keep_draft(
        owner, content, len(found.content), found.name, batch=batch, position=position, source=address.strip()
    )


def save_draft(draft: UploadDraft, typed: Mapping[str, Any]) -> None:
    """Write down what was typed so far: those of `TYPED` that are there. Nothing of it has to be right for a post."""
    fields = {name: typed[name] for name in TYPED if name in typed}
    UploadDraft.objects.filter(pk=draft.pk).update(**fields, updated_at=timezone.now())
    for name, value in fields.items():
        setattr(draft, name, value)


@transaction.atomic
def put_in_order(drafts: Sequence[UploadDraft]) -> None:
    """Drafts that were sent together stand in the order of `drafts` from now on."""
    for place, draft in enumerate(drafts):
        if draft.position != place:
            UploadDraft.objects.filter(pk=draft.pk).update(position=place, updated_at=timezone.now())
            draft.position = place


def publish_draft(draft: UploadDraft, *, parent: Post | None = None) -> Post:
    """Make the post of a draft as `draft` holds it, whatever another tab saves meanwhile; asked again, it returns the
    post made first.

    `parent` is put above it, else that of the set that it belongs to. Raises `UploadDraft.DoesNotExist` (discarded
    meanwhile) and what `publish_sent` raises; the draft of a picture that is held back then is gone.
    """
    with counted_upload(draft.asset):
        return publish_locked(draft, parent)


@transaction.atomic
def publish_locked(draft: UploadDraft, parent: Post | None = None) -> Post:
    """`publish_draft` as a part of a larger transaction, whose caller counts refusals."""
    locked = (
        UploadDraft.objects.select_for_update(of=("self",)).select_related("asset", "owner", "parent").get(pk=draft.pk)
    )
    for name in TYPED:
        setattr(locked, name, getattr(draft, name))
    return publish_sent(
        locked.owner,
        locked.asset,
        tags=words_of(locked.tags),
        rating=locked.rating,
        level=locked.level or None,
        prompt_visibility=locked.prompt_visibility,
        title=locked.title,
        commentary=locked.commentary,
        source=locked.source,
        parent=parent or locked.parent,
    )


@transaction.atomic
def discard_draft(draft: UploadDraft) -> bool:
    """Forget what was typed; False where the picture is a post by now, which stays. The picture goes with the next
    removal of what nobody uses, a day after it was sent."""
    locked = UploadDraft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if locked is not None and Post.objects.filter(asset=locked.asset_id).exists():
        return False
    draft.delete()
    return True


def drop_old_drafts(now: datetime) -> int:
    """Forget the drafts that nobody touched for `DRAFT_DAYS`; returns how many. Posts of theirs stay."""
    old = UploadDraft.objects.filter(updated_at__lt=now - timedelta(days=settings.DRAFT_DAYS))
    return old.delete()[0]


def _check_unposted(owner: User, asset: Asset) -> None:
    post = Post.objects.filter(asset=asset).first()
    if post is None or post.status in EDITABLE:
        # Their own, or a copy of anybody's: a file that was downloaded here has other bytes and the same pixels.
        post = post or posted_already(owner, [asset.pixel_sha256]).get(asset.pixel_sha256)
        if post is not None:
            raise Invalid("already_posted", id=post.pk)
        return
    raise InvalidTransition("published_before", status=status_label(post))
