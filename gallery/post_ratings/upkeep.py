"""The rating program's work: posts that it has not looked at, and those that it looks at for too long.

Runs in the gallery's worker and goes on where it was stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from queue import Empty, Queue
from threading import Event, Thread

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery import raters
from gallery.ingest import picture_of
from gallery.models import Case, Post, RatingSource, UnratedPost
from gallery.models.post import PostStatus
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind, CaseState
from gallery.moderation.cases import close_moot_case, open_case
from gallery.post_ratings.changes import min_of, say_floors
from gallery.post_ratings.floor_acts import carry_out
from gallery.post_ratings.settling import settle
from gallery.post_ratings.sources import one_step_above, rating_that_counts, say, sources_of
from gallery.post_state import locked
from gallery.posts import set_status
from gallery.raters import Opinion, Rater
from gallery.ratings import Rating, strictest
from gallery.storing import OutOfReach

logger = logging.getLogger(__name__)

STUCK_AFTER = timedelta(minutes=15)
# A program that takes longer for a picture than this hangs.
SECONDS_EACH = 60
TRIES = 3
BATCH = 50

_hangs = Event()


class RaterHangsError(Exception):
    """The program gave no answer; this process asks it no more."""


@cache
def the_rater() -> Rater | None:
    """The program of this site, with its weights in memory; None where there is none."""
    name = raters.installed(settings.RATER)
    return raters.load(name) if name else None


def rate_posts(stopping: Callable[[], bool] = lambda: False, rater: Callable[[], Rater | None] = the_rater) -> int:
    """Ask the program about the posts that wait for it, the newest first, until none waits; returns how many it rated.

    Where there is no program any more, nobody waits for it.
    """
    if _hangs.is_set():
        return 0
    waiting = UnratedPost.objects.filter(tries__lt=TRIES)
    numbers = list(waiting.order_by("-pk").values_list("pk", flat=True)[:BATCH])
    program = rater() if numbers else None
    done = 0
    while numbers and not stopping():
        for post_id in numbers:
            if stopping():
                break
            try:
                done += rate(post_id, program)
            except RaterHangsError:
                logger.exception("The rating program hangs; posts that it does not rate go to moderators")
                return done
        waiting = waiting.filter(pk__lt=numbers[-1])
        numbers = list(waiting.order_by("-pk").values_list("pk", flat=True)[:BATCH])
    return done


def rate(post_id: int, rater: Rater | None) -> bool:
    """Ask `rater` about one post and act on what it says. False if there was no answer, or nobody waits for one."""
    opinion = None
    if rater is not None:
        post = Post.objects.select_related("asset").get(pk=post_id)
        try:
            # Before it is asked: what kills this process is not tried for ever.
            UnratedPost.objects.filter(pk=post_id).update(tries=F("tries") + 1)
            picture = picture_of(post.asset)
            opinion = _within(SECONDS_EACH, lambda: rater.rate(picture))
        except RaterHangsError:
            raise
        except OutOfReach:
            UnratedPost.objects.filter(pk=post_id).update(tries=F("tries") - 1)
            logger.exception("Pictures can't be had at this moment; those without a rating wait")
            return False
        except Exception:
            logger.exception("The rating program has no answer for post %d", post_id)
            return False
    return receive(post_id, opinion, rater.version if rater else "")


@transaction.atomic
def receive(post_id: int, opinion: Opinion | None, version: str) -> bool:
    """Act on what the program says of a post that waits for it; None: there is no program. False if nobody waits."""
    post = locked(Post(pk=post_id))
    waiting = UnratedPost.objects.select_for_update().filter(post=post).first()
    if waiting is None:
        return False
    beyond = False
    if opinion is not None and post.status not in {PostStatus.QUARANTINED, PostStatus.WITHDRAWN}:
        beyond = _weigh(post, opinion, version)
    waiting.delete()
    held = waiting.holds
    for case in Case.objects.select_for_update().filter(post=post, kind=CaseKind.STUCK, state=CaseState.OPEN):
        close_moot_case(case)
        held = True
    # A rule on its words, or a copy of what was taken down, holds it back for a moderator, whatever the program says.
    others = Case.objects.filter(post=post, kind__in=[CaseKind.POST, CaseKind.SCAN], state=CaseState.OPEN)
    if held and not beyond and post.status == PostStatus.PENDING and not others.exists():
        set_status(post, PostStatus.ACTIVE)
    return True


def call_moderators(now: datetime | None = None) -> int:
    """Posts that wait for the program since 15 minutes are hidden and become cases; returns how many."""
    late = (now or timezone.now()) - STUCK_AFTER
    called = 0
    for post_id in UnratedPost.objects.filter(stuck=False, since__lte=late).order_by("pk").values_list("pk", flat=True):
        called += _call(post_id)
    return called


def raise_by_floors(stopping: Callable[[], bool] = lambda: False) -> int:
    """Go on bringing posts up to the minimums of their tags."""
    return carry_out(_raise_by_floor, stopping)


@transaction.atomic
def queue_all(*, again: bool = False) -> int:
    """Let the program look at all posts that it has not rated, or with `again` at every one; returns how many."""
    posts = Post.objects.exclude(status__in=[PostStatus.WITHDRAWN, PostStatus.QUARANTINED])
    if not again:
        posts = posts.exclude(pk__in=RatingSource.objects.filter(kind=RatingKind.RATER).values("post"))
    posts = posts.exclude(pk__in=UnratedPost.objects.values("post"))
    # They were shown until now, so nobody is called for those that have to wait their turn.
    now, numbers = timezone.now(), posts.values_list("pk", flat=True)
    made = [UnratedPost(post_id=number, since=now, stuck=True) for number in numbers]
    return len(UnratedPost.objects.bulk_create(made, batch_size=5000, ignore_conflicts=True))


def _raise_by_floor(post_id: int) -> None:
    with transaction.atomic():
        post = locked(Post(pk=post_id))
        say_floors(post)
        settle(post, RatingKind.FLOOR)


def _weigh(post: Post, opinion: Opinion, version: str) -> bool:
    """Write an opinion down and act on it; whether it goes so far that a moderator has to look."""
    before, said = Rating(post.rating), Rating(opinion.rating)
    rows = sources_of(post, before)
    there, author = rows.get(RatingKind.RATER), rows.get(RatingKind.AUTHOR)
    counts = Rating(there.counts) if there and there.counts else None
    sure = opinion.confidence >= settings.RATER_THRESHOLD and said != Rating.GENERAL
    if sure:
        word = Rating(author.rating) if author else before
        counts = strictest([counts or Rating.GENERAL, min_of(said, one_step_above(word))])
    say(
        rows,
        post,
        RatingKind.RATER,
        said,
        counts=counts,
        confidence=round(opinion.confidence, 4),
        reasons=[{"phrase": phrase, "where": "picture"} for phrase in opinion.reasons],
        version=version[:60],
    )
    settle(post, RatingKind.RATER)
    heard = not rows[RatingKind.RATER].overruled
    beyond = sure and heard and said.strength > rating_that_counts(rows.values()).strength
    if beyond:
        facts = {"rating": said.value, "confidence": round(opinion.confidence, 4), "version": version}
        open_case(CaseKind.SCAN, post=post, facts=facts)
    return beyond


@transaction.atomic
def _call(post_id: int) -> bool:
    post = locked(Post(pk=post_id))
    waiting = UnratedPost.objects.select_for_update().filter(post=post, stuck=False).first()
    if waiting is None:
        return False
    waiting.stuck = True
    waiting.save(update_fields=["stuck"])
    if post.status not in {PostStatus.ACTIVE, PostStatus.PENDING}:
        return False
    open_case(CaseKind.STUCK, post=post, facts={"since": waiting.since.isoformat(), "tries": waiting.tries})
    if post.status == PostStatus.ACTIVE:
        set_status(post, PostStatus.PENDING)
    return True


def _within(seconds: float, ask: Callable[[], Opinion]) -> Opinion:
    """What `ask` returns or raises. Raises RaterHangsError where it does neither in time; its thread can't be
    stopped, and is one that the process doesn't wait for when it ends."""
    answer: Queue[Opinion | Exception] = Queue()

    def run() -> None:
        try:
            answer.put(ask())
        except Exception as error:
            answer.put(error)

    Thread(target=run, daemon=True, name="rater").start()
    try:
        found = answer.get(timeout=seconds)
    except Empty as error:
        _hangs.set()
        raise RaterHangsError from error
    if isinstance(found, Exception):
        raise found
    return found
