"""Which tags a post has in the end: what people want, what follows from it, and what the site sets by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.errors import Invalid
from gallery.models import Post
from gallery.tag_edits.automatic import automatic_tags, misplaced_tags, with_tagme
from tagging.models import Tag
from tagging.relations import implied_tags

MAX_TAGS = 300


@dataclass(frozen=True)
class Settled:
    """The tags of a post, and those among them that stay whatever people take away."""

    tags: list[Tag]
    automatic: list[Tag]
    implied: set[Tag]


def settle(post: Post, wanted: Iterable[Tag], model_name: str) -> Settled:
    """The tags of `post` when people want `wanted`; `model_name` is its recorded checkpoint.

    Implications are followed; size, shape and model are the site's to say. Raises Invalid (too many tags).
    """
    automatic = automatic_tags(post, model_name)
    misplaced = misplaced_tags(automatic)
    kept = {tag.pk: tag for tag in [*wanted, *automatic] if tag.pk not in misplaced}
    base = with_tagme(kept.values(), automatic)
    implied = implied_tags(base)
    tags = list({tag.pk: tag for tag in [*base, *implied]}.values())
    if len(tags) > MAX_TAGS:
        raise Invalid("too_many_tags", count=len(tags), limit=MAX_TAGS)
    return Settled(tags, automatic, implied)


def refuse_deprecated(added: Iterable[Tag]) -> None:
    """Raises Invalid for tags that can be added to no post any more."""
    names = [tag.name for tag in added if tag.is_deprecated]
    if names:
        raise Invalid("tag_deprecated", names=", ".join(names))
