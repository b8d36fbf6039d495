"""How much memory there is, and what to do when it is gone."""

import gc
import os

import torch

_CPU_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Tell an allocation failure (of the device, of the CPU allocator, of Python) from any other error."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _CPU_OUT_OF_MEMORY)


def free_caches() -> None:
    """Give back what Python and the device's allocator hold without need."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def default_byte_budget(device: torch.device) -> int:
    """Return the bytes that loaded checkpoints may take on `device`: 60 % of a GPU's memory, half of the RAM.

    The rest is for activations, which the engine learns by running out of it.
    """
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory * 0.6)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
