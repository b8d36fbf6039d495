"""What this floor holds of an account: takes, requests, masks, styles (texts and pages) and wildcards."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from gallery import ingest
from gallery.accounts.parts import Picture, Table
from gallery.models import Asset, AssetFile, Download, LockedAway, Post, User
from gallery.models.asset import Variant
from gallery.visibility import open_to
from generation.imports.states import drop_imports
from generation.models import (
    BroughtTake,
    GenerationRequest,
    Job,
    Lab,
    LabCell,
    Mask,
    PromptStyle,
    ServedShare,
    StylePage,
    Take,
    Wildcard,
)
from generation.models.queue import JobState
from generation.requests import cancel_job, one_by_one
from generation.style_pages.seeing import visible_styles

TAKE_COLUMNS = (
    *("id", "kind", "created_at", "recipe", "post_id", "parent_id", "mask_id", "margins", "lettering", "stack"),
    *("flag", "flagged_at", "stars", "note", "to_fix", "archived_at", "purged_at", "erased_at"),
)

SEEN = {"remix_of_id": "seen_remix", "source_post_id": "seen_source", "style__name": "seen_style"}
"""What may be others', and what says whether its reader may see it now."""
LAB_COLUMNS = ("id", "title", "created_at", "base", "columns", "rows", "sheet_id")
# What was sent has no original of ours; of an archived take the small pictures are left.
LARGEST_FIRST = (Variant.ORIGINAL, Variant.BARE, Variant.SAMPLE, Variant.W720, Variant.W360, Variant.W180)


def parts(user: User) -> Iterator[Table]:
    """Takes with their recipes, what was asked for, and the texts kept for prompts."""
    takes = Take.objects.filter(owner=user).order_by("pk")
    sizes = {"width": F("asset__width"), "height": F("asset__height")}
    yield Table("takes", takes.values(*TAKE_COLUMNS, **sizes).iterator())
    asked = GenerationRequest.objects.filter(user=user).order_by("pk")
    columns = ("id", "created_at", "prompt", "negative_prompt", "width", "height", "steps", "sampler", "guidance")
    source = ("source_take_id", "strength", "mask_id", "mask_blur", "only_masked", "outpaint")
    asked = asked.values(*columns, "seed", "count", "checkpoint__name", *source, *SEEN)
    yield Table("requests", _with_seen(user, asked))
    labs = Lab.objects.filter(owner=user).order_by("pk")
    yield Table("comparisons", labs.values(*LAB_COLUMNS).iterator())
    cells = LabCell.objects.filter(lab__owner=user).order_by("lab", "row", "column")
    columns_of_cells = ("lab_id", "column", "row", "request_id", "request__jobs__take")
    yield Table("comparison_pictures", cells.values(*columns_of_cells).iterator())
    styles = PromptStyle.objects.filter(owner=user).order_by("pk")
    yield Table("styles", styles.values("name", "prompt", "negative_prompt").iterator())
    yield Table("style-pages", _style_pages(user))
    yield Table("wildcards", Wildcard.objects.filter(owner=user).order_by("pk").values("name", "text").iterator())


