"""The studio's pages: thin edges over `generation`'s functions. One page, one file."""

from generation.views.create import cancel_job, cancel_request, create, estimate, job_preview, request_status
from generation.views.events import events
from generation.views.manage_models import manage_model, manage_models
from generation.views.models import model, models, resource
from generation.views.publish import publish
from generation.views.takes import take, takes

__all__ = [
    "cancel_job",
    "cancel_request",
    "create",
    "estimate",
    "events",
    "job_preview",
    "manage_model",
    "manage_models",
    "model",
    "models",
    "publish",
    "request_status",
    "resource",
    "take",
    "takes",
]
