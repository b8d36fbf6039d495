"""The bundled model's card: filled in, true to the vocabulary, complete in both languages."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generation.bundled import dataset, export
from generation.bundled.autoencoder import PatchComponents
from generation.bundled.holdout import HELD_OUT, held_out
from generation.bundled.report import REPORT, as_table
from generation.bundled.styles import STYLES
from generation.bundled.vocabulary import GROUPS, TAGS
from generation.bundled.workplace import Workplace
from generation.card import read_card
from generation.models import Checkpoint

# Words of a Japanese card that are written in Latin letters: names, units, and what is typed.
LATIN = {
    "Irodori", "Mini", "Danbooru", "DiceBear", "CPU", "UNet", "CLIP", "DDIM", "MB", "CC", "BY", "CC0", "Apache",
    "diffusers", "text", "image", "to", "fp16", "cpu", "toon", "head", "adventurer", "big", "smile", "critters",
    "landscape", "planets", "sprouts", "ToonHead", "Johan", "Melin", "Adventurer", "Lisa", "Wischofsky", "Custom",
    "Avatar", "Ashley", "Seo", "Critters", "Landscape", "Planets", "Sprouts",
}  # fmt: skip


WEIGHTS = "0" * 64


def _report() -> dict[str, Any]:
    """A whole report with made-up counts: some tags drawn badly, some that the probe misreads, some never asked."""
    tags: dict[str, Any] = {}
    for name, group in REPORT.items():
        for number, tag in enumerate(group.tags()):
            model = (number, 10) if number else (0, 0)
            tags[tag] = {"group": name, "model": model, "probe": (70 + number, 90), "false_positives": (number, 90)}
            if number % 2:
                tags[tag] |= {"unasked": (1, 30), "usual": 0.04}
    verdicts = ("90%: met", "75%: 1 point short", "75%: 12 points short", "–")
    counts = {"model": (8, 10), "model_new": (7, 10), "probe": (90, 91), "false_positives": (1, 90)}
    return {
        "prompts": 500,
        "new": 420,
        "held_out": 250,
        "subjects": {subject: {"asked": 80, "new": 60, "held_out": 40} for subject in GROUPS["subject"]},
        "recall": {"held out": (900, 1000), "other new": (700, 800), "seen": (0, 0)},
        "probe_held_out": (880, 890),
        "weights": WEIGHTS,
        "groups": {name: {**counts, "verdict": verdicts[at % 4]} for at, name in enumerate(REPORT)},
        "tags": tags,
        "vocabulary_groups": {name: {"limited": True, "claimed_for_none": (3, 100)} for name in GROUPS},
        "compute": {
            "decoder": {"pictures": 112_832, "core_seconds": 3600},
            "denoiser": {"pictures": 964_064, "core_seconds": 9000},
            "probe": {"core_seconds": 2000, "pictures": 57_600},
            "evaluation": {"core_seconds": 1100},
        },
        "device": "cpu",
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A training's folder with what a card is made of."""
    folder = tmp_path_factory.mktemp("training")
    dataset.build(folder, 3, 32)
    made = Workplace(folder)
    made.save_components(PatchComponents(4, np.zeros(48), np.zeros((4, 48)), 0.9))
    (folder / "evaluation.json").write_text(json.dumps(_report()), "utf-8")
    return made


def _card(place: Workplace, language: str, weights: str = WEIGHTS) -> str:
    return export.card(place, 128, 14_300_000, 28.4, weights, language)


def test_another_models_figures_are_not_told(place: Workplace) -> None:
    assert "Not measured yet." not in _card(place, "en")
    assert "Not measured yet." in _card(place, "en", weights="1" * 64)


@pytest.mark.parametrize("language", export.CARDS)
def test_every_figure_is_filled_in(place: Workplace, language: str) -> None:
    text = _card(place, language)
    assert not re.search(r"\{\w+\}", text)
    for said in ("128", "192", "28 MB", "112,832", "964,064", "crater", str(len(TAGS)), str(len(HELD_OUT))):
        assert said in text
    page = read_card(text)
    assert len(page.contents) == 5
    assert page.html.count("<table") == 4
    assert not page.cut


