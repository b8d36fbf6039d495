"""Folders of stock pipelines: refused when broken or foreign, loaded in shards."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generation.engine import Engine, EngineError
from generation.engine.checkpoint_files import inspect_checkpoint
from tests.generation.engine.driving import difference, pictures, run_out
from tests.generation.engine.stock_jobs import Families, stock_job
from tests.generation.engine.tiny_families import build_family


def _forget(folder: Path, file: str) -> None:
    (folder / file).unlink()


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "code", "reason"),
    [
        (lambda f: _forget(f, "transformer/config.json"), "corrupt_checkpoint", "missing_file"),
        (lambda f: next((f / "transformer").glob("*-00002-*")).unlink(), "corrupt_checkpoint", "missing_file"),
        (lambda f: (f / "vae/model.py").write_text("x"), "unsupported_checkpoint", "remote_code"),
        (lambda f: _edit(f / "model_index.json", vae=["mine", "Vae"]), "unsupported_checkpoint", "component"),
        (lambda f: _edit(f / "model_index.json", _class_name="KolorsPipeline"), "unsupported_checkpoint", "family"),
        (lambda f: _edit(f / "text_encoder/config.json", auto_map={}), "unsupported_checkpoint", "remote_code"),
    ],
)
def test_a_broken_folder_is_refused_with_its_reason(
    damage: Callable[[Path], Any], code: str, reason: str, tmp_path: Path
) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "copy", max_shard_size="20KB")
    assert inspect_checkpoint(folder).tensor_counts["transformer"] > 20
    damage(folder)
    with pytest.raises(EngineError) as refused:
        Engine().add(stock_job("a", folder, "Lumina2Pipeline"))
    assert (refused.value.code, refused.value.params["reason"]) == (code, reason)


@pytest.mark.skipif(importlib.util.find_spec("sentencepiece") is not None, reason="sentencepiece is installed")
def test_a_tokenizer_that_cannot_be_read_here_is_named(tmp_path: Path) -> None:
    folder = build_family("PixArtAlphaPipeline", tmp_path / "pixart")
    (folder / "tokenizer/tokenizer.json").rename(folder / "tokenizer/spiece.model")
    with pytest.raises(EngineError) as refused:
        Engine().add(stock_job("a", folder, "PixArtAlphaPipeline"))
    assert refused.value.params["reason"] == "tokenizer"
    assert "tokenizer.json" in refused.value.params["found"]


def test_weights_in_shards_are_loaded(tmp_path: Path, families: Families) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "shards", max_shard_size="20KB")
    assert len(list((folder / "transformer").glob("*.safetensors"))) > 1
    engine = Engine()
    engine.add(stock_job("a", folder, "Lumina2Pipeline"))
    engine.add(stock_job("b", families("Lumina2Pipeline"), "Lumina2Pipeline"))
    drawn = pictures(run_out(engine))
    assert difference(drawn["a"], drawn["b"]) <= 1
