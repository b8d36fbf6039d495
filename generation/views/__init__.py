"""The studio's pages: thin edges over `generation`'s functions. One page, one file."""

from generation.views.book import book
from generation.views.canvas import canvas, keep
from generation.views.create import create, estimate
from generation.views.desk import all_takes
from generation.views.desk_acts import mark, undo_mark
from generation.views.desk_completion import complete_takes
from generation.views.desk_pages import compare, lineage, storage
from generation.views.events import events
from generation.views.import_takes import import_piece, import_takes
from generation.views.lab import lab, lab_estimate
from generation.views.lab_page import lab_cancel, lab_grid, lab_page
from generation.views.layers import layers
from generation.views.letters import letters, letters_preview
from generation.views.manage_models import manage_model, manage_models
from generation.views.models import model, models, resource
from generation.views.publish import publish
from generation.views.queue_page import queue, queue_jobs, queue_order, worker_order
from generation.views.remix_page import remix_diff
from generation.views.requests import cancel_job, cancel_request, job_preview, request_status
from generation.views.style_moderation import style_moderate, style_report
from generation.views.style_pages import style, style_delete, style_edit, style_new, style_posts, styles
from generation.views.takes import mask, take, take_file, take_marks

__all__ = [
    "all_takes",
    "book",
    "cancel_job",
    "cancel_request",
    "canvas",
    "compare",
    "complete_takes",
    "create",
    "estimate",
    "events",
    "import_piece",
    "import_takes",
    "job_preview",
    "keep",
    "lab",
    "lab_cancel",
    "lab_estimate",
    "lab_grid",
    "lab_page",
    "layers",
    "letters",
    "letters_preview",
    "lineage",
    "manage_model",
    "manage_models",
    "mark",
    "mask",
    "model",
    "models",
    "publish",
    "queue",
    "queue_jobs",
    "queue_order",
    "remix_diff",
    "request_status",
    "resource",
    "storage",
    "style",
    "style_delete",
    "style_edit",
    "style_moderate",
    "style_new",
    "style_posts",
    "style_report",
    "styles",
    "take",
    "take_file",
    "take_marks",
    "undo_mark",
    "worker_order",
]
