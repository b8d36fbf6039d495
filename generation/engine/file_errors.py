"""How the checks of a checkpoint's files say no."""

from pathlib import Path

from generation.engine.errors import EngineError

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")


def corrupt(checkpoint: Path, file: str, reason: str) -> EngineError:
    """A file of the checkpoint is missing, cut or unreadable; `file` is relative to its folder."""
    return EngineError("corrupt_checkpoint", checkpoint=checkpoint.name, file=file, reason=reason)


def unsupported(checkpoint: Path, reason: str, found: str) -> EngineError:
    """Whole, but not for this engine; `found` is what it is instead, cut to 200 characters."""
    return EngineError("unsupported_checkpoint", checkpoint=checkpoint.name, reason=reason, found=found[:200])
