"""What tags and rating a picture that was sent may be given: read from its file, and seen by the tagger."""

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.models import Asset
from gallery.rating import RatingSuggestion, suggest_rating
from gallery.tags.seen import Seen, seen_in
from gallery.uploads.evidence import Evidence
from tagging.prompt_words import tags_and_words


@dataclass(frozen=True)
class Suggested:
    """`tags` that the file's prompt speaks of, `words` of it that are no tags yet, and what the tagger sees: None
    where there is none."""

    tags: list[str]
    words: list[str]
    seen: Seen | None
    prompt: str

    @property
    def more(self) -> list[str]:
        """What the tagger sees beyond the prompt."""
        return self.seen.more if self.seen else []

    def rating(self, tags: list[str]) -> RatingSuggestion:
        """What the rules make of the tags that were typed and of the prompt."""
        return suggest_rating(tags, self.prompt)


def suggest_for(asset: Asset, evidence: Evidence) -> Suggested:
    """Look at the file's prompt and at the picture."""
    prompt = evidence.recipe.prompt if evidence.recipe else ""
    tags, words = tags_and_words(prompt)
    return Suggested(tags, words, seen_in(asset, tags), prompt)


def suggest_for_all(pictures: Sequence[tuple[Asset, Evidence]]) -> tuple[list[str], list[list[str]]]:
    """Tags that are suggested for every one of several pictures, in the order of the first one's, and for each those
    that are not."""
    found = [suggest_for(asset, evidence) for asset, evidence in pictures]
    each = [list(dict.fromkeys([*names.tags, *names.more])) for names in found]
    common = [name for name in each[0] if all(name in names for names in each)] if each else []
    return common, [[name for name in names if name not in common] for names in each]
