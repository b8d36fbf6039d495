"""The studio's pages: thin edges over `generation`'s functions. One page, one file."""

from generation.views.book import book
from generation.views.create import create, estimate
from generation.views.events import events
from generation.views.import_takes import import_piece, import_takes
from generation.views.manage_models import manage_model, manage_models
from generation.views.models import model, models, resource
from generation.views.publish import publish
from generation.views.queue_page import queue, queue_jobs, queue_order, worker_order
from generation.views.requests import cancel_job, cancel_request, job_preview, request_status
from generation.views.takes import mask, take, take_file, takes

__all__ = [
    "book",
    "cancel_job",
    "cancel_request",
    "create",
    "estimate",
    "events",
    "import_piece",
    "import_takes",
    "job_preview",
    "manage_model",
    "manage_models",
    "mask",
    "model",
    "models",
    "publish",
    "queue",
    "queue_jobs",
    "queue_order",
    "request_status",
    "resource",
    "take",
    "take_file",
    "takes",
    "worker_order",
]
