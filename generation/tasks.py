"""Celery's edge: the bell and the sweeper. What they do stands in `serve` and `sweep`."""

from importlib import import_module
from threading import Event
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone

from generation import worker_process
from generation.desk.keeping import archive_old_rejects, empty_bins
from generation.imports.carrying_out import bring_waiting
from generation.imports.states import TASK as IMPORT_TASK
from generation.imports.states import remove_old_files
from generation.queueing.bell import SERVE_TASK
from generation.queueing.sweep import sweep
from generation.queueing.worker_names import own_name
from generation.serve import serve
from generation.unused import remove_unused

_stopping = Event()


@worker_shutting_down.connect(weak=False, dispatch_uid="generation.stop_imports")
def _stop(**_: Any) -> None:
    _stopping.set()


@shared_task(name=SERVE_TASK)
def serve_bell() -> dict[str, int]:
    """Draw what waits."""
    engine = worker_process.engine()
    return serve(
        engine,
        own_name(),
        device_class=worker_process.device_class(),
        stopping=worker_process.stopping,
        on_stall=worker_process.end_now,
    ).ended


@shared_task(name="generation.sweep")
def sweep_clock() -> dict[str, int]:
    """Put right what got lost; beat asks for it every few seconds.

    The worker that finds waiting jobs draws them at once: the bell it rang is for others, and may stand in a queue.
    """
    swept = sweep()
    return serve_bell() if swept is not None and swept.waiting else {}


@shared_task(name="generation.remove_unused")
def remove_unused_files() -> int:
    """Remove what was sent and is used by nothing."""
    return remove_unused()


@shared_task(name="generation.tend_takes")
def tend_takes() -> dict[str, int]:
    """Archive what was rejected long ago, and erase what lay in the bin long enough."""
    now = timezone.now()
    return {"archived": archive_old_rejects(now), "erased": empty_bins(now)}


@shared_task(name=IMPORT_TASK)
def account_import() -> int:
    """Read the copies of accounts that were brought along; beat asks for it every minute, in case a bell was lost."""
    ended = bring_waiting(_stopping.is_set)
    remove_old_files(timezone.now())
    return ended


@shared_task(name="generation.forget_sessions")
def forget_sessions() -> None:
    """Remove sessions that ran out: visitors' drafts leave rows that nobody else would clear."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
