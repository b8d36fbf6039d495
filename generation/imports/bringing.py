"""Takes come in, one after the other: each is written down in the transaction that makes it, so that none comes twice.

It can be stopped at any moment, by force too: the next time it goes on with the first that is not written down. What
was kept of a picture by then is found again by its file.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, NotAllowed, NotNow, UserFacingError
from gallery.ingest import spend
from gallery.models import Asset, Post
from gallery.models.asset import Origin
from gallery.models.post import AiLevel
from gallery.provenance import Recipe
from gallery.uploads.evidence import evidence_of
from generation.imports import states
from generation.imports.pictures import check_words, hold_against, mask_of, picture_of
from generation.imports.plan import Plan, in_turn, post_rows
from generation.imports.rows import TakeRow
from generation.imports.work import SPENT, Cut, Stopped, Work
from generation.models import BroughtTake, Mask, Take
from generation.models.account_import import Brought
from generation.models.take import TakeKind
from generation.stacking import stack_of


def bring_all(work: Work, plan: Plan) -> None:
    """Bring what is not here yet. Raises `Stopped`, `Cut`, and `UserFacingError` where nothing more can come now."""
    work.here = known_before(work)
    named = plan.named
    for done, row in enumerate(in_turn(work.archive, plan)):
        if work.stopping():
            raise Stopped
        if row.key not in work.here:
            _bring(work, row, is_named=row.key in named)
        elif row.key in work.before:
            _met_again(work, row)
        if row.folder == "posts" or done % 10 == 0:
            _tell(work, done, plan.total)
    _describe_published(work, plan)
    _tell(work, plan.total, plan.total)


def _tell(work: Work, done: int, total: int) -> None:
    if not states.told(work.run, done, total):
        raise Cut


def known_before(work: Work) -> dict[str, int | None]:
    """What came before, in this import or another. What another one left out, or what is gone here, is tried anew."""
    rows = BroughtTake.objects.filter(owner=work.user, site=work.archive.site, account=work.archive.account)
    found: dict[str, int | None] = {}
    for key, take, outcome, run in rows.values_list("key", "take", "outcome", "run").iterator():
        if take is not None or (outcome == Brought.LEFT_OUT and run == work.run.pk):
            found[key] = take
            if run != work.run.pk:
                work.before.add(key)
    return found


def _bring(work: Work, row: TakeRow, *, is_named: bool) -> None:
    """One take, or the reason why it stays away. Raises what stops the whole import."""
    if work.run.counted:
        require_may_act(work.user)
    native = _made_here(work, row)
    if native is not None or _posted_here(work, row):
        _written_down(work, row, Brought.KNOWN, native)
        return
    if row.erased:
        if is_named:
            _keep_place(work, row)
        else:
            work.here[row.key] = None
        return
    try:
        asset = picture_of(work, row)
        check_words(row, asset)
        _make(work, row, asset)
    except (NotNow, NotAllowed):
        raise
    except UserFacingError as error:
        if error.code in SPENT:
            raise
        if is_named and error.code in {"bring_no_picture", "bring_damaged"}:
            _keep_place(work, row)
            work.note(error)
            return
        _written_down(work, row, Brought.LEFT_OUT, None, error)


def _met_again(work: Work, row: TakeRow) -> None:
    """What another import brought is known to this one's report."""
    rows = BroughtTake.objects.filter(owner=work.user, site=work.archive.site, account=work.archive.account)
    rows.filter(key=row.key).update(run=work.run, outcome=Brought.KNOWN)


def _made_here(work: Work, row: TakeRow) -> Take | None:
    """The account's own take that this one is a copy of: it was made at this very site."""
    if row.folder == "posts":
        return Take.objects.filter(owner=work.user, post__pk=row.number, post__created_at=row.created_at).first()
    own = Take.objects.filter(owner=work.user, pk=row.number, created_at=row.created_at)
    if (work.archive.site, work.archive.account) != (settings.SITE_URL, work.user.username):
        # What was brought has its number here by chance, and its moment from there.
        own = own.exclude(kind=TakeKind.IMPORTED)
    return own.first()


