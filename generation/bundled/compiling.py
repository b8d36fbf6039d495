"""torch's compiler, where it works, and in time."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

AGAIN = 5.0  # seconds


def compiled(
    network: nn.Module,
    example: Callable[[Any], torch.Tensor],
    minutes: float,
    say: Callable[[str], None],
) -> Any:
    """``network`` compiled, or itself where that fails or takes longer than ``minutes`` (0: it is not tried).

    ``example`` calls what it is given as the training will and returns a tensor. It is tried forwards and backwards:
    both ways are compiled at their first use, and neither may fail in the middle of a training. ``say`` is told in one
    line why there is nothing compiled. Only for the main thread: that alone can be interrupted.
    """
    if not minutes:
        return network
    try:
        with _at_most(minutes):
            fast = torch.compile(network)
            example(fast).float().square().mean().backward()
    except (Exception, _TookTooLong) as problem:  # the compiler fails in many ways, and none of them matters here
        reason = next(iter(str(problem).strip().splitlines()), "")
        say(f"not compiled, goes on without: {type(problem).__name__.strip('_')}: {reason}")
        return network
    finally:
        network.zero_grad(set_to_none=True)
    return fast


class _TookTooLong(BaseException):
    """No ``Exception``: the compiler takes many of those for a cache that cannot be read, and goes on."""


@contextmanager
def _at_most(minutes: float) -> Iterator[None]:
    """Raise ``_TookTooLong`` in what runs inside, once it has taken so long, and again should it go on."""

    def give_up(*_: object) -> None:
        raise _TookTooLong(f"it took longer than {minutes:g} minutes")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, minutes * 60, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
