"""The tables refuse what no function of ours should write."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction

from tagging.models import Tag, TagAlias

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a\tb"},
        {"name": "Cat"},
        {"name": "a*"},
        {"name": "a,b"},
        {"name": "猫"},
        {"name": "x" * 171},
        {"name": "cat", "category": 2},
        {"name": "cat", "category": 7},
        {"name": "cat", "post_count": -1},
        {"name": "cat", "general_count": -1},
        {"name": "cat", "post_count": 1, "general_count": 2},
        {"name": "dog"},
    ],
)
def test_a_tag_is_refused(fields: dict[str, Any]) -> None:
    Tag.objects.create(name="dog")
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Tag.objects.create(**fields)


@pytest.mark.parametrize("name", ["!", "~x", ")", "+", "-", "@", "[", "\\o/", "^_^", "|", "0", "{}", "'", '"'])
def test_a_sign_is_fine(name: str) -> None:
    Tag.objects.create(name=name)


@pytest.mark.parametrize("antecedent", ["", "a b", "Cat", "cat", "kitty", "neko"])
def test_an_alias_is_refused(antecedent: str) -> None:
    """Bad names, an alias to itself, a second alias of the same name, and a name that aliases lead to."""
    cat, neko = Tag.objects.create(name="cat"), Tag.objects.create(name="neko")
    TagAlias.objects.create(antecedent="kitty", consequent=cat)
    TagAlias.objects.create(antecedent="nya", consequent=neko)
    with pytest.raises(IntegrityError), transaction.atomic():
        TagAlias.objects.create(antecedent=antecedent, consequent=cat)


def test_an_alias_to_an_aliased_tag_is_refused() -> None:
    cat, neko = Tag.objects.create(name="cat"), Tag.objects.create(name="neko")
    alias = TagAlias.objects.create(antecedent="neko", consequent=cat)
    with pytest.raises(IntegrityError, match="chain"), transaction.atomic():
        TagAlias.objects.create(antecedent="nya", consequent=neko)
    alias.save()  # an alias doesn't stand in its own way
