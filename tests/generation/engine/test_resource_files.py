"""LoRAs, embeddings and VAEs are known by the keys and shapes of their files."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

from generation.engine import EngineError
from generation.engine.resource_files import inspect_resource, weights_digest
from tests.generation.engine.original_layout import make_parts, original_tensors, vae_tensors, write_layouts

KOHYA = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
KOHYA_XL = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_v"
DIFFUSERS = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2"
TEXT = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"


def lora(name: str, width: int, down: str = "lora_down", up: str = "lora_up") -> dict[str, torch.Tensor]:
    return {f"{name}.{down}.weight": torch.zeros(4, width), f"{name}.{up}.weight": torch.zeros(8, 4)}


@pytest.mark.parametrize(
    ("tensors", "kind", "base"),
    [
        (lora(KOHYA, 768), "lora", "sd1"),
        (lora(KOHYA, 1024) | {KOHYA + ".alpha": torch.tensor(4.0)}, "lora", "sd2"),
        (lora(KOHYA_XL, 2048), "lora", "sdxl"),
        (lora(f"{DIFFUSERS}.to_k", 768, "lora_A", "lora_B"), "lora", "sd1"),
        (lora(f"{DIFFUSERS}.to_k", 2048, "lora.down", "lora.up"), "lora", "sdxl"),
        (
            {f"{DIFFUSERS}.processor.to_k_lora.down.weight": torch.zeros(4, 768)},
            "lora",
            "sd1",
        ),
        (lora(TEXT, 768), "lora", "sd1"),
        (lora(TEXT, 1024), "lora", "sd2"),
        (lora("lora_te2_text_model_encoder_layers_0_self_attn_q_proj", 1280), "lora", "sdxl"),
        (lora("lora_unet_double_blocks_0_img_attn_qkv", 3072), "lora", "FluxPipeline"),
        (lora("transformer.transformer_blocks.0.attn.to_q", 1536, "lora_A", "lora_B"), "lora", "transformer"),
        (lora("somewhere", 5), "lora", ""),
        ({"emb_params": torch.zeros(8, 768)}, "embedding", "sd1"),
        ({"<thing>": torch.zeros(1024)}, "embedding", "sd2"),
        ({"clip_l": torch.zeros(2, 768), "clip_g": torch.zeros(2, 1280)}, "embedding", "sdxl"),
    ],
)
def test_a_file_is_known_by_its_keys_and_widths(
    tensors: dict[str, torch.Tensor], kind: str, base: str, tmp_path: Path
) -> None:
    save_file(tensors, tmp_path / "thing.safetensors")
    facts = inspect_resource(tmp_path / "thing.safetensors")
    assert (facts.kind, facts.base, facts.base_is_certain) == (kind, base, bool(base))


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layouts(tmp_path_factory.mktemp("layouts"))


@pytest.mark.parametrize("prefix", ["", "first_stage_model."])
@pytest.mark.parametrize(("name", "base"), [("kl-f8", "sd1"), ("sdxl_vae", "sdxl")])
def test_the_base_of_a_vae_file_is_a_guess_by_its_name(
    name: str, base: str, prefix: str, layouts: Path, tmp_path: Path
) -> None:
    vae = make_parts(layouts / "sd1")["vae"]
    path = tmp_path / f"{name}.safetensors"
    save_file({prefix + key: tensor.contiguous() for key, tensor in vae_tensors(vae).items()}, path)
    facts = inspect_resource(path)
    assert (facts.kind, facts.base, facts.base_is_certain) == ("vae", base, False)
    save_file(vae.state_dict(), path)
    assert inspect_resource(path).kind == "vae"


def test_a_vae_folder_says_its_base(layouts: Path, tmp_path: Path) -> None:
    config = AutoencoderKL.load_config(layouts / "sdxl/vae")
    AutoencoderKL.from_config(config).save_pretrained(tmp_path / "vae")
    facts = inspect_resource(tmp_path / "vae")
    assert (facts.kind, facts.base, facts.base_is_certain) == ("vae", "sdxl", True)


def _write_text(path: Path) -> None:
    path.write_bytes(b"not a safetensors file, but long enough to look at")


def _write(tensors: dict[str, torch.Tensor]) -> Any:
    return lambda path: save_file(tensors, path)


@pytest.mark.parametrize(
    ("name", "write", "code", "reason"),
    [
        ("lost.safetensors", lambda path: None, "missing_resource", None),
        ("a.pt", _write_text, "corrupt_resource", "pickle"),
        ("a.bin", _write_text, "corrupt_resource", "pickle"),
        ("a.gguf", _write_text, "corrupt_resource", "format"),
        ("a.safetensors", _write_text, "corrupt_resource", "header"),
        ("a.safetensors", _write({"a": torch.zeros(3, 3)}), "corrupt_resource", "keys"),
        ("a.safetensors", _write({"a.hada_w1_a": torch.zeros(3, 3)}), "corrupt_resource", "lycoris"),
        ("vae", lambda path: path.mkdir(), "corrupt_resource", "keys"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_refused_with_its_reason(
    name: str, write: Any, code: str, reason: str | None, tmp_path: Path
) -> None:
    write(tmp_path / name)
    with pytest.raises(EngineError) as refused:
        inspect_resource(tmp_path / name)
    assert (refused.value.code, refused.value.params.get("reason")) == (code, reason)
    assert refused.value.params["resource"] == name


def test_a_whole_checkpoint_is_no_resource(layouts: Path, tmp_path: Path) -> None:
    save_file(original_tensors(make_parts(layouts / "sd1"), "sd1"), tmp_path / "a.safetensors")
    with pytest.raises(EngineError) as refused:
        inspect_resource(tmp_path / "a.safetensors")
    assert refused.value.params["reason"] == "keys"


def test_the_words_it_was_trained_with_are_suggested(tmp_path: Path) -> None:
    counted = {"10_cat": {"mycat": 30, "sitting": 4}, "2_more": {"mycat": 3, " outdoors": 5}}
    for metadata, words in (
        ({"ss_tag_frequency": json.dumps(counted)}, ("mycat", "outdoors", "sitting")),
        ({"ss_tag_frequency": "{"}, ()),
        ({"ss_tag_frequency": '{"a": {"b": null}}'}, ()),
        ({"ss_tag_frequency": "[[]]"}, ()),
    ):
        save_file(lora(KOHYA, 768), tmp_path / "a.safetensors", metadata)
        assert inspect_resource(tmp_path / "a.safetensors").suggestions == words


@pytest.mark.parametrize(
    ("noted", "base"),
    [("sd_v1", "sd1"), ("sd_v1.5", "sd1"), ("sd_v2_768_v", "sd2"), ("sdxl_base_v1-0", "sdxl"), ("sd3_m", ""), ("", "")],
)
def test_the_trainers_note_says_the_base_where_the_weights_do_not(noted: str, base: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(lora("somewhere", 5), path, {"ss_base_model_version": noted})
    facts = inspect_resource(path)
    assert (facts.base, facts.base_is_certain) == (base, False)
    save_file(lora(TEXT, 768), path, {"ss_base_model_version": noted})
    assert inspect_resource(path).base == "sd1", "what the weights say comes first"


def test_the_hash_of_the_weights_leaves_out_the_header(tmp_path: Path) -> None:
    save_file(lora(KOHYA, 768), tmp_path / "a.safetensors", {"name": "one"})
    save_file(lora(KOHYA, 768), tmp_path / "b.safetensors", {"name": "another, longer name"})
    zeros = hashlib.sha256(bytes(4 * (4 * 768 + 8 * 4))).hexdigest()
    assert weights_digest(tmp_path / "a.safetensors") == weights_digest(tmp_path / "b.safetensors") == zeros
