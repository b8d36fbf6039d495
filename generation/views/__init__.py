"""The studio's pages: thin edges over `generation`'s functions. One page, one file."""

from generation.views.create import cancel_job, cancel_request, create, estimate, job_preview, request_status
from generation.views.events import events
from generation.views.model import model
from generation.views.publish import publish
from generation.views.queue_page import queue, queue_jobs, queue_order, worker_order
from generation.views.takes import take, takes

__all__ = [
    "cancel_job",
    "cancel_request",
    "create",
    "estimate",
    "events",
    "job_preview",
    "model",
    "publish",
    "queue",
    "queue_jobs",
    "queue_order",
    "request_status",
    "take",
    "takes",
    "worker_order",
]
