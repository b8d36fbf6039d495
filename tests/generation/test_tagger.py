"""The tagger at work: what it says about pictures, with the files that the site ships."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from generation.bundled import dataset
from generation.bundled.tagger import others
from generation.bundled.vocabulary import GROUPS, TAGS
from tagging.tagger import Facts, KnownTag, Suggestions, Tagger, decide, prepare, suggest

SHIPPED = Path(settings.BASE_DIR) / "generation" / "bundled" / "tagger" / "model"
FACTS = Facts(
    tags=(
        KnownTag("red_hair", "hair colour", 0.6, 0.1),
        KnownTag("pink_hair", "hair colour", 0.6, 0.1),
        KnownTag("red_shirt", None, 0.7, 0.1),
        KnownTag("shirt", None, None, 0.1),
        KnownTag("smile", None, None, 0.1),
    ),
    implies={"red_shirt": ("shirt",)},
    own_kind=0.5,
)


def decided(red_hair: float, pink_hair: float, red_shirt: float, shirt: float, smile: float, own: float) -> Suggestions:
    return decide(FACTS, np.array([red_hair, pink_hair, red_shirt, shirt, smile, own]))


def test_of_a_group_only_the_strongest_is_suggested() -> None:
    assert decided(0.7, 0.9, 0, 0.5, 0.5, 1).tags == [("pink_hair", 0.9)]
    assert decided(0.61, 0.5, 0, 0.5, 0.5, 1).tags == [("red_hair", 0.61)]


def test_what_follows_is_suggested_too_and_never_called_unseen() -> None:
    found = decided(0, 0.3, 0.9, 0.05, 0.95, 1)
    assert found.tags == [("red_shirt", 0.9), ("shirt", 0.9)]
    assert found.unseen == {"red_hair"}


def test_of_another_kind_nothing_is_said() -> None:
    assert decided(0.9, 0, 0.9, 0.9, 0.9, 0.4) == Suggestions([], frozenset(), 0.4, is_own_kind=False)


def test_any_picture_is_brought_to_the_networks_size() -> None:
    tall = prepare(Image.new("RGBA", (300, 900), (255, 0, 0, 128)))
    assert tall.shape == (1, 3, 128, 128)
    assert tall.dtype == np.float32
    assert tall[0, :, 64, 64] == pytest.approx([1, -1, -1])
    assert (tall[0, :, :, :40] == 0).all()  # grey bars
    assert prepare(Image.new("L", (5000, 1), 255))[0, 0, 63].min() == 1
    assert prepare(Image.new("P", (1, 1))).shape == (1, 3, 128, 128)


def test_the_shipped_tagger_is_small_and_knows_the_models_vocabulary() -> None:
    assert (SHIPPED / "tagger.onnx").stat().st_size <= 5_000_000
    assert tuple(tag.name for tag in Tagger(SHIPPED).facts.tags) == TAGS


def test_the_shipped_tagger_reads_new_renders() -> None:
    tagger = Tagger(SHIPPED)
    own = right = said = 0
    for number in range(60):
        drawing = dataset.sample(71_000_000 + number)
        found = tagger.suggest(Image.fromarray(dataset.render(drawing, number, 128)))
        own += found.is_own_kind
        said += len(found.tags)
        right += sum(name in drawing.tags for name, _ in found.tags)
        for members in GROUPS.values():
            assert sum(name in members for name, _ in found.tags) <= 1
    assert own >= 54
    assert said >= 60 * 4
    assert right >= 0.9 * said


@pytest.mark.parametrize("kind", ["bottts", "lorelei", "identicon", "photo_like", "checkers", "noise"])
def test_the_shipped_tagger_says_nothing_about_other_pictures(kind: str) -> None:
    tagger = Tagger(SHIPPED)
    answers = [tagger.suggest(Image.fromarray(others.picture(kind, 95_000_000 + number))) for number in range(10)]
    assert sum(not answer.is_own_kind for answer in answers) >= 8
    assert all(not answer.tags and not answer.unseen for answer in answers if not answer.is_own_kind)


def test_a_size_that_is_not_square_is_still_of_this_kind() -> None:
    picture = Image.fromarray(dataset.render(dataset.sample(72_000_000), 1, 128))
    large = picture.resize((512, 512), Image.Resampling.BICUBIC)
    for image in (large, large.crop((40, 0, 472, 512))):
        found = suggest(image, SHIPPED)
        assert found is not None
        assert found.is_own_kind


def test_without_usable_files_there_is_one_line_in_the_log_and_no_suggestion(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    image = Image.new("RGB", (64, 64))
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tagger.json").write_text((SHIPPED / "tagger.json").read_text("utf-8"), "utf-8")
    (broken / "tagger.onnx").write_bytes((SHIPPED / "tagger.onnx").read_bytes()[:5000])
    for folder in (tmp_path / "missing", broken):
        with caplog.at_level(logging.WARNING):
            caplog.clear()
            assert suggest(image, folder) is None
            assert suggest(image, folder) is None
        assert len(caplog.records) == 1


def test_many_threads_get_the_answer_of_one() -> None:
    images = [Image.fromarray(dataset.render(dataset.sample(number), number, 128)) for number in range(4)]
    alone = [suggest(image, SHIPPED) for image in images]
    together: dict[int, Suggestions | None] = {}

    def ask(number: int) -> None:
        together[number] = suggest(images[number % 4], SHIPPED)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(16)] == alone * 4
