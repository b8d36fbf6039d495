"""The studio's pages: thin edges over `generation`'s functions. One page, one file."""

from generation.views.book import book
from generation.views.create import create, estimate
from generation.views.events import events
from generation.views.model import model
from generation.views.publish import publish
from generation.views.queue_page import queue, queue_jobs, queue_order, worker_order
from generation.views.requests import cancel_job, cancel_request, job_preview, request_status
from generation.views.takes import mask, take, takes

__all__ = [
    "book",
    "cancel_job",
    "cancel_request",
    "create",
    "estimate",
    "events",
    "job_preview",
    "mask",
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
