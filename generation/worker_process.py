"""The one child process of a Celery worker (prefork, concurrency 1): it owns the device, the engine and a sign of life.

`connect()` hangs all this on Celery's signals; the Celery application in `config` calls it.
"""

import importlib
import logging
import multiprocessing
import os
import threading
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING, Any

from django.conf import settings

from generation.queueing.devices import ANY_CLASS, class_of, facts_of
from generation.queueing.worker_names import own_name

if TYPE_CHECKING:
    from generation.engine import Engine

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 5.0
_STALLED_EXIT = 70
CPU_MAX_RUNNING = 8
"""A CPU draws eight together hardly faster than one; more would only wait longer for their first step."""

# Made by the parent before it forks, so that it, who alone hears of a shutdown, can tell the child.
_stop: Event | None = None
_parent = 0
_engine: "Engine | None" = None
_engine_lock = threading.Lock()


def connect() -> None:
    """Listen to Celery's signals."""
    from celery import signals

    signals.worker_init.connect(_parent_starts, weak=False, dispatch_uid="generation.parent")
    signals.worker_process_init.connect(_child_started, weak=False, dispatch_uid="generation.child")
    signals.worker_process_shutdown.connect(_child_stopped, weak=False, dispatch_uid="generation.child_end")
    signals.worker_shutting_down.connect(_shutting_down, weak=False, dispatch_uid="generation.stop")


def engine() -> "Engine":
    """This process's engine, made on first use: importing torch and diffusers takes seconds."""
    global _engine
    with _engine_lock:
        if _engine is None:
            from generation.engine import Engine

            where = device()
            _engine = Engine(device=where, max_running=CPU_MAX_RUNNING if where == "cpu" else None)
            logger.info("The engine runs on %s.", _engine.device)
        return _engine


def device() -> str:
    """The device to draw on, as torch writes it."""
    if settings.DEVICE != "auto":
        return str(settings.DEVICE)
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_class() -> str:
    """What jobs are routed to this worker by; "any" as long as no device was chosen."""
    where = str(_engine.device) if _engine is not None else str(settings.DEVICE)
    return str(settings.DEVICE_CLASS) or (ANY_CLASS if where == "auto" else class_of(where))


def stopping() -> bool:
    """Whether the worker was asked to stop, or its parent died: then another one takes over."""
    return (_stop is not None and _stop.is_set()) or (_parent != 0 and os.getppid() != _parent)


def end_now() -> None:
    """End a child whose step loop hangs; nothing gentler reaches it. Celery starts another one."""
    logger.critical("The step loop hangs; this process ends.")
    logging.shutdown()
    os._exit(_STALLED_EXIT)


def _parent_starts(**_: Any) -> None:
    global _stop
    _stop = multiprocessing.Event()
    # Before torch is imported: threads that wait by spinning make each step many times slower where web server,
    # database and worker share few cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def _shutting_down(**_: Any) -> None:
    if _stop is not None:
        _stop.set()


def _child_started(**_: Any) -> None:
    global _parent
    _parent = os.getppid()
    threading.Thread(target=_live, name="sign-of-life", daemon=True).start()


def _child_stopped(**_: Any) -> None:
    from django.db import Error

    from generation.queueing import workers

    try:
        workers.sign_off(own_name())
    except Error as error:
        logger.warning("The worker couldn't sign off: %s", error)


def _live() -> None:
    """Say every few seconds that this worker is there; warm up meanwhile, so that the first picture needn't wait."""
    from django.db import connection

    warm = threading.Thread(target=_import_engine, name="warm-up", daemon=True)
    warm.start()
    pause = threading.Event()
    while not stopping():
        try:
            _report()
        except Exception:
            # Whatever it is: a thread that ended here would leave a worker that draws and is taken for gone.
            logger.exception("The worker's sign of life couldn't be written; trying again")
        finally:
            connection.close()
        pause.wait(ALIVE_SECONDS)


def _report() -> None:
    from generation.queueing import workers

    where, running, facts = str(settings.DEVICE), 0, None
    if _engine is not None:  # torch is there, and the device is ours
        where, running = str(_engine.device), _engine.running
        facts = facts_of(where)
    workers.report(own_name(), where, _resident(), device_class=device_class(), facts=facts, running=running)


def _resident() -> list[str]:
    """Names of the models in memory. The engine belongs to another thread, which may load one at this moment."""
    from generation.checkpoints import names_of

    for _attempt in range(3):
        try:
            return names_of(_engine.resident) if _engine is not None else []
        except RuntimeError:
            continue
    return []


def _import_engine() -> None:
    try:
        importlib.import_module("generation.engine.stable_diffusion")
        importlib.import_module("generation.engine.engine")
    except ImportError:
        logger.exception("The engine can't be imported; jobs will fail until its packages are installed.")
