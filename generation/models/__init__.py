"""The generation floor's tables; one idea a file."""

from generation.models.checkpoint import Checkpoint
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
from generation.models.take import Take

__all__ = [
    "Checkpoint",
    "GenerationRequest",
    "Job",
    "JobPreview",
    "Mask",
    "PromptStyle",
    "QueueClock",
    "QueueOrder",
    "RequestResource",
    "Resource",
    "ServedShare",
    "Take",
    "Wildcard",
    "WorkerStatus",
]
