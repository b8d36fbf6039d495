"""Previews resemble the picture."""

from pathlib import Path

import numpy
import pytest
import torch
from torch.nn import functional

from generation.engine import Engine, Preview
from generation.engine.previews import Projection
from tests.generation.engine.driving import job, run_out


def test_the_projection_finds_a_linear_autoencoders_colours() -> None:
    mixing = torch.tensor([[0.5, 0.2, 0.1], [-0.3, 0.6, 0.2], [0.1, -0.2, 0.7], [0.3, 0.3, 0.3], [0.0, 0.0, 0.0]])

    def encode(pictures: torch.Tensor) -> torch.Tensor:
        return torch.einsum("cr,nrhw->nchw", mixing, functional.avg_pool2d(pictures, 8)) + 0.25

    projection = Projection.fit(encode, 8, torch.device("cpu"), torch.float32)
    colour = torch.tensor([0.8, -0.5, 0.1]).view(1, 3, 1, 1).expand(1, 3, 64, 64)
    image = numpy.asarray(projection.image(encode(colour), 64, 64), dtype=float)
    assert image.shape == (64, 64, 3)
    assert abs(image - (numpy.array([0.8, -0.5, 0.1]) + 1) * 127.5).max() < 3


@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M", "DDIM", "Heun"])
@pytest.mark.parametrize("name", ["checkpoint", "zero_snr_checkpoint"])
def test_the_last_expected_latents_are_the_final_ones(name: str, sampler: str, request: pytest.FixtureRequest) -> None:
    """At the last noise level these samplers step right onto the expected picture."""
    engine = Engine()
    engine.add(job("a", request.getfixturevalue(name), sampler=sampler, steps=6))
    run = engine._tasks["a"].run
    while run.step < run.total:
        engine.step()
    assert torch.allclose(run.expected_latents(), run.latents, atol=0.05 * float(run.latents.std()))


def test_a_preview_of_the_bad_kind_of_number_is_still_a_picture(checkpoint: Path) -> None:
    engine = Engine()
    engine.add(job("a", checkpoint, preview_every=1))
    (preview,) = [event for event in engine.step() if isinstance(event, Preview)]
    assert preview.image.getextrema() != ((0, 0),) * 3
    engine.cancel("a")
    run_out(engine)
