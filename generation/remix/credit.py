"""To which post the post of a take gives credit for its recipe."""

from gallery.models import Post
from generation.models import StylePage, Take

LONGEST_LINE = 100
"""How many takes above one are asked."""


def remixed_post(take: Take) -> Post | None:
    """The post whose recipe the take was drawn from, or else the nearest take above it that was drawn from one's."""
    for above in _line(take):
        if above.job is not None and above.job.request.remix_of is not None:
            return above.job.request.remix_of
    return None


def style_used(take: Take) -> StylePage | None:
    """The style that the take was drawn with, or else the nearest take above it that was drawn with one."""
    for above in _line(take):
        if above.job is not None and above.job.request.style is not None:
            return above.job.request.style
    return None


def _line(take: Take) -> list[Take]:
    """The take and those above it, nearest first."""
    line: list[Take] = []
    above: Take | None = take
    while above is not None and len(line) < LONGEST_LINE:
        line.append(above)
        above = above.parent
    return line
