"""Which devices of this machine draw: one worker for each. Asked before anything heavy is imported."""

import os
import re
import sysconfig
from pathlib import Path

from config.embedded.preflight import StartError

GPUS = Path("/proc/driver/nvidia/gpus")
DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,2})?")


def drawing_devices() -> list[str]:
    """IRODORI_DEVICES as a list; else IRODORI_DEVICE; else every NVIDIA GPU where there are several, or "auto".

    Raises `StartError` for a name that isn't a device, or one that is named twice.
    """
    text = os.environ.get("IRODORI_DEVICES") or ""
    if not text:
        one = os.environ.get("IRODORI_DEVICE") or "auto"
        return [f"cuda:{number}" for number in range(_gpus())] if one == "auto" and _gpus() > 1 else [one]
    devices = [part.strip() for part in text.split(",") if part.strip()]
    if not devices or not all(DEVICE.fullmatch(device) for device in devices) or len(set(devices)) < len(devices):
        raise StartError(
            f"IRODORI_DEVICES is {text!r}; use different devices with commas between, such as cuda:0,cuda:1"
        )
    return devices


def _gpus() -> int:
    """How many GPUs torch will find: those that the driver lists, less what CUDA_VISIBLE_DEVICES hides.

    0 where torch is a build without CUDA, which its version.py says.
    """
    version = Path(sysconfig.get_path("purelib")) / "torch" / "version.py"
    try:
        if not re.search(r"^cuda.*= ['\"]", version.read_text(encoding="utf-8"), re.MULTILINE):
            return 0
        count = len(list(GPUS.iterdir()))
    except OSError:
        return 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return count if visible is None else min(count, len([part for part in visible.split(",") if part.strip()]))
