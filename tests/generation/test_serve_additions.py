"""LoRAs, embeddings and VAEs through a real worker's round: they change the picture, and a lost file fails one job."""

from pathlib import Path
from typing import Any

import numpy
import pytest

from gallery import ingest
from generation.errors import failure_sentence
from generation.models import Checkpoint, Resource, Take
from generation.serve import serve
from tests.factories import make_user
from tests.generation.engine.tiny_additions import embedding, kohya_lora, vae_folder
from tests.generation.test_serve_edits import ask, painter

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["painter"]


@pytest.fixture
def shelf(painter: Checkpoint, tmp_path: Path) -> dict[str, Resource]:
    """A LoRA, an embedding and a VAE of the tiny model."""
    checkpoint = Path(painter.path)
    files = {
        "lora": ("ink", kohya_lora(tmp_path / "ink.safetensors", checkpoint, seed=1)),
        "embedding": ("neat", embedding(tmp_path / "neat.safetensors", {"emb_params": (2, 32)}, seed=2)),
        "vae": ("bright", vae_folder(tmp_path / "bright", checkpoint, seed=9)),
    }
    return {
        kind: Resource.objects.create(
            kind=kind, slug=slug, name=slug.title(), family=painter.family, path=str(path), sha256="ab" * 32
        )
        for kind, (slug, path) in files.items()
    }


def test_what_is_added_changes_the_picture_and_stands_in_its_recipe(shelf: dict[str, Resource], engine: Any) -> None:
    mira = make_user()
    wanted = {
        "plain": {},
        "lora": {"prompt": "1girl, red hair <lora:ink:1>"},
        "embedding": {"prompt": "1girl, red hair, neat"},
        "vae": {"vae": "bright"},
    }
    jobs = {name: ask(mira, **fields) for name, fields in wanted.items()}
    assert serve(engine, "w").ended == {"done": 4}
    takes = {name: Take.objects.get(job=job) for name, job in jobs.items()}
    pixels = {name: numpy.asarray(ingest.picture_of(take.asset), int) for name, take in takes.items()}
    for name in ("lora", "embedding", "vae"):
        assert numpy.abs(pixels[name] - pixels["plain"]).max() > 3, name
    assert takes["lora"].recipe["loras"][0]["name"] == "ink"
    assert takes["embedding"].recipe["embeddings"][0]["name"] == "neat"
    assert takes["vae"].recipe["vae"] == "Bright"


def test_a_lora_whose_file_is_gone_fails_its_job_with_the_cause_and_the_next_is_fine(
    shelf: dict[str, Resource], engine: Any
) -> None:
    mira = make_user()
    lost, fine = ask(mira, prompt="1girl <lora:ink:1>"), ask(mira)
    Path(shelf["lora"].path).unlink()
    assert serve(engine, "w").ended == {"failed": 1, "done": 1}
    lost.refresh_from_db()
    fine.refresh_from_db()
    assert (lost.error_code, fine.state) == ("missing_resource", "done")
    assert "ink" in failure_sentence(lost.error_code, lost.error_params)
