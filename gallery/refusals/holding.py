"""A check found something that nobody may look at by accident: out of reach with it, and a moderator hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from gallery.accounts.house import house_account
from gallery.models import Asset, LockedAway, ModerationAction, Post
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.models.refusal import LockedBy
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.post_state import locked
from gallery.posts import set_status
from gallery.refusals.counting import note
from gallery.refusals.judging import Refused
from gallery.refusals.quarantine import lock_away

URGENT = 9


@transaction.atomic
def hold_back(asset: Asset, why: LockedBy, facts: dict[str, Any]) -> LockedAway:
    """Put an asset's files out of reach and open a case of the highest urgency about who sent it, once. A post that it
    has by now is quarantined with it. The log says so. Raises `NotNow` when the folder for it refuses; then nothing is
    changed."""
    post = Post.objects.filter(asset=asset).first()
    if post is not None:
        post = locked(post)
        if post.status != PostStatus.QUARANTINED:
            set_status(post, PostStatus.QUARANTINED)
    row = lock_away(asset, why, facts)
    # Its rows are locked now: what was being published while this waited is published, and nothing more will be.
    if post is None and (post := Post.objects.filter(asset=asset).first()) is not None:
        post = locked(post)
        if post.status != PostStatus.QUARANTINED:
            set_status(post, PostStatus.QUARANTINED)
    if row.case is None and row.why != LockedBy.MODERATOR:
        more = {"asset": asset.key, "post": post.pk if post else None, "found_by": why.value}
        # About the person: what hangs on a quarantined post is in nobody's queue.
        row.case = open_case(CaseKind.SCAN, person=asset.owner, facts={**more, **facts}, urgency=URGENT)
        row.save(update_fields=["case"])
        ModerationAction.objects.create(
            actor=house_account(),
            kind=ModerationKind.QUARANTINE,
            post=post,
            subject=None if post else asset.owner,
            reason=str(why.label),
            details={"act": "held", "asset": asset.key, "case": row.case_id},
        )
    return row


@contextmanager
def counted_upload(asset: Asset) -> Iterator[None]:
    """`counting` around the act by which a picture that was sent is posted; what the fixed rule refuses with it is held
    back. Outside any transaction."""
    try:
        yield
    except Refused as refusal:
        note(asset.owner, refusal.hit)
        if refusal.hit.fixed:
            hold_back(asset, LockedBy.WORDS, {"words": list(refusal.hit.words)})
        raise
