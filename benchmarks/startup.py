"""How long a first and a second start take, from the command to the address and to a ready worker.

Packages are installed already; the first start makes the database, the second finds it. Run with `make bench`.
"""

import re
import tempfile
import time
from pathlib import Path

from tests.config.running_site import RunningSite


def measure(var: Path) -> tuple[float, float, float]:
    """Seconds until the address stands on the screen, until the worker is ready, and that stopping takes."""
    began = time.monotonic()
    site = RunningSite(var)
    site.wait_for(r"/welcome/")
    address = time.monotonic() - began
    site.wait_for(r"^  worker +ready")
    worker = time.monotonic() - began
    began = time.monotonic()
    site.stop()
    print(re.sub(r"/welcome/\S+", "/welcome/…", site.text))
    return address, worker, time.monotonic() - began


def main() -> None:
    """Print both starts."""
    with tempfile.TemporaryDirectory(prefix="irodori-bench-") as folder:
        for name in ("first", "second"):
            address, worker, stopped = measure(Path(folder) / "var")
            print(f"{name} start: address {address:.1f} s, worker ready {worker:.1f} s; stop {stopped:.1f} s\n")


if __name__ == "__main__":
    main()
