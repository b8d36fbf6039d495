"""Folders of stock pipelines: refused when broken or foreign, loaded in shards."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from transformers import T5Tokenizer

from generation.engine import Engine, EngineError
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.pipeline_folder import MAX_PIECES_BYTES
from tests.generation.engine.driving import difference, pictures, run_out
from tests.generation.engine.stock_jobs import Families, direct_call, stock_job
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


@pytest.fixture(scope="module")
def pieces() -> bytes:
    """A SentencePiece model as T5 has one, trained on a few words."""
    words = [
        "a",
        "cat",
        "sits",
        "by",
        "the",
        "sea",
        "one",
        "blue",
        "bird",
        "flies",
        "over",
        "red",
        "roofs",
        "at",
        "night",
    ]
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(" ".join(words[start:] + words[:start]) for start in range(len(words))),
        model_writer=out, vocab_size=100, hard_vocab_limit=False, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        num_threads=1, minloglevel=2,
    )  # fmt: skip
    return out.getvalue()


@pytest.fixture
def pixart(tmp_path: Path, pieces: bytes) -> Path:
    """A folder whose tokenizer is a SentencePiece model alone, as in PixArt, DeepFloyd IF and older T5."""
    folder = build_family("PixArtAlphaPipeline", tmp_path / "pixart")
    tokenizer = folder / "tokenizer"
    for file in tokenizer.iterdir():
        file.unlink()
    config = {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, "model_max_length": 512}
    (tokenizer / "tokenizer_config.json").write_text(json.dumps(config))
    (tokenizer / "spiece.model").write_bytes(pieces)
    return folder


def test_a_tokenizer_may_be_a_sentencepiece_model_alone(pixart: Path, pieces: bytes) -> None:
    own = sentencepiece.SentencePieceProcessor(model_proto=pieces)
    ours = T5Tokenizer.from_pretrained(pixart / "tokenizer")
    for text in ("a cat by the sea", "One  BLUE bird; ＡＢＣ", "", "zzz"):
        assert ours(text).input_ids == [*own.encode(text), own.eos_id()], text
    one = stock_job("a", pixart, "PixArtAlphaPipeline")
    engine = Engine()
    engine.add(one)
    engine.add(stock_job("b", pixart, "PixArtAlphaPipeline", prompt="a blue bird at night"))
    drawn = pictures(run_out(engine))
    assert difference(drawn["a"], direct_call(one)) <= 1
    assert difference(drawn["a"], drawn["b"]) > 1, "the prompt is read"


def test_a_sentencepiece_model_that_is_none_or_far_too_large_is_refused(pixart: Path) -> None:
    file = pixart / "tokenizer/spiece.model"
    file.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert _refusal(pixart) == ("corrupt_checkpoint", "load")
    with file.open("wb") as stream:
        stream.truncate(MAX_PIECES_BYTES + 1)
    with pytest.raises(EngineError) as refused:
        inspect_checkpoint(pixart)
    assert (refused.value.code, refused.value.params["reason"]) == ("unsupported_checkpoint", "tokenizer")
    assert "spiece.model" in refused.value.params["found"]


def test_a_tokenizer_that_panics_while_it_is_loaded_is_a_damaged_folder(pixart: Path, pieces: bytes) -> None:
    proto = sentencepiece_model_pb2.ModelProto.FromString(pieces)
    proto.normalizer_spec.precompiled_charsmap = bytes([8, 0, 0, 0]) + b"\xff" * 8 + b"abc"
    (pixart / "tokenizer/spiece.model").write_bytes(proto.SerializeToString())
    config = pixart / "tokenizer/tokenizer_config.json"
    values = json.loads(config.read_text("utf-8"))
    added = {"content": "new word", "normalized": True, "special": False}
    values["added_tokens_decoder"] = {"9000": {**added, "lstrip": False, "rstrip": False, "single_word": False}}
    config.write_text(json.dumps(values), "utf-8")
    assert _refusal(pixart) == ("corrupt_checkpoint", "load")


def test_a_sentencepiece_model_that_makes_the_tokenizer_panic_fails_its_job_as_any_error_does(
    pixart: Path, pieces: bytes
) -> None:
    proto = sentencepiece_model_pb2.ModelProto.FromString(pieces)
    # A trie of two cells that points far outside of itself.
    proto.normalizer_spec.precompiled_charsmap = bytes([8, 0, 0, 0]) + b"\xff" * 8 + b"abc"
    (pixart / "tokenizer/spiece.model").write_bytes(proto.SerializeToString())
    engine = Engine()
    with pytest.raises(RuntimeError, match="Panic"):
        engine.add(stock_job("a", pixart, "PixArtAlphaPipeline"))
    assert engine.idle


def _refusal(folder: Path) -> tuple[str, str]:
    with pytest.raises(EngineError) as refused:
        Engine().add(stock_job("a", folder, "PixArtAlphaPipeline"))
    return refused.value.code, refused.value.params["reason"]


def test_weights_in_shards_are_loaded(tmp_path: Path, families: Families) -> None:
    folder = build_family("Lumina2Pipeline", tmp_path / "shards", max_shard_size="20KB")
    assert len(list((folder / "transformer").glob("*.safetensors"))) > 1
    engine = Engine()
    engine.add(stock_job("a", folder, "Lumina2Pipeline"))
    engine.add(stock_job("b", families("Lumina2Pipeline"), "Lumina2Pipeline"))
    drawn = pictures(run_out(engine))
    assert difference(drawn["a"], drawn["b"]) <= 1