def _posted_here(work: Work, row: TakeRow) -> bool:
    """Whether it is a post that the account made at this very site, of a file that it sent."""
    posts = Post.objects.filter(author=work.user, pk=row.number, created_at=row.created_at)
    return row.folder == "posts" and posts.exists()


def _make(work: Work, row: TakeRow, asset: Asset) -> None:
    mask = mask_of(work, row)
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        # Whoever publishes or holds back the picture waits here.
        asset = Asset.objects.select_for_update().get(pk=asset.pk)
        there = Take.objects.filter(asset=asset).first()
        if there is not None:
            _written_down(work, row, Brought.KNOWN, there)
            return
        take = _row(work, row, asset, mask=mask)
        _written_down(work, row, Brought.CAME, take)


def _row(work: Work, row: TakeRow, asset: Asset, *, mask: Mask | None = None) -> Take:
    """The take itself. What its file does not prove to be a machine's alone may hold a human's work."""
    label = evidence_of(asset).label
    proven = label is not None and label[0] == AiLevel.GENERATED
    recipe = row.recipe.to_dict() | {"composite": row.recipe.composite or not proven}
    now = timezone.now()
    stack = row.stack or stack_of(
        recipe, prompt=row.recipe.prompt, negative_prompt=row.recipe.negative_prompt, over=f"brought:{row.parent or ''}"
    )
    take = Take.objects.create(
        kind=TakeKind.IMPORTED,
        owner=work.user,
        asset=asset,
        mask=mask,
        margins=row.margins,
        recipe={} if row.erased else recipe,
        lettering=list(row.lettering),
        stack=stack,
        flag=row.flag,
        flagged_at=row.flagged_at,
        stars=row.stars,
        note=row.note,
        to_fix=list(row.to_fix),
        # Both begin anew: what lies in the bin can be taken out as long here.
        archived_at=now if row.archived else None,
        purged_at=now if row.purged or row.erased else None,
        erased_at=now if row.erased else None,
    )
    Take.objects.filter(pk=take.pk).update(created_at=row.created_at)
    return take


def _keep_place(work: Work, row: TakeRow) -> None:
    """A take whose picture is gone, and that others were drawn over: its place in their lineage."""
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        if work.run.counted:
            spend(work.user, 0)
        width, height = row.size
        asset = Asset.objects.create(
            owner=work.user,
            origin=Origin.BROUGHT,
            width=width,
            height=height,
            pixel_sha256="",
            dominant_color="#808080",
        )
        bare = TakeRow(row.key, row.number, row.folder, row.recipe, row.created_at, erased=True)
        _written_down(work, row, Brought.CAME, _row(work, bare, asset))


def _written_down(
    work: Work, row: TakeRow, outcome: Brought, take: Take | None, why: UserFacingError | None = None
) -> None:
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        BroughtTake.objects.update_or_create(
            owner=work.user,
            site=work.archive.site,
            account=work.archive.account,
            key=row.key,
            defaults={
                "run": work.run,
                "outcome": outcome,
                "take": take,
                "reason": states.said(why) if why else None,
            },
        )
    work.here[row.key] = take.pk if take else None


def _describe_published(work: Work, plan: Plan) -> None:
    """What others read beside a post stands in its take's note, where there is none."""
    for row in post_rows(work.archive):
        key = plan.posts.get(row.number)
        number = work.here.get(key) if key else None
        if number is None or not row.note:
            continue
        blank = Take.objects.filter(pk=number, kind=TakeKind.IMPORTED, note="").select_related("asset__owner")
        if (take := blank.first()) is not None:
            try:
                _describe(work, take, row.note)
            except Invalid as error:
                work.note(error)


def _describe(work: Work, take: Take, note: str) -> None:
    hold_against(take.asset, Recipe.from_dict(take.recipe), [note])
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        Take.objects.filter(pk=take.pk, note="").update(note=note)


def counts(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many of each outcome."""
    return dict.fromkeys(Brought.values, 0) | dict(rows)
