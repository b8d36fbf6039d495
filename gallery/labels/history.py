"""The history of labels: every label that a post ever had, who gave it, on what evidence and why."""

from datetime import datetime

from django.utils import timezone

from gallery.labels.evidence import GROUNDS, Label
from gallery.models import LabelVersion, Post, User
from gallery.models.post import AiEvidence, AiLevel


def record_label(editor: User, post: Post, reason: str = "", *, before: Label | None = None) -> LabelVersion:
    """Write down the label that a locked post has now; `before` is what it was, None for a new post.

    A post without a history, from before there were any, gets its first version too.
    """
    newest = post.label_versions.order_by("-number").first()
    if newest is None and before is not None:
        newest = _add(post, 1, before, post.author, post.created_at, "")
    label = AiLevel(post.ai_level), AiEvidence(post.ai_evidence)
    at = timezone.now() if newest else post.created_at
    return _add(post, newest.number + 1 if newest else 1, label, editor, at, reason)


def ground_of(post: Post) -> Label | None:
    """The label that rests on more than its author's word: the last one found with the picture or decided. None where
    there is nothing but that word."""
    found = post.label_versions.filter(evidence__in=GROUNDS).order_by("-number").first()
    if found is not None:
        return AiLevel(found.level), AiEvidence(found.evidence)
    label = AiLevel(post.ai_level), AiEvidence(post.ai_evidence)
    return label if label[1] in GROUNDS else None


def _add(post: Post, number: int, label: Label, editor: User, at: datetime, reason: str) -> LabelVersion:
    level, evidence = label
    return LabelVersion.objects.create(
        post=post, number=number, level=level, evidence=evidence, editor=editor, at=at, reason=reason
    )
