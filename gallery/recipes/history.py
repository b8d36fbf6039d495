"""What a viewer is told of the versions of a post's generation data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gallery.models import Post, PostGeneration, PostGenerationVersion
from gallery.recipes.fields import FIELDS, rest_texts, texts_of
from gallery.recipes.rows import NOTHING, State
from gallery.visibility import Viewer, may_read_prompt
from gallery.wiki import diff

LINES = 30


@dataclass(frozen=True)
class FieldChange:
    """One fact before and after; `lines` compare a long one word by word."""

    label: Any
    before: str
    after: str
    lines: Sequence[diff.Line] = ()


@dataclass(frozen=True)
class Line:
    """One version. `reason` is empty for those who may not read the prompt, whose words it may repeat;
    `confirms`: it says what the one before said; `in_files`: it is the one that files carry."""

    version: PostGenerationVersion
    changes: list[FieldChange] = field(default_factory=list)
    reason: str = ""
    is_newest: bool = False
    confirms: bool = False
    in_files: bool = False


@dataclass(frozen=True)
class Page:
    """Versions, newest first; `next_before`: the number before which older ones stand, None for none."""

    lines: list[Line]
    next_before: int | None
    reads_prompt: bool


def history(post: Post, viewer: Viewer, before: int | None = None) -> Page:
    """The versions of a post that this viewer can open. Of what the viewer may not read nothing is told, not even
    whether it changed."""
    reads = may_read_prompt(viewer, post)
    versions = PostGenerationVersion.objects.filter(post=post).select_related("editor").order_by("-number")
    newest = versions.values_list("number", flat=True).first()
    row: PostGeneration | None = getattr(post, "generation", None)
    if before is not None:
        versions = versions.filter(number__lt=before)
    found = list(versions[: LINES + 1])
    shown = found[:LINES]
    states = [State.of_version(version) for version in found] + [NOTHING]
    lines = [
        Line(
            version,
            changes(states[place + 1], states[place], reads_prompt=reads),
            version.reason if reads else "",
            version.number == newest,
            reads and states[place + 1].says_the_same_as(states[place]),
            row is not None and version.number == row.file_version,
        )
        for place, version in enumerate(shown)
    ]
    return Page(lines, shown[-1].number if len(found) > LINES else None, reads)


def changes(before: State, after: State, *, reads_prompt: bool) -> list[FieldChange]:
    """How two states differ, fact by fact, as far as the viewer may know them."""
    old, new = texts_of(before), texts_of(after)
    found = [
        FieldChange(
            each.label,
            old[each.name],
            new[each.name],
            diff.compare(old[each.name], new[each.name]) if each.long else (),
        )
        for each in FIELDS
        if old[each.name] != new[each.name] and (reads_prompt or not each.hidden)
    ]
    if reads_prompt:
        was, now = dict(rest_texts(before.rest)), dict(rest_texts(after.rest))
        found += [
            FieldChange(key, was.get(key, ""), now.get(key, ""))
            for key in sorted({*was, *now}, key=str.casefold)
            if was.get(key) != now.get(key)
        ]
    return found
