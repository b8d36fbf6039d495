"""The generation floor's tables; one idea a file."""

from generation.models.checkpoint import Checkpoint
from generation.models.queue import GenerationRequest, Job, JobPreview, ServedShare, WorkerStatus
from generation.models.take import Take

__all__ = ["Checkpoint", "GenerationRequest", "Job", "JobPreview", "ServedShare", "Take", "WorkerStatus"]
