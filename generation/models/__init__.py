"""The generation floor's tables; one idea a file."""

from generation.models.account_import import AccountImport, BroughtTake
from generation.models.checkpoint import Checkpoint
from generation.models.lab import Lab, LabCell
from generation.models.prompt_texts import PromptStyle, Wildcard
from generation.models.queue import (
    GenerationRequest,
    Job,
    JobPreview,
    Mask,
    QueueClock,
    QueueOrder,
    RequestResource,
    ServedShare,
    WorkerStatus,
)
from generation.models.resource import Resource
from generation.models.style_page import StyleLora, StylePage, StylePost
from generation.models.take import Take

__all__ = [
    "AccountImport",
    "BroughtTake",
    "Checkpoint",
    "GenerationRequest",
    "Job",
    "JobPreview",
    "Lab",
    "LabCell",
    "Mask",
    "PromptStyle",
    "QueueClock",
    "QueueOrder",
    "RequestResource",
    "Resource",
    "ServedShare",
    "StyleLora",
    "StylePage",
    "StylePost",
    "Take",
    "Wildcard",
    "WorkerStatus",
]
