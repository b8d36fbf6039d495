"""What was brought is a claim: its label rests on what its own file proves."""

from typing import Any

import pytest

from gallery import ingest
from gallery.models.post import AiEvidence, AiLevel
from generation import takes
from generation.models import Take
from generation.models.take import TakeKind
from tests.factories import make_take, make_user
from tests.gallery.uploads.files import by_webui, picture, plain
from tests.generation.imports.copies import brought, copy_of, copy_with, one_take, row

pytestmark = pytest.mark.django_db
WANTED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}


def test_a_recipe_from_outside_is_a_claim_and_the_label_what_the_file_proves(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": by_webui()}))
    post = takes.publish(noa, one_take(noa), **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.GENERATED, AiEvidence.METADATA)
    # The file's own word goes before the copy's.
    assert post.generation.prompt.startswith("1girl, red hair, smile")
    assert post.generation.source == "file"


def test_without_any_proof_it_is_its_owners_word(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    take = one_take(noa)
    assert take.recipe["composite"] is True
    post = takes.publish(noa, take, **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.COMPOSITE, AiEvidence.DECLARED)
    assert (post.generation.source, post.generation.prompt) == ("typed", "1girl, red hair")


def test_without_proof_and_recipe_nobody_knows(noa):
    brought(noa, copy_with([row(1, recipe={})], {"takes/1.png": plain()}))
    post = takes.publish(noa, one_take(noa), **WANTED)
    assert (post.ai_level, post.ai_evidence) == (AiLevel.UNKNOWN, AiEvidence.NONE)
    assert not hasattr(post, "generation")


def test_letters_on_what_was_brought_are_no_proof_either(noa):
    brought(noa, copy_with([row(1)], {"takes/1.png": plain()}))
    base = one_take(noa)
    recipe = takes.recipe_of(base)
    asset = ingest.make_asset(noa, picture(3), recipe)
    lettered = Take.objects.create(
        kind=TakeKind.LETTERED, owner=noa, asset=asset, parent=base, recipe=base.recipe, lettering=[{"text": "a"}]
    )
    post = takes.publish(noa, lettered, **WANTED)
    assert post.ai_evidence == AiEvidence.DECLARED


def test_what_was_signed_here_proves_itself_when_it_comes_back(noa):
    mika = make_user("mika")
    make_take(mika)
    brought(noa, copy_of(mika))
    take = one_take(noa)
    assert take.recipe["composite"] is False
    assert takes.label_of(take)[1] in (AiEvidence.C2PA, AiEvidence.METADATA)
    post = takes.publish(noa, take, **WANTED)
    assert post.ai_level == AiLevel.GENERATED
    assert post.ai_evidence != AiEvidence.SITE_JOB
