"""The bundled model's training at toy size: data, encoder, both trainings with resuming, export."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from generation.bundled import dataset, styles
from generation.bundled.autoencoder import build_autoencoder, encode_pictures, patch_latents
from generation.bundled.components import decode_linearly, patch_components, patches_of
from generation.bundled.export import export_model
from generation.bundled.plans import DecoderPlan, DenoiserPlan, DenoiserShape, Plan
from generation.bundled.prompt_table import prompts_from, tag_table
from generation.bundled.prompts import STARTERS
from generation.bundled.rhythm import Progress, rate_at
from generation.bundled.sample import draw_prompts
from generation.bundled.seeds import propose_seeds
from generation.bundled.tokenizer import build_tokenizer, token_numbers
from generation.bundled.train import run_part
from generation.bundled.vocabulary import GROUPS, IMPLIED, LATER, SINGLES, TAGS
from generation.bundled.workplace import Workplace, load_checkpoint

TOY = Plan(
    size=32,
    pictures=24,
    minutes=5,
    steps=3,
    decoder=DecoderPlan(channels=8, blocks=(1, 0, 0), batch=2),
    denoiser=DenoiserPlan(
        shape=DenoiserShape(
            latent_size=8,
            channels=(8, 8, 16),
            attention=(False, False, True),
            layers=(0, 1, 1),
            groups=4,
            time_width=32,
            text_width=32,
            text_layers=1,
        ),
        batch=2,
    ),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A working folder after three steps of each training."""
    place = Workplace(tmp_path_factory.mktemp("training"))
    for part in ("data", "decoder", "denoiser"):
        run_part(part, TOY, place)
    return place


@pytest.fixture(scope="module")
def some_pictures() -> np.ndarray:
    return np.stack([dataset.render(dataset.sample(number), number, 64) for number in range(12)])


