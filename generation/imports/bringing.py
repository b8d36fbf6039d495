"""Takes come in, one after the other: each is written down in the transaction that makes it, so that none comes twice.

It can be stopped at any moment, by force too: the next time it goes on with the first that is not written down. What
was kept of a picture by then is found again by its file.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, NotAllowed, NotNow, UserFacingError
from gallery.ingest import keep_sent
from gallery.models import Asset, AssetFile, Post, User
from gallery.models.asset import Origin, Variant
from gallery.models.post import AiLevel, PostStatus
from gallery.models.refusal import LockedBy, RuleEffect
from gallery.refusals.arrivals import admitted
from gallery.refusals.counting import note as note_refusal
from gallery.refusals.fixed import asks_for, minors_in
from gallery.refusals.holding import hold_back
from gallery.refusals.judging import Hit
from gallery.uploads.evidence import evidence_of
from generation.imports import states
from generation.imports.archive import Archive
from generation.imports.rows import BadRow, TakeRow, post_row, take_row
from generation.masks import MaskRefused, keep_mask
from generation.models import AccountImport, BroughtTake, Mask, Take
from generation.models.account_import import Brought
from generation.models.take import TakeKind
from generation.stacking import stack_of

logger = logging.getLogger(__name__)

MAX_NOTES = 200
SPENT = frozenset({"uploads_spent", "upload_bytes_spent"})
"""No more today: the rest comes tomorrow."""


class Stopped(Exception):  # noqa: N818 - the name says what happened
    """The process ends; somebody else goes on."""


class Cut(Exception):  # noqa: N818 - the name says what happened
    """The import isn't wanted any more, or another works on it by now."""


@dataclass
class Work:
    """One import under way. `here`: what came of each take so far, by its key; None for what was left out. `before`:
    the keys of what other imports brought."""

    run: AccountImport
    archive: Archive
    stopping: states.Stopping
    here: dict[str, int | None] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    masks: dict[int, Mask | None] = field(default_factory=dict)
    notes: list[dict[str, object]] = field(default_factory=list)

    @property
    def user(self) -> User:
        """Whose takes they become."""
        return self.run.user

    def note(self, error: UserFacingError) -> None:
        """Something else that was left out, for the report."""
        said = states.said(error)
        if said not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(said)


@dataclass
class Plan:
    """Which takes there are, in the order in which they come, and which is above which."""

    keys: dict[int, str] = field(default_factory=dict)  # of takes, by their numbers
    posts: dict[int, str] = field(default_factory=dict)  # of posts: their take's
    parents: dict[str, tuple[str, int]] = field(default_factory=dict)
    total: int = 0

    def above(self, key: str) -> str | None:
        """The key of what is above; None where nothing is, or the copy lacks it."""
        folder, number = self.parents.get(key, ("", 0))
        return (self.keys if folder == "takes" else self.posts).get(number)

    @property
    def named(self) -> set[str]:
        """What something else is below."""
        return {above for key in self.parents if (above := self.above(key)) is not None}


def plan_of(archive: Archive) -> Plan:
    """Read through both tables once."""
    plan = Plan()
    for row in take_rows(archive):
        plan.keys[row.number] = row.key
        if row.post is not None:
            plan.posts[row.post] = row.key
        if row.parent is not None:
            plan.parents[row.key] = ("takes", row.parent)
        plan.total += 1
    for row in post_rows(archive):
        if row.number not in plan.posts:
            plan.posts[row.number] = row.key
            plan.total += 1
            if row.parent is not None:
                plan.parents[row.key] = ("posts", row.parent)
    return plan


def take_rows(archive: Archive) -> Iterator[TakeRow]:
    """What can be read of `takes.json`."""
    for raw in archive.rows("takes.json"):
        try:
            yield take_row(raw)
        except BadRow:
            continue


def post_rows(archive: Archive) -> Iterator[TakeRow]:
    """What can be read of `posts.json`."""
    for raw in archive.rows("posts.json"):
        try:
            yield post_row(raw)
        except BadRow:
            continue


def unreadable(archive: Archive) -> int:
    """How many rows say nothing that could be a take."""
    readers = (("takes.json", take_row), ("posts.json", post_row))
    found = 0
    for name, read in readers:
        for raw in archive.rows(name):
            try:
                read(raw)
            except BadRow:
                found += 1
    return found


def bring_all(work: Work, plan: Plan) -> None:
    """Bring what is not here yet. Raises `Stopped`, `Cut`, and `UserFacingError` where nothing more can come now."""
    work.here = known_before(work)
    named = plan.named
    for done, row in enumerate(_in_turn(work.archive, plan)):
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


def _in_turn(archive: Archive, plan: Plan) -> Iterator[TakeRow]:
    yield from take_rows(archive)
    for row in post_rows(archive):
        if plan.posts.get(row.number) == row.key:
            yield row


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
    if native is not None:
        _written_down(work, row, Brought.KNOWN, native)
        return
    if row.erased:
        if is_named:
            _keep_place(work, row)
        else:
            work.here[row.key] = None
        return
    try:
        asset = _picture(work, row)
        _check_words(row, asset)
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


