"""To which post the post of a take gives credit for its recipe."""

from collections.abc import Iterator

from gallery.models import Post
from generation.models import GenerationRequest, StylePage, Take
from generation.models.take import TakeKind

LONGEST_LINE = 100
"""How many takes above one are asked."""


def remixed_post(take: Take) -> Post | None:
    """The post whose recipe the take was drawn from, or else the nearest take above it that was drawn from one's."""
    return next((asked.remix_of for asked in _requests(take) if asked.remix_of is not None), None)


def style_used(take: Take) -> StylePage | None:
    """The style that the take was drawn with, or else the nearest take above it that was drawn with one."""
    return next((asked.style for asked in _requests(take) if asked.style is not None), None)


def _requests(take: Take) -> Iterator[GenerationRequest]:
    """What was asked for when the take and those above it were drawn, nearest first; of a sheet, what was asked for
    all of its pictures."""
    for above in _line(take):
        if above.job is not None:
            yield above.job.request
        elif above.kind == TakeKind.SHEET:
            yield from GenerationRequest.objects.filter(lab_cell__lab__sheet=above).order_by("pk")


def _line(take: Take) -> list[Take]:
    """The take and those above it, nearest first."""
    line: list[Take] = []
    above: Take | None = take
    while above is not None and len(line) < LONGEST_LINE:
        line.append(above)
        above = above.parent
    return line
