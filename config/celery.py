"""The Celery application; `celery -A config worker` and `… beat` start from here."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config.embedded.process import die_with_parent
from generation import worker_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("irodori")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["generation", "gallery"])
# For every thread of this process, not only for the one that imported this: views ring from threads of their own.
app.set_default()
if os.environ.get("IRODORI_ROLE") != "gardener":
    # The gardener draws nothing: no engine to import, no sign of life as one who does.
    worker_process.connect()


@worker_process_init.connect(weak=False, dispatch_uid="config.die_with_worker")
def _die_with_the_worker(**_: Any) -> None:
    """A pool process doesn't draw on for a worker that was killed."""
    die_with_parent(signal.SIGKILL)
