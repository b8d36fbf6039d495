"""What the web processes are told, by PostgreSQL's NOTIFY: it leaves with the transaction that did the deed."""

import json
from typing import Literal

from django.db import connection

from generation.models import Job

CHANNEL = "generation"

Kind = Literal["queued", "running", "progress", "preview", "done", "failed", "cancelled"]


def announce(job: Job, kind: Kind, *, step: int | None = None, total: int | None = None) -> None:
    """Tell all listeners what happened to `job`; the rows hold the truth, so a lost notice costs nothing."""
    payload = {
        "user": job.user_id,
        "request": job.request_id,
        "job": job.pk,
        "kind": kind,
        "step": job.step if step is None else step,
        "total": job.steps_total if total is None else total,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(payload)])