def test_the_parameters_are_counted_as_each_language_counts(place: Workplace) -> None:
    assert "14.3 million parameters" in _card(place, "en")
    assert "1,430万" in _card(place, "ja")


def test_every_artist_is_credited_as_the_style_asks(place: Workplace) -> None:
    for style in STYLES:
        meta = json.loads(files("dicebear_styles").joinpath(f"{style.NAME}.json").read_text("utf-8"))["meta"]
        for language in export.CARDS:
            lines = _card(place, language).split("\n")
            (row,) = (line for line in lines if line.startswith(f"| {style.NAME} |") and "](" in line)
            for part in ("source", "creator", "license"):
                assert f"[{meta[part]['name']}]({meta[part]['url']})" in row
        if meta["license"]["name"] == "CC BY 4.0":
            assert f"{meta['source']['name']} by {meta['creator']['name']}" in export.LICENCE
            assert "Remix of" in next(line for line in export.attribution().split("\n") if style.NAME in line)
        else:
            assert meta["license"]["name"] == "CC0 1.0"


def test_the_licence_fits_its_column() -> None:
    assert len(export.LICENCE) <= Checkpoint._meta.get_field("licence").max_length


@pytest.mark.parametrize("language", export.CARDS)
def test_every_tag_and_prompt_that_the_card_names_is_known(language: str) -> None:
    text = Path(export.__file__).with_name(export.CARDS[language][0]).read_text("utf-8")
    words = {tag for code in re.findall(r"`([^`]+)`", text) for tag in code.split(", ")}
    named = {word for word in words if re.fullmatch(r"[\w()-]+", word)} - {"StableDiffusionPipeline"}
    assert named <= set(TAGS)
    assert ("purple_hair", "purple_dress") in HELD_OUT
    rows = re.findall(r"^\|.*`([^`]+)` \|$", text, re.MULTILINE)
    assert len(rows) == len(STYLES)
    assert not any(held_out(row.split(", ")) for row in rows)


def test_the_japanese_card_says_nothing_in_english(place: Workplace) -> None:
    text = _card(place, "ja")
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|^    .*$", " ", text, flags=re.MULTILINE)
    for tag in sorted({*TAGS, *(tag.replace("_", " ") for tag in GROUPS["subject"])}, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(tag)}(?![\w-])", " ", text)
    left = set(re.findall(r"[A-Za-z][A-Za-z0-9]+", text))
    assert left <= LATIN


def test_both_languages_tell_the_same_figures(place: Workplace) -> None:
    english, japanese = (re.findall(r"\d+(?:\.\d)?%", _card(place, language)) for language in ("en", "ja"))
    assert sorted(english) == sorted(japanese)
    assert len(english) > 300


def test_a_group_called_like_a_tag_is_told_apart(place: Workplace) -> None:
    rows = [line for line in _card(place, "ja").split("\n") if line.startswith("| 眼鏡 |")]
    assert [row.split(" | ")[1] for row in rows][1:] == ["glasses", "sunglasses"]


def test_the_costs_stand_where_the_training_is_told(place: Workplace) -> None:
    text = _card(place, "en")
    assert as_table(_report()).count("Compute:") == 1
    assert "Compute:" not in text
    assert text.index("## How it was trained") < text.index("- decoder: 112,832 pictures seen, 60 core minutes")


def test_a_model_that_was_not_measured_says_so(place: Workplace, tmp_path: Path) -> None:
    for name in ("drawings.json", "pictures.npy", "components.npz"):
        (tmp_path / name).write_bytes((place.folder / name).read_bytes())
    assert "Not measured yet." in _card(Workplace(tmp_path), "en")
    assert "まだ測っていません。" in _card(Workplace(tmp_path), "ja")