def _with_seen(user: User, asked: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Rows of requests, which name posts and styles of others as far as those may still be seen."""
    seen = Post.objects.filter(open_to(user))
    styles = StylePage.objects.filter(visible_styles(user))
    rows = asked.annotate(
        seen_remix=Exists(seen.filter(pk=OuterRef("remix_of"))),
        seen_source=Exists(seen.filter(pk=OuterRef("source_post"))),
        seen_style=Exists(styles.filter(pk=OuterRef("style"))),
    )
    for row in rows.iterator():
        hidden = {name for name, asked_as in SEEN.items() if not row.pop(asked_as)}
        yield {name: None if name in hidden else value for name, value in row.items()}


def _style_pages(user: User) -> Iterator[dict[str, Any]]:
    """The styles that they named, with the LoRAs and the posts in them."""
    seen = Post.objects.filter(open_to(user))
    for style in StylePage.objects.filter(owner=user).select_related("checkpoint").order_by("pk"):
        columns = ("name", "about", "prompt", "negative_prompt", "audience", "hidden", "created_at", "updated_at")
        yield {name: getattr(style, name) for name in columns} | {
            "model": style.checkpoint.name if style.checkpoint else "",
            "loras": list(style.loras.order_by("pk").values("resource__name", "weight")),
            "posts": list(
                seen.filter(style_entries__style=style).order_by("style_entries__pk").values_list("pk", flat=True)
            ),
        }


def pictures(user: User) -> Iterator[Picture]:
    """The largest file of each take that is no post, which of an archived one is a small picture; those of posts come
    with the posts. And the masks."""
    files = AssetFile.objects.filter(asset__take__owner=user, asset__take__post=None, variant__in=LARGEST_FIRST)
    rows = files.order_by("asset__take", "pk").values_list("asset__take", "variant", "format", "path", "size_bytes")
    for take, of_take in groupby(rows.iterator(), key=itemgetter(0)):
        _take, variant, extension, path, size = min(of_take, key=_order)
        small = "" if variant in (Variant.ORIGINAL, Variant.BARE) else ".small"
        yield Picture(f"takes/{take}{small}.{extension}", path, size)
    masks = Mask.objects.filter(owner=user).order_by("pk").values_list("pk", "path")
    for pk, path in masks.iterator():
        yield Picture(f"masks/{pk}.png", path, 0)


def _order(row: Any) -> tuple[int, str]:
    """The largest file first; of two formats the one that more programs open."""
    return LARGEST_FIRST.index(row[1]), {"png": "0", "jpg": "1", "webp": "2"}.get(row[2], row[2])


def settle(user: User) -> bool:
    """Cancel what waits and what is drawn, and imports; a drawing ends at its next step, so ask again."""
    drop_imports(user)
    for job in Job.objects.filter(user=user, state__in=[JobState.QUEUED, JobState.RUNNING]):
        cancel_job(user, job)
    return not Job.objects.filter(user=user, state__in=[JobState.QUEUED, JobState.RUNNING]).exists()


def erase(user: User) -> None:
    """All but the takes that became posts, and their jobs: those belong to the posts. Files go when that is certain."""
    one_by_one(user.pk)
    drop_imports(user)
    BroughtTake.objects.filter(owner=user).delete()
    Lab.objects.filter(owner=user).delete()
    takes = Take.objects.filter(owner=user, post=None)
    # What was put out of reach stays there: moderators decide about it.
    locked = set(LockedAway.objects.filter(asset__take__in=takes).values_list("asset", flat=True))
    assets = [pk for pk in takes.values_list("asset", flat=True) if pk not in locked]
    takes.exclude(asset__in=locked).delete()
    # A published sheet has no job, and nothing is outside of a list with a NULL.
    kept = Take.objects.filter(owner=user, job__isnull=False).values_list("job", flat=True)
    Job.objects.filter(user=user).exclude(pk__in=kept).delete()
    GenerationRequest.objects.filter(user=user, jobs=None).delete()
    used = GenerationRequest.objects.filter(user=user)
    masks = Mask.objects.filter(owner=user).exclude(pk__in=used.filter(mask__isnull=False).values("mask"))
    masks = masks.exclude(pk__in=Take.objects.filter(owner=user, mask__isnull=False).values("mask"))
    paths = set(masks.values_list("path", flat=True))
    masks.delete()
    # A picture that a published one was drawn over is still named by its request.
    gone = Asset.objects.filter(pk__in=assets).exclude(
        pk__in=GenerationRequest.objects.filter(source_asset__in=assets).values("source_asset")
    )
    numbers = list(gone.values_list("pk", flat=True))
    for files in (AssetFile, Download):
        paths |= set(files.objects.filter(asset__in=numbers).values_list("path", flat=True))
    Asset.objects.filter(pk__in=numbers).delete()
    transaction.on_commit(partial(ingest.remove, sorted(paths)), robust=True)
    PromptStyle.objects.filter(owner=user).delete()
    Wildcard.objects.filter(owner=user).delete()
    StylePage.objects.filter(owner=user).delete()
    ServedShare.objects.filter(user=user).delete()
