"""What the page of a label tells whom: its history to everybody, disputes to those whom they concern."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from gallery.labels.evidence import declarable
from gallery.labels.history import ground_of
from gallery.labels.words import EVIDENCE, WORDS, LabelWords
from gallery.models import LabelDispute, LabelVersion, Post, User
from gallery.models.label import DisputeState
from gallery.models.post import AiEvidence, AiLevel
from gallery.moderation.acts import RERATABLE
from gallery.post_state import EDITABLE
from gallery.visibility import Viewer, signed_in

MOST_LINES = 100


@dataclass(frozen=True)
class LabelLine:
    """One version of a label. `editor` is empty where a moderator decided and the viewer is none."""

    version: LabelVersion
    editor: str

    @property
    def evidence(self) -> str:
        """What the label rested on."""
        return str(AiEvidence(self.version.evidence).label)


@dataclass(frozen=True)
class TellableDispute:
    """A dispute as far as this viewer may know of it: who raised it only they themselves and moderators learn."""

    dispute: LabelDispute
    by: str
    mine: bool
    decider: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for a moderator."""
        return self.dispute.state == DisputeState.OPEN


@dataclass(frozen=True)
class LabelPage:
    """All that the page shows. `declarable`: what the viewer, its author, may say instead."""

    words: LabelWords
    meaning: Any
    lines: list[LabelLine]
    disputes: list[TellableDispute]
    declarable: list[LabelWords]
    disputable: list[LabelWords]
    decidable: list[LabelWords]
    locked: bool


def label_page(post: Post, viewer: Viewer) -> LabelPage:
    """For a post that this viewer can open."""
    locked = post.ai_evidence == AiEvidence.SITE_JOB
    moderates = isinstance(viewer, User) and viewer.is_moderator
    disputes = told_disputes(post, viewer)
    mine = signed_in(viewer) and post.author_id == viewer.pk
    may_say = [level for level in declarable(ground_of(post)) if level != post.ai_level] if mine else []
    # What authors may say themselves they needn't dispute.
    others = [level for level in AiLevel if level != post.ai_level and level not in may_say]
    acting = signed_in(viewer) and not locked and post.status in EDITABLE
    open_already = any(told.mine and told.is_open for told in disputes)
    return LabelPage(
        words=WORDS[AiLevel(post.ai_level)],
        meaning=EVIDENCE[AiEvidence(post.ai_evidence)],
        lines=_lines(post, moderates),
        disputes=disputes,
        declarable=[WORDS[level] for level in may_say] if acting else [],
        disputable=[WORDS[level] for level in others] if acting and not open_already else [],
        decidable=_decidable(post, viewer) if not locked else [],
        locked=locked,
    )


def told_disputes(post: Post, viewer: Viewer) -> list[TellableDispute]:
    """The disputes of a post that this viewer is told of, the newest first: their own, for its author all, for
    moderators too."""
    if not isinstance(viewer, User) or not signed_in(viewer):
        return []
    found = LabelDispute.objects.filter(post=post).select_related("by", "decided_by").order_by("-pk")
    if not viewer.is_moderator:
        concerned = Q(by=viewer)
        if post.author_id == viewer.pk:
            # What was taken back is no matter of the author's any more.
            concerned |= ~Q(state=DisputeState.WITHDRAWN)
        found = found.filter(concerned)
    return [
        TellableDispute(
            dispute=one,
            by=one.by.username if viewer.is_moderator or one.by_id == viewer.pk else "",
            mine=one.by_id == viewer.pk,
            decider=one.decided_by.username if one.decided_by and viewer.is_moderator else "",
        )
        for one in found[:MOST_LINES]
    ]


def _lines(post: Post, moderates: bool) -> list[LabelLine]:
    """Who decided is for moderators to know; that one of them did stands there for everybody."""
    versions = post.label_versions.select_related("editor").order_by("-number")[:MOST_LINES]
    return [
        LabelLine(one, "" if one.evidence == AiEvidence.MODERATOR and not moderates else one.editor.username)
        for one in versions
    ]


def _decidable(post: Post, viewer: Viewer) -> list[LabelWords]:
    if not isinstance(viewer, User) or not viewer.is_moderator:
        return []
    if post.status not in RERATABLE or (post.author_id == viewer.pk and not viewer.is_owner):
        return []
    confirmed = post.ai_evidence == AiEvidence.MODERATOR
    return [WORDS[level] for level in AiLevel if not (confirmed and level == post.ai_level)]
