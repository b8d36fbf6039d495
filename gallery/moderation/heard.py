"""What became of what people said: told to who said it, and of others no more than they could see for themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gallery.community.comment_visibility import reachable_comments
from gallery.models import Case, Comment, Post, User, Voice
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.visibility import Viewer, reachable_posts


class Became(StrEnum):
    """What a voice led to."""

    WAITS = "waits"
    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"
    DECIDED = "decided"
    GONE = "gone"


SENTENCES: dict[Became, Any] = {
    Became.WAITS: _("It waits for a moderator."),
    Became.KEPT: _("A moderator looked at it and left it as it is."),
    Became.CHANGED: _("A moderator decided: the post was changed."),
    Became.REMOVED: _("A moderator decided: the post was removed."),
    # What is decided about a person is between them and the moderators.
    Became.DECIDED: _("A moderator looked at it and decided. What was decided about somebody is told to them alone."),
    Became.GONE: _("The post is not here any more; nothing is left to decide."),
}
_OF_OUTCOME = {
    Outcome.KEPT: Became.KEPT,
    Outcome.APPROVED: Became.KEPT,
    Outcome.RERATED: Became.CHANGED,
    Outcome.RELABELLED: Became.CHANGED,
    Outcome.REMOVED: Became.REMOVED,
    Outcome.QUARANTINED: Became.REMOVED,
}


@dataclass(frozen=True)
class Heard:
    """A voice and what became of it. `open_post`: the number of its post where this viewer can open it, else None;
    `open_comment`: likewise the number of its comment, with that of the post below which it stands; `person`: whom it
    is about, where it is about somebody who is still here."""

    voice: Voice
    became: Became
    open_post: int | None
    person: str
    open_comment: tuple[int, int] | None = None

    @property
    def sentence(self) -> str:
        """What became of it, in words."""
        return str(SENTENCES[self.became])

    @property
    def waits(self) -> bool:
        """Whether it can still be taken back."""
        return self.voice.case.state == CaseState.OPEN


def voices_of(member: User) -> QuerySet[Voice]:
    """What a member said, the newest first."""
    return Voice.objects.filter(by=member).select_related("case__post", "case__person").order_by("-pk")


def open_voice(
    member: Viewer, kind: CaseKind, *, post: Post | None = None, person: User | None = None, thing: str = ""
) -> Voice | None:
    """What this member said about that and that still waits."""
    if not isinstance(member, User):
        return None
    mine = Voice.objects.filter(by=member, case__kind=kind, case__state=CaseState.OPEN, case__post=post)
    mine = mine.filter(case__comment=None, case__thing=thing)
    return (mine.filter(case__person=person) if person else mine).select_related("case").first()


def heard(voices: Iterable[Voice], viewer: Viewer) -> list[Heard]:
    """Each of these voices of this viewer's with what became of it; one query for all posts, one for all comments."""
    listed = list(voices)
    numbers = [voice.case.post_id for voice in listed if voice.case.post_id]
    can_open = set(Post.objects.filter(reachable_posts(viewer), pk__in=numbers).values_list("pk", flat=True))
    comments = [voice.case.comment_id for voice in listed if voice.case.comment_id]
    below = {}
    if comments:
        found = Comment.objects.filter(reachable_comments(viewer), pk__in=comments)
        below = {pk: (pk, post_id) for pk, post_id in found.values_list("pk", "post_id")}
    return [
        Heard(
            voice=voice,
            became=became(voice.case),
            open_post=voice.case.post_id if voice.case.post_id in can_open else None,
            person=_name(voice.case),
            open_comment=below.get(voice.case.comment_id or 0),
        )
        for voice in listed
    ]


def became(case: Case) -> Became:
    """What a case led to, as those may know who spoke in it."""
    if case.state == CaseState.MOOT:
        return Became.GONE
    if case.state == CaseState.OPEN:
        return Became.GONE if case.post and case.post.status == PostStatus.WITHDRAWN else Became.WAITS
    if case.post_id is None:
        return Became.DECIDED
    return _OF_OUTCOME.get(Outcome(case.outcome), Became.DECIDED)


def _name(case: Case) -> str:
    return case.person.username if case.post_id is None and case.person and case.person.is_active else ""