@pytest.mark.parametrize(("patch", "channels"), [(4, 4), (8, 16), (2, 3)])
def test_the_encoder_is_exactly_the_principal_components(some_pictures: np.ndarray, patch: int, channels: int) -> None:
    components = patch_components(some_pictures, channels, patch)
    halvings = patch.bit_length() - 1
    model = build_autoencoder(components, 8, (0,) * (halvings + 1))
    with torch.no_grad():
        scaled = torch.from_numpy(some_pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        latents = model.encode(scaled).latents.numpy()
    wanted = (patches_of(some_pictures, patch) - components.mean) @ components.matrix.T
    side = 64 // patch
    wanted = wanted.reshape(len(some_pictures), side, side, channels).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(latents, wanted, atol=2e-5)


def test_components_encode_as_the_autoencoder_does_and_decode_roughly(some_pictures: np.ndarray) -> None:
    components = patch_components(some_pictures, 4, 4)
    latents = patch_latents(components, some_pictures)
    assert latents.dtype == np.float16
    wanted = encode_pictures(build_autoencoder(components, 8, (0, 0, 0)), some_pictures)
    np.testing.assert_allclose(latents.astype(float), wanted.astype(float), atol=4e-3)
    error = np.abs(decode_linearly(components, latents).astype(int) - some_pictures)
    assert error.mean() < 10


def test_latents_keep_most_of_the_variance_and_stay_in_range(some_pictures: np.ndarray) -> None:
    components = patch_components(some_pictures, 4, 4)
    latents = encode_pictures(build_autoencoder(components, 8, (0, 0, 0)), some_pictures).astype(np.float32)
    assert components.explained > 0.9
    deviations = latents.std(axis=(0, 2, 3))
    assert deviations[0] == pytest.approx(0.5, abs=0.01)  # half as loud, with four times as many of them
    assert (np.diff(deviations) < 0).all()
    assert (np.abs(latents) < 3).mean() > 0.97  # the decoder's soft clamp is at 3


def test_a_drawing_has_known_tags_and_the_colour_it_promises() -> None:
    for number in range(40):
        drawing = dataset.sample(number)
        assert drawing == dataset.sample(number)
        assert len(drawing.tags) == len(set(drawing.tags))
        assert set(drawing.tags) <= set(TAGS)
        for members in GROUPS.values():
            assert len(set(members) & set(drawing.tags)) <= 1
    red = next(one for one in map(dataset.sample, range(1000)) if "red_background" in one.tags)
    corner = dataset.render(red, 0, 32)[0, 0].astype(int)
    assert corner[0] > 150
    assert corner[1:].max() < 90


def test_every_tag_is_drawn_by_some_style() -> None:
    rng = random.Random(7)
    drawings = [styles.draw(rng) for _ in range(8000)]
    assert {tag for drawing in drawings for tag in drawing.tags} == set(TAGS)
    assert {drawing.style for drawing in drawings} == {module.NAME for module in styles.STYLES}
    for drawing in drawings:
        assert len(drawing.tags) == len(set(drawing.tags))
        for members in GROUPS.values():
            assert len(set(members) & set(drawing.tags)) <= 1
    assert len(TAGS) == len(set(TAGS))
    assert {*SINGLES, *IMPLIED, *LATER} <= set(TAGS)
    assert TAGS[-len(LATER) :] == LATER


def test_what_a_picture_hides_is_not_tagged() -> None:
    rng = random.Random(8)
    tagged = [set(styles.draw(rng).tags) for _ in range(4000)]
    masked = [tags for tags in tagged if "sunglasses" in tags]
    bald = [tags for tags in tagged if "bald" in tags]
    assert masked
    assert bald
    assert not any(tags & set(GROUPS["eyes"]) for tags in masked)
    hair = {*GROUPS["hair colour"], *GROUPS["hair length"]}
    assert not any(tags & hair for tags in bald)


def test_a_portrait_names_its_style() -> None:
    rng = random.Random(9)
    for drawing in (styles.draw(rng) for _ in range(1000)):
        named = set(drawing.tags) & set(GROUPS["style"])
        portrait = bool({"1girl", "1boy"} & set(drawing.tags))
        assert named == ({f"{drawing.style}_(style)"} if portrait else set())


@pytest.mark.parametrize("module", styles.STYLES, ids=lambda module: module.NAME)
def test_a_style_takes_every_option_it_is_given(module: ModuleType) -> None:
    rng = random.Random(10)
    pictures = [dataset.render(module.draw(rng), number, 32) for number in range(30)]
    assert all(picture.shape == (32, 32, 3) and picture.std() > 5 for picture in pictures)


def test_training_numbers_agree_with_the_tokenizer() -> None:
    tokenizer = build_tokenizer(TAGS)
    known = {tag: number for number, tag in enumerate(TAGS, start=2)}
    tags = ["1girl", "red_hair", "one-eyed", "open_mouth"]
    typed = tokenizer(", ".join(tags), padding="max_length", truncation=True, max_length=tokenizer.model_max_length)
    assert token_numbers(tags, known) == typed.input_ids


def test_prompts_are_shuffled_thinned_and_sometimes_empty() -> None:
    torch.manual_seed(1)
    rows = tag_table([TAGS[:10]] * 300)
    prompts = prompts_from(rows)
    assert (prompts[:, 0] == 1).all()
    texts = [tuple(number for number in prompt if number) for prompt in prompts[:, 1:].tolist()]
    for text, prompt in zip(texts, prompts.tolist(), strict=True):
        assert set(text) <= set(range(2, 12))
        assert len(set(text)) == len(text)
        assert prompt == [1, *text] + [0] * (len(prompt) - 1 - len(text))  # no holes
    assert 10 <= sum(not text for text in texts) <= 60
    assert 0.06 < 1 - sum(map(len, texts)) / sum(10 for text in texts if text) < 0.18
    assert len({text[0] for text in texts if text}) == 10


def test_a_prompt_with_all_its_tags_is_what_the_tokenizer_gives() -> None:
    known = {tag: number for number, tag in enumerate(TAGS, start=2)}
    pictures = [("1girl", "red_hair", "smile"), (), tuple(TAGS[:40])]
    prompts = prompts_from(tag_table(pictures), drop=0, empty=0).tolist()
    for tags, prompt in zip(pictures, prompts, strict=True):
        wanted = token_numbers(tags, known)
        assert sorted(prompt) == sorted(wanted)
        assert len(prompt) == len(wanted)


def test_the_rate_warms_up_holds_and_falls() -> None:
    assert rate_at(1.0, step=0, share=0.0) < 0.01
    assert rate_at(1.0, step=1000, share=0.5) == 1.0
    assert rate_at(1.0, step=1000, share=1.0) == pytest.approx(0.03)


def test_a_loss_that_is_no_number_ends_a_training(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "part.log", "part", every=2)
    progress.step(1, 4, torch.tensor(0.5), 0.1)
    with pytest.raises(FloatingPointError, match="step 2"):
        progress.step(2, 4, torch.tensor(float("nan")), 0.2)
    assert "loss nan" in (tmp_path / "part.log").read_text()


def test_the_log_estimates_the_time_left(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "part.log", "part", every=1)
    progress.step(1, 4, 0.5, 0.25)
    assert "left" not in (tmp_path / "part.log").read_text()
    assert progress.first is not None
    progress.first = progress.first[0] - 60, 0.25
    progress.step(2, 4, 0.5, 0.5)
    line = (tmp_path / "part.log").read_text().splitlines()[-1]
    assert "[##########          ]  50%" in line
    assert "2:00 left" in line


def test_training_resumes_where_it_stopped(trained: Workplace) -> None:
    before = {part: load_checkpoint(trained.checkpoint(part)) for part in ("decoder", "denoiser")}
    for part, old in before.items():
        assert old is not None
        assert old["step"] >= 3
        run_part(part, replace(TOY, steps=2), trained)
        new = load_checkpoint(trained.checkpoint(part))
        assert new is not None
        assert new["step"] == old["step"] + 2
        key = "model" if part == "decoder" else "unet"
        assert any(not torch.equal(new[key][name], old[key][name]) for name in old[key])


def test_the_decoder_reports_its_quality_on_held_out_pictures(trained: Workplace) -> None:
    assert "PSNR on held-out pictures" in trained.log("decoder").read_text()
    assert trained.sheet("decoder").exists()


def test_an_unknown_part_is_refused(trained: Workplace) -> None:
    with pytest.raises(ValueError, match="Unknown part"):
        run_part("painter", TOY, trained)


def test_export_a_toy(trained: Workplace, tmp_path: Path) -> None:
    from diffusers import StableDiffusionPipeline

    folder = tmp_path / "model"
    export_model(trained, folder, TOY.size)
    export_model(trained, folder, TOY.size)  # a second export replaces the first
    assert not folder.with_name("model.part").exists()
    pipeline = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    assert draw_prompts(pipeline, ["1girl", "planet", ""], steps=2, batch=2).shape == (3, 32, 32, 3)

    proposed = propose_seeds(trained, folder, seeds=2, probe_steps=2)
    assert [title for title, _ in proposed] == [starter["title"] for starter in STARTERS]
    assert all(sorted(best) == [1, 2] for _, best in proposed)
    assert Image.open(trained.sheet("seeds")).size == (64, 32 * len(STARTERS))
