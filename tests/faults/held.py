"""The site's Celery application with places to stop at: `celery -A tests.faults.held worker`.

A process that gets to a place whose file `HOLD_FOLDER/PLACE.armed` exists renames it to `PLACE.held` and waits for its
end. Whoever comes after goes on, so that the kill can be seen to be survived.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]


def _before(place: str, act: Callable[..., Any]) -> Callable[..., Any]:
    folder = Path(os.environ["HOLD_FOLDER"])

    def held(*args: Any, **named: Any) -> Any:
        try:
            (folder / f"{place}.armed").rename(folder / f"{place}.held")
        except FileNotFoundError:
            return act(*args, **named)
        time.sleep(600)
        raise AssertionError("nobody killed this process")

    return held


@worker_process_init.connect(weak=False)
def _prepare(**_: Any) -> None:
    from gallery.ingest import assets
    from generation import finishing
    from generation.engine import resident
    from generation.queueing import queue

    # The claim's lock is held, which all workers need.
    queue.announce = _before("claiming", queue.announce)
    resident.load_checkpoint = _before("loading", resident.load_checkpoint)
    # The original is on the disk, the previews aren't, and no row is locked yet.
    assets.previews = _before("saving", assets.previews)
    # All files are there; the rows are written, in a transaction that never ends.
    finishing.announce = _before("before commit", finishing.announce)
