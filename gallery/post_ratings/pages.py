"""What the page of a post's rating tells whom, and what this viewer may do there."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from gallery import raters
from gallery.models import Post, RatingSource, RatingVersion, RatingVote, User, Voice
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind, CaseState
from gallery.moderation.acts import RERATABLE
from gallery.moderation.cases import decides_alone
from gallery.post_ratings.trust import is_trusted
from gallery.post_state import EDITABLE
from gallery.raters import Measured
from gallery.ratings import ORDER, Rating, strictest
from gallery.visibility import Viewer, may_read_prompt, signed_in

MOST_LINES = 100


@dataclass(frozen=True)
class SourceLine:
    """What one source says, as this viewer may read it. `phrases`: what it found; `percent`: how sure it is, None where
    that is no question; `state`: what becomes of it, in a sentence; `counts`: whether it is heard at all; `decisive`:
    whether the rating of the post is this one's."""

    who: str
    rating: str
    phrases: list[str]
    percent: int | None
    version: str
    state: str
    counts: bool
    decisive: bool


@dataclass(frozen=True)
class HistoryLine:
    """One rating that the post had. `person` is empty where it was no one's act or is not this viewer's to know."""

    version: RatingVersion
    who: str
    person: str


@dataclass(frozen=True)
class RatingPage:
    """All that the page shows. `stricter`: what this viewer may vote for; `disputable`: what they may say in a dispute;
    `my_vote`, `my_dispute`: what of theirs waits; `votes`: for moderators, how many ask for which rating."""

    rating: Rating
    sources: list[SourceLine]
    history: list[HistoryLine]
    stricter: list[Rating]
    disputable: list[Rating]
    my_vote: RatingVote | None
    my_dispute: Voice | None
    votes: list[tuple[Rating, int]]
    trusted: bool
    locked: bool
    lockable: bool
    has_rater: bool
    measured: Measured | None


def rating_page(post: Post, viewer: Viewer) -> RatingPage:
    """For a post that this viewer can open."""
    rows = {RatingKind(row.kind): row for row in RatingSource.objects.filter(post=post)}
    decided = rows.get(RatingKind.MODERATOR)
    locked = decided is not None and decided.locked
    member = viewer if isinstance(viewer, User) and signed_in(viewer) else None
    moderates = member is not None and member.is_moderator
    mine = member is not None and post.author_id == member.pk
    acting = member is not None and post.status in EDITABLE
    rating = Rating(post.rating)
    my_vote = RatingVote.objects.filter(post=post, by=member, answered=False).first() if member else None
    my_dispute = _open_dispute(post, member) if member else None
    reads = may_read_prompt(viewer, post)
    program = raters.installed(settings.RATER)
    return RatingPage(
        rating=rating,
        sources=_sources(post, rows, reads=reads),
        history=_history(post, reads=reads, moderates=moderates),
        stricter=ORDER[rating.strength + 1 :] if acting and not mine and not locked else [],
        disputable=[one for one in ORDER if one != rating] if acting and my_dispute is None else [],
        my_vote=my_vote,
        my_dispute=my_dispute,
        votes=_votes(post) if moderates else [],
        trusted=acting and is_trusted(viewer),
        locked=locked,
        lockable=member is not None and _may_lock(member, post),
        has_rater=program is not None,
        measured=raters.measured(program) if program else None,
    )


def _may_lock(member: User, post: Post) -> bool:
    mine = post.author_id == member.pk
    return member.is_moderator and post.status in RERATABLE and (not mine or decides_alone(member))


def _open_dispute(post: Post, member: User) -> Voice | None:
    return Voice.objects.filter(
        by=member, case__post=post, case__kind=CaseKind.RATING, case__state=CaseState.OPEN
    ).first()


def _sources(post: Post, rows: dict[RatingKind, RatingSource], *, reads: bool) -> list[SourceLine]:
    if not rows:
        rows = {RatingKind.AUTHOR: RatingSource(kind=RatingKind.AUTHOR, rating=post.rating, counts=post.rating)}
    lines = []
    for kind in RatingKind:
        row = rows.get(kind)
        if row is None:
            continue
        # Of a prompt that others may not read not even this is told: that the rating comes from it.
        hidden = kind == RatingKind.RULES and not reads
        if hidden:
            row = _by_tags_alone(row)
            if row is None:
                continue
        elif kind == RatingKind.AUTHOR and not reads:
            row = _as_published(row, rows.get(RatingKind.RULES))
        lines.append(_line(post, kind, row, rows))
    return lines


def _by_tags_alone(row: RatingSource) -> RatingSource | None:
    """What the rules say of the tags, which everybody can read."""
    by_tags = [one for one in row.reasons if one.get("where") == "tag"]
    if not by_tags:
        return None
    rating = strictest([Rating(one["rating"]) for one in by_tags])
    return RatingSource(
        kind=row.kind, rating=rating, counts=rating if row.counts else "", overruled=row.overruled, reasons=by_tags
    )


def _as_published(row: RatingSource, rules: RatingSource | None) -> RatingSource:
    """The author's word together with what the rules made of their prompt, as one."""
    if rules is None:
        return row
    rating = strictest([Rating(row.rating), Rating(rules.rating)])
    overruled = row.overruled and rules.overruled
    return RatingSource(kind=row.kind, rating=rating, counts=rating, overruled=overruled)


def _line(post: Post, kind: RatingKind, row: RatingSource, rows: dict[RatingKind, RatingSource]) -> SourceLine:
    decided = rows.get(RatingKind.MODERATOR)
    locked = decided is not None and decided.locked and kind != RatingKind.MODERATOR
    heard = bool(row.counts) and not row.overruled and not locked
    return SourceLine(
        who=str(kind.label),
        rating=row.rating,
        phrases=[str(one["phrase"]).replace("_", " ") for one in row.reasons],
        percent=round(row.confidence * 100) if row.confidence is not None else None,
        version=row.version,
        state=_state(row, locked=locked),
        counts=heard,
        decisive=heard and row.counts == post.rating,
    )


def _state(row: RatingSource, *, locked: bool) -> str:
    if row.locked:
        return _("Locked: nobody but moderators changes it.")
    if row.overruled or locked:
        return _("Answered by the moderator's decision.")
    if not row.counts and row.rating == Rating.GENERAL:
        return _("Asks for nothing stricter.")
    if not row.counts:
        percent = round(settings.RATER_THRESHOLD * 100)
        return _("Not sure enough to count: it takes %(percent)d %%.") % {"percent": percent}
    if row.counts != row.rating:
        words = {"rating": Rating(row.counts).label}
        return _("Counts as “%(rating)s”: alone it goes one step above the author's word; a moderator looks.") % words
    return ""


def _history(post: Post, *, reads: bool, moderates: bool) -> list[HistoryLine]:
    lines = []
    for one in RatingVersion.objects.filter(post=post).select_related("by").order_by("-number")[:MOST_LINES]:
        by_moderator = one.kind == RatingKind.MODERATOR
        kind = RatingKind.AUTHOR if one.kind == RatingKind.RULES and not reads else RatingKind(one.kind)
        known = one.by is not None and (moderates or not by_moderator)
        lines.append(HistoryLine(one, str(kind.label), one.by.username if known and one.by else ""))
    return lines


def _votes(post: Post) -> list[tuple[Rating, int]]:
    open_votes = list(RatingVote.objects.filter(post=post, answered=False).values_list("rating", flat=True))
    return [(one, open_votes.count(one.value)) for one in ORDER if one.value in open_votes]