def _picture(work: Work, row: TakeRow) -> Asset:
    name = work.archive.picture(row.folder, row.number)
    if not name and row.post is not None:
        name = work.archive.picture("posts", row.post)
    if not name:
        raise Invalid("bring_no_picture")
    content = work.archive.content(name)
    digest = hashlib.sha256(content).hexdigest()
    own = AssetFile.objects.filter(
        asset__owner=work.user, sha256=digest, variant__in=[Variant.ORIGINAL, Variant.BARE], asset__take__isnull=False
    ).select_related("asset")
    found = own.first()
    if found is not None:
        return found.asset
    # Kept for good before it is held against the lists: what they know is put out of reach, not forgotten.
    file = BytesIO(content)
    return admitted(keep_sent(work.user, file, len(content), name.replace("/", "-"), counted=work.run.counted))


def _check_words(row: TakeRow, asset: Asset) -> None:
    """The fixed rule, over all that the copy says of a picture beside its own file."""
    recipe = row.recipe
    texts = [recipe.prompt, row.note, *(str(one.get("text", "")) for one in row.lettering)]
    if asks_for(recipe.negative_prompt, recipe.cfg):
        texts.append(recipe.negative_prompt)
    words = minors_in(texts)
    if words:
        note_refusal(asset.owner, Hit(RuleEffect.REFUSE, words))
        hold_back(asset, LockedBy.WORDS, {"words": list(words)})
        raise Invalid("upload_held_back")


def _make(work: Work, row: TakeRow, asset: Asset) -> None:
    mask = _mask(work, row)
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        # Whoever publishes or holds back the picture waits here.
        asset = Asset.objects.select_for_update().get(pk=asset.pk)
        there = Take.objects.filter(asset=asset).first()
        if there is not None:
            _written_down(work, row, Brought.KNOWN, there)
            return
        post = Post.objects.filter(asset=asset, author=work.user).exclude(status=PostStatus.QUARANTINED).first()
        take = _row(work, row, asset, mask=mask, post=post)
        _written_down(work, row, Brought.CAME, take)


def _row(work: Work, row: TakeRow, asset: Asset, *, mask: Mask | None = None, post: Post | None = None) -> Take:
    """The take itself. What its file does not prove to be a machine's alone may hold a human's work."""
    label = evidence_of(asset).label
    proven = label is not None and label[0] == AiLevel.GENERATED
    recipe = row.recipe.to_dict() | {"composite": row.recipe.composite or not proven}
    free, now = post is None, timezone.now()
    stack = row.stack or stack_of(
        recipe, prompt=row.recipe.prompt, negative_prompt=row.recipe.negative_prompt, over=f"brought:{row.parent or ''}"
    )
    take = Take.objects.create(
        kind=TakeKind.IMPORTED,
        owner=work.user,
        asset=asset,
        post=post,
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
        archived_at=now if free and row.archived else None,
        purged_at=now if free and (row.purged or row.erased) else None,
        erased_at=now if free and row.erased else None,
    )
    Take.objects.filter(pk=take.pk).update(created_at=row.created_at)
    return take


def _keep_place(work: Work, row: TakeRow) -> None:
    """A take whose picture is gone, and that others were drawn over: its place in their lineage."""
    with transaction.atomic():
        if not states.mine(work.run):
            raise Cut
        width, height = row.size
        asset = Asset.objects.create(
            owner=work.user, origin=Origin.SENT, width=width, height=height, pixel_sha256="", dominant_color="#808080"
        )
        bare = TakeRow(row.key, row.number, row.folder, row.recipe, row.created_at, erased=True)
        _written_down(work, row, Brought.CAME, _row(work, bare, asset))


def _mask(work: Work, row: TakeRow) -> Mask | None:
    """The take's mask, kept once; None where it has none, or one that can't be taken, of which the report tells."""
    if row.mask is None:
        return None
    if row.mask not in work.masks:
        work.masks[row.mask] = _kept_mask(work, row.mask)
    mask = work.masks[row.mask]
    return Mask.objects.filter(pk=mask.pk).first() if mask is not None else None


def _kept_mask(work: Work, number: int) -> Mask | None:
    name = work.archive.picture("masks", number)
    try:
        if not name:
            raise Invalid("bring_no_mask", number=number)
        content = work.archive.content(name)
        return keep_mask(work.user, BytesIO(content), len(content), counted=work.run.counted)
    except MaskRefused:
        work.note(Invalid("bring_no_mask", number=number))
    except Invalid as error:
        if error.code in SPENT:
            raise
        work.note(error)
    return None


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
        take = work.here.get(key) if key else None
        if take is not None and row.note:
            Take.objects.filter(pk=take, kind=TakeKind.IMPORTED, note="").update(note=row.note)


def counts(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many of each outcome."""
    return dict.fromkeys(Brought.values, 0) | dict(rows)
