"""What the pages of bulk updates show of a script and of how far it has come."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.accounts.house import house_account
from gallery.bulk_updates.commands import Command
from gallery.bulk_updates.commands.mass_update import MassUpdate
from gallery.bulk_updates.requests import votes_that_count
from gallery.bulk_updates.script import read_script, try_script
from gallery.errors import UserFacingError
from gallery.models import BulkUpdateComment, BulkUpdateRequest, Post, User
from gallery.models.bulk_update import BulkUpdateStatus

COUNTED_SEARCHES = 5
"""Of the searches in one script so many are counted for its readers; each takes up to some hundred milliseconds."""
NOBODY_CAME = timedelta(seconds=90)
"""An approved request that nobody has begun after this long waits for a gardener who isn't there."""

DONE, RUNNING, WAITING = "done", "running", "waiting"


@dataclass(frozen=True)
class ShownLine:
    """One line for people: what was typed, what it does, on about how many posts, what is wrong, how far it is."""

    number: int
    text: str
    sentence: str = ""
    posts: int | None = None
    problem: str = ""
    state: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a request has come. `percent` is of the whole script; within a line it goes by the posts' numbers, and
    tells nothing of how many there are."""

    percent: int
    done: int
    lines: int
    alone: bool


def preview(script: str, viewer: User) -> list[ShownLine]:
    """Every line with what it would do or what is wrong with it. Raises Invalid for a script as a whole."""
    counted = _Counted()
    return [
        ShownLine(
            line.number,
            line.text,
            line.command.sentence() if line.command else "",
            counted.posts(line.command) if line.command and not line.problem else None,
            line.problem,
        )
        for line in try_script(script, viewer, house_account())
    ]


def shown_lines(request: BulkUpdateRequest) -> list[ShownLine]:
    """The lines of a request; counts only while it is open, for later they say nothing."""
    try:
        lines = read_script(request.script)
    except UserFacingError:
        # What could be read once: a command has been taken out of the language since.
        return [ShownLine(number, text) for number, text in enumerate(request.script.splitlines(), start=1) if text]
    counted = _Counted()
    is_open = request.status == BulkUpdateStatus.PENDING
    return [
        ShownLine(
            line.number,
            line.command.text(),
            line.command.sentence(),
            counted.posts(line.command) if is_open else None,
            state=_state(request, place),
        )
        for place, line in enumerate(lines)
    ]


def progress(request: BulkUpdateRequest) -> Progress:
    """How far the request has come, for the page that looks again every two seconds."""
    try:
        lines = len(read_script(request.script))
    except UserFacingError:
        lines = max(1, request.lines_done)
    within = 0.0
    if request.last_post_id > 0:
        newest = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
        within = min(0.99, request.last_post_id / newest)
    percent = round(100 * min(1.0, (request.lines_done + within) / lines))
    held = request.lease_until is not None and request.lease_until > timezone.now()
    since = request.lease_until or request.decided_at
    alone = not held and since is not None and timezone.now() - since > NOBODY_CAME
    return Progress(percent, request.lines_done, lines, alone)


def listed(requests: QuerySet[BulkUpdateRequest]) -> QuerySet[BulkUpdateRequest]:
    """`requests` with the sum of their votes and the number of comments, in one query."""
    votes = votes_that_count().filter(request=OuterRef("pk")).order_by().values("request")
    comments = BulkUpdateComment.objects.filter(request=OuterRef("pk")).order_by().values("request")
    return requests.select_related("requester", "approver").annotate(
        votes_sum=Coalesce(Subquery(votes.annotate(n=Sum("score")).values("n"), output_field=IntegerField()), 0),
        comments_count=Coalesce(Subquery(comments.annotate(n=Count("pk")).values("n")), 0),
    )


def examples() -> list[tuple[str, str]]:
    """Each command with what it is for, beside the box where scripts are written."""
    return [
        (
            "alias kitty -> kitten",
            _("the first becomes an old name of the second; posts, wiki and searches move"),
        ),
        ("imply kitten -> cat", _("posts with the first get the second too, now and later")),
        ("rename lond_hair -> long_hair", _("for misspellings on few posts; leaves no old name")),
        ("update sky night -> night_sky -tagme", _("edits every post that a search finds")),
        ("category hatsune_miku -> character", _("what a tag speaks of")),
        ("deprecate bad_tag", _("cannot be added any more; “undeprecate” takes it back")),
        ("nuke junk_tag", _("takes a tag off every post")),
        ("unalias a -> b", _("takes an alias back; “unimply” an implication")),
    ]


def _state(request: BulkUpdateRequest, place: int) -> str:
    if request.status not in (BulkUpdateStatus.PROCESSING, BulkUpdateStatus.APPROVED, BulkUpdateStatus.FAILED):
        return ""
    if place < request.lines_done:
        return DONE
    return RUNNING if place == request.lines_done and request.status == BulkUpdateStatus.PROCESSING else WAITING


class _Counted:
    """Numbers of posts for the lines of one page, as long as they are cheap."""

    def __init__(self) -> None:
        self.searches = 0

    def posts(self, command: Command) -> int | None:
        if isinstance(command, MassUpdate):
            self.searches += 1
            if self.searches > COUNTED_SEARCHES:
                return None
        return command.posts()
