"""How much memory there is, and what to do when it is gone."""

import gc
import math
import os
import time

import torch

_TOTAL_SECONDS = 1.0
"""How long to believe what the device has for this process: other processes may take of it, but not every step."""
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


class DeviceMemory:
    """What is free on a device, and what calls take of it. Known of CUDA devices only; all answers are None elsewhere.

    None of it makes the CPU wait for the device.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device if device.type == "cuda" else None
        self._before = 0
        self._total = 0
        self._total_read_at = -math.inf

    def free(self) -> int | None:
        """Return the bytes that could be allocated now: what is free, and what the allocator keeps in reserve."""
        if self._device is None:
            return None
        if time.monotonic() - self._total_read_at > _TOTAL_SECONDS:
            self._total = torch.cuda.mem_get_info(self._device)[0] + torch.cuda.memory_reserved(self._device)
            self._total_read_at = time.monotonic()
        return self._total - torch.cuda.memory_allocated(self._device)

    def start(self) -> None:
        """Begin to watch what is allocated."""
        if self._device is not None:
            torch.cuda.reset_peak_memory_stats(self._device)
            self._before = torch.cuda.memory_allocated(self._device)

    def taken(self) -> int | None:
        """Return the most bytes that were allocated at once since `start`, beyond what was there then."""
        if self._device is None:
            return None
        return torch.cuda.max_memory_allocated(self._device) - self._before


def default_byte_budget(device: torch.device) -> int:
    """Return the bytes that loaded checkpoints may take on `device`: 60 % of a GPU's memory, half of the RAM.

    The rest is for activations; how much they take is learnt (`batch_limits`).
    """
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory * 0.6)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
