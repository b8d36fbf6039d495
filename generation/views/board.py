"""A request as the page shows it: one tile a picture, each with what can be said about it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.cards import ratio_class
from gallery.models import Asset, Post, User
from generation.errors import failure_sentence
from generation.models import GenerationRequest, Job, JobPreview, Take
from generation.models.queue import JobState
from generation.queueing import pace, queue
from generation.queueing.standstill import standstill
from generation.wording import duration, waiting_line

RECENT = 8
LIVE = {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True)
class Tile:
    """One picture: its job and the line under it."""

    job: Job
    ratio: str
    line: str = ""
    preview_step: int | None = None

    @property
    def live(self) -> bool:
        """Whether it will still change by itself."""
        return self.job.state in LIVE


@dataclass(frozen=True)
class Board:
    """A request with its tiles."""

    request: GenerationRequest
    tiles: list[Tile]
    standstill: str = ""
    time_left: str = ""

    @property
    def live(self) -> bool:
        """Whether any tile will still change by itself."""
        return any(tile.live for tile in self.tiles)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of the pictures that came out; until then, of what is drawn first."""
        out = next((tile.job.take.asset for tile in self.tiles if tile.job.state == JobState.DONE), None)
        return (out.width, out.height) if out else (self.request.width, self.request.height)

    @property
    def enlarged(self) -> bool:
        """Whether the pictures that came out are larger than what was drawn first, by a second pass."""
        first = (self.request.width, self.request.height)
        return self.request.hires_scale is not None and self.size != first

    @property
    def candidates(self) -> bool:
        """Whether its pictures are tries at the same part, of which one can be kept."""
        return self.request.mask_id is not None and len(self.tiles) > 1

    @property
    def fresh(self) -> bool:
        """Whether it was asked for so lately that minutes say nothing."""
        return timezone.now() - self.request.created_at < timedelta(minutes=1)

    @property
    def done(self) -> int:
        """How many pictures came out."""
        return sum(tile.job.state == JobState.DONE for tile in self.tiles)


def board_of(request: GenerationRequest) -> Board:
    """The board of one request, as of now."""
    jobs = list(request.jobs.select_related("take__asset").prefetch_related("take__asset__files").order_by("index"))
    waiting = [job.pk for job in jobs if job.state == JobState.QUEUED]
    places = queue.positions(waiting) if waiting else {}
    previews = dict(JobPreview.objects.filter(job__in=jobs).values_list("job_id", "step"))
    ratio = ratio_class(request.width, request.height)
    tiles = [Tile(job, ratio, _line(job, places), previews.get(job.pk)) for job in jobs]
    if not any(tile.live for tile in tiles):
        return Board(request, tiles)
    why = standstill(request.checkpoint)
    seconds = None if why else pace.estimate(request)
    return Board(request, tiles, why, duration(seconds) if seconds else "")


def boards(user: User | AnonymousUser, *, first: int | None = None) -> list[Board]:
    """The newest requests of `user`; the one with the id `first` leads if it is theirs."""
    if not user.is_authenticated:
        return []
    mine: QuerySet[GenerationRequest] = GenerationRequest.objects.filter(user=user).select_related("checkpoint")
    found = list(mine.order_by("-id")[:RECENT])
    if first is not None:
        named = next((each for each in found if each.pk == first), None) or mine.filter(pk=first).first()
        if named:
            found = [named, *(each for each in found if each.pk != named.pk)]
    return [board_of(each) for each in found]


def boards_over(
    user: User, asset: Asset, take: Take | None, post: Post | None, *, first: int | None = None
) -> list[Board]:
    """The newest requests of `user` over one picture, sketched on or not; the one with the id `first` leads."""
    over = Q(source_asset=asset)
    if take is not None:
        over |= Q(source_take=take)
    if post is not None:
        over |= Q(source_post=post)
    mine = GenerationRequest.objects.filter(over, user=user).select_related("checkpoint")
    found = sorted(mine.order_by("-id")[:RECENT], key=lambda each: each.pk != first)
    return [board_of(each) for each in found]


def _line(job: Job, places: dict[int, int]) -> str:
    if job.state == JobState.QUEUED:
        return waiting_line(places.get(job.pk, 1) - 1)
    return failure_sentence(job.error_code, job.error_params) if job.state == JobState.FAILED else ""
