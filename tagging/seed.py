"""A first vocabulary: the tags that a model knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tagging.models import Category, Tag, TagAlias
from tagging.names import normalise_tag, validate_tag
from tagging.other_names import seed_other_names

BATCH = 5000
JAPANESE_NAMES = Path(__file__).with_name("other_names.ja.json")


def seed_tags(vocabulary: Iterable[tuple[str, int]]) -> int:
    """Makes the tags `(name, category)` that don't exist yet; returns how many. Doing it again changes nothing:
    a category that people have changed since stays as they made it, and what has become an alias is left out.
    All of them are `in_vocabulary` from then on.

    Raises TagNameError or ValueError (an unknown category) before anything is written.
    """
    wanted: dict[str, Category] = {}
    for text, category in vocabulary:
        name = normalise_tag(text)
        validate_tag(name)
        wanted.setdefault(name, Category(category))
    before = set(Tag.objects.filter(name__in=wanted).values_list("name", flat=True))
    before.update(TagAlias.objects.filter(antecedent__in=wanted).values_list("antecedent", flat=True))
    new = [Tag(name=name, category=wanted[name], in_vocabulary=True) for name in sorted(wanted.keys() - before)]
    Tag.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    Tag.objects.filter(name__in=wanted, in_vocabulary=False).update(in_vocabulary=True)
    return len(new)


def seed_japanese_names() -> int:
    """Gives common tags and those of the bundled model their Japanese names; returns how many pages were made.

    Doing it again changes nothing, and no page that somebody wrote, changed or deleted is touched.
    """
    return seed_other_names(json.loads(JAPANESE_NAMES.read_text("utf-8")))
