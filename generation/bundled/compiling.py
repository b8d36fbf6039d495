"""torch's compiler, where it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def compiled(
    network: nn.Module, example: Callable[[Any], torch.Tensor], wanted: bool, say: Callable[[str], None]
) -> Any:
    """``network`` compiled, or itself where compiling is not wanted or fails (which ``say`` is told in one line).

    ``example`` calls what it is given as the training will and returns a tensor. It is tried forwards and backwards:
    both ways are compiled at their first use, and neither may fail in the middle of a training.
    """
    if not wanted:
        return network
    try:
        fast = torch.compile(network)
        example(fast).float().square().mean().backward()
    except Exception as problem:  # the compiler fails in many ways, and none of them matters here
        say(f"not compiled, goes on without: {type(problem).__name__}: {str(problem).strip().partition(chr(10))[0]}")
        return network
    finally:
        network.zero_grad(set_to_none=True)
    return fast
