"""What the pages for uploading show of drafts."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings

from gallery.cards import Card, cards, original_url, placeholder_class, preview_srcset, preview_url, ratio_class
from gallery.errors import SearchTimeout
from gallery.ingest import MAX_BYTES
from gallery.labels.evidence import declarable
from gallery.labels.words import WORDS, LabelWords
from gallery.models import Post, UploadDraft, User
from gallery.models.post import AiLevel
from gallery.pictures.limits import PIXELS_OF
from gallery.ratings import ORDER, Rating
from gallery.recipes.facts import shown_of
from gallery.search.budget import PAGE_MS, time_budget
from gallery.similar.lines import LikePost, loaded
from gallery.similar.near import near, sought_asset
from gallery.uploads.drafts import MAX_FILES, open_drafts
from gallery.uploads.evidence import Evidence, evidence_of
from gallery.uploads.suggesting import suggest_for
from gallery.uploads.twice import posted_already
from gallery.uploads.words import evidence_lines, removed_from
from gallery.visibility import ceiling

STRIP = 6
MOST_SHOWN = 200


@dataclass(frozen=True)
class DraftCard:
    """A draft as a picture in a list. `generator` is what its file names; `post` one of the same picture, so that
    this one can't be posted."""

    draft: UploadDraft
    src: str
    placeholder: str
    name: str
    generator: str
    post: Post | None

    @property
    def size(self) -> str:
        """Width and height in pixels."""
        return f"{self.draft.asset.width} × {self.draft.asset.height}"


@dataclass(frozen=True)
class Batch:
    """What was sent together."""

    name: str
    cards: list[DraftCard]

    @property
    def in_set(self) -> list[DraftCard]:
        """Those that can be posted as one: as many as a set holds, without what is posted already."""
        return [card for card in self.cards if card.post is None][:MAX_FILES]

    @property
    def left(self) -> list[DraftCard]:
        """Those that a set has no room for."""
        return [card for card in self.cards if card.post is None][MAX_FILES:]

    @property
    def is_set(self) -> bool:
        """Whether there are enough of them for a set."""
        return len(self.in_set) > 1


def draft_cards(owner: User, drafts: Iterable[UploadDraft]) -> list[DraftCard]:
    """Cards in the order of `drafts`, which come with asset, arrival and files loaded."""
    listed = list(drafts)
    same = posted_already(owner, [draft.asset.pixel_sha256 for draft in listed])
    return [
        DraftCard(
            draft=draft,
            src=preview_url(draft.asset, 360),
            placeholder=placeholder_class(draft.asset.dominant_color),
            name=draft.asset.arrival.file_name,
            generator=str((draft.asset.arrival.found or {}).get("generator", "")),
            post=same.get(draft.asset.pixel_sha256),
        )
        for draft in listed
    ]


def batches(owner: User) -> list[Batch]:
    """The owner's drafts by what was sent together, the newest first."""
    shown = draft_cards(owner, open_drafts(owner)[:MOST_SHOWN])
    found = [Batch(name, list(group)) for name, group in groupby(shown, key=lambda card: card.draft.batch)]
    return sorted(found, key=lambda batch: -max(card.draft.pk for card in batch.cards))


def limits() -> dict[str, Any]:
    """What can be sent at all."""
    return {
        "max_files": MAX_FILES,
        "max_mb": MAX_BYTES // 2**20,
        "megapixels": {kind.replace(" ", "_"): most // 10**6 for kind, most in PIXELS_OF.items()},
        "draft_days": settings.DRAFT_DAYS,
        "fetches": settings.FETCH_URLS,
    }


def draft_page(owner: User, draft: UploadDraft) -> dict[str, Any]:
    """All that stands beside the form of one draft."""
    asset = draft.asset
    evidence = evidence_of(asset)
    card = draft_cards(owner, [draft])[0]
    batch = draft_cards(owner, open_drafts(owner).filter(batch=draft.batch)[:MOST_SHOWN])
    return {
        "draft": draft,
        "card": card,
        "batch": Batch(draft.batch, batch),
        "src": preview_url(asset, 720),
        "srcset": preview_srcset(asset),
        "original_url": original_url(asset),
        "ratio": ratio_class(asset.width, asset.height),
        "placeholder": card.placeholder,
        "evidence": evidence,
        "removed": removed_from(asset),
        "evidence_lines": evidence_lines(asset, evidence),
        "suggested": suggest_for(asset, evidence),
        "told": shown_of(evidence.recipe, evidence.rest, evidence.raw) if evidence.recipe else None,
        "alike": [] if card.post else likes(owner, draft),
        **label_choices([evidence]),
        **rating_choices(),
    }


def label_choices(found: list[Evidence]) -> dict[str, Any]:
    """The levels that may be said of all pictures with such evidence, and whether each file says one itself."""
    allowed = [level for level in AiLevel if all(level in declarable(evidence.label) for evidence in found)]
    levels: list[LabelWords] = [WORDS[level] for level in allowed]
    return {
        "levels": levels,
        "levels_left_out": len(levels) < len(AiLevel),
        "level_known": all(evidence.label for evidence in found),
        "found_level": found[0].label[0] if len(found) == 1 and found[0].label else "",
    }


def rating_choices() -> dict[str, Any]:
    """The ratings, and which of them others are never shown here."""
    most = ceiling()
    return {
        "ceiling": most,
        "ratings": [
            {"value": rating.value, "label": rating.label, "hint": rating.description, "above": _above(rating, most)}
            for rating in ORDER
        ],
    }


def likes(owner: User, draft: UploadDraft) -> list[tuple[LikePost, Card]]:
    """Posts that look like it, the most alike first; none where looking takes too long."""
    try:
        with time_budget(PAGE_MS):
            found = loaded(near(owner, sought_asset(draft.asset), limit=STRIP))
    except SearchTimeout:
        return []
    return list(zip(found, cards([line.post for line in found], viewer=owner), strict=True))


def _above(rating: Rating, most: Rating) -> bool:
    return rating.strength > most.strength
