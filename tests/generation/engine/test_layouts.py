"""The configs that we ship describe the models as they were published: by their known numbers of weights."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from generation.engine import pipeline_classes
from generation.engine.clip_tokenizer import clip_vocabulary, make_clip_tokenizer
from generation.engine.single_file import LAYOUTS


@pytest.mark.parametrize(
    ("base", "unet", "text_encoder", "text_encoder_2"),
    [
        ("sd1", 859_520_964, 123_060_480, 0),
        ("sd2", 865_910_724, 340_387_840, 0),
        ("sdxl", 2_567_463_684, 123_060_480, 694_659_840),
    ],
)
def test_the_models_have_as_many_weights_as_published(
    base: str, unet: int, text_encoder: int, text_encoder_2: int
) -> None:
    layout = LAYOUTS / base
    with torch.device("meta"):
        denoiser = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(layout / "unet"))
        parts = {
            unet: denoiser,
            83_653_863: AutoencoderKL.from_config(AutoencoderKL.load_config(layout / "vae")),
            text_encoder: CLIPTextModel(CLIPTextConfig.from_pretrained(layout / "text_encoder")),
        }
        if text_encoder_2:
            config = CLIPTextConfig.from_pretrained(layout / "text_encoder_2")
            parts[text_encoder_2] = CLIPTextModelWithProjection(config)
    for count, part in parts.items():
        assert sum(weight.numel() for weight in part.parameters()) == count
    assert json.loads((layout / "layout.json").read_text())["unet_tensors"] == len(denoiser.state_dict())


def test_prompts_get_clips_own_numbers() -> None:
    tokenizer = make_clip_tokenizer(LAYOUTS / "sd1/tokenizer/tokenizer_config.json")
    assert len(tokenizer) == len(clip_vocabulary()[0]) == 49_408
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert tokenizer("a", padding="max_length").input_ids == [49406, 320] + [49407] * 75
    padded = make_clip_tokenizer(LAYOUTS / "sdxl/tokenizer_2/tokenizer_config.json")
    assert padded("a", padding="max_length").input_ids == [49406, 320, 49407] + [0] * 74


def test_a_tokenizer_can_be_saved_and_read_again(tmp_path: Path) -> None:
    tokenizer = make_clip_tokenizer(LAYOUTS / "sd2/tokenizer/tokenizer_config.json")
    tokenizer.save_pretrained(tmp_path)
    from transformers import AutoTokenizer

    text = "1girl, 青い髪 ♥ (masterpiece:1.2) it's"
    assert AutoTokenizer.from_pretrained(tmp_path)(text).input_ids == tokenizer(text).input_ids
    shutil.rmtree(tmp_path)


def test_every_pipeline_class_on_the_list_is_one_of_diffusers() -> None:
    import diffusers
    from diffusers import pipelines

    for name in (*pipeline_classes.SD_PIPELINES, *pipeline_classes.OTHER_PIPELINES):
        assert hasattr(diffusers, name), name
    for module in pipeline_classes.DIFFUSERS_MODULES:
        assert (Path(pipelines.__file__).parent / module).is_dir(), module
