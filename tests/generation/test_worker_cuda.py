"""The real worker on a real GPU; without one this is skipped, and the closing line says so."""

from collections.abc import Callable

import pytest
import torch

from config.embedded.process import Process
from gallery.models import User
from generation.models import Checkpoint, Job, Take, WorkerStatus
from generation.models.queue import JobState
from generation.requests import submit
from tests.generation.test_worker import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.worker,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device, or torch is a build without CUDA"),
]


@pytest.mark.parametrize("device", ["cuda", "cuda:0"])
def test_a_worker_draws_on_a_gpu_and_reports_it(
    device: str, model: Checkpoint, member: Callable[[str], User], start_celery_worker: Callable[..., Process]
) -> None:
    # Only workers that draw with CUDA may take it.
    Checkpoint.objects.filter(pk=model.pk).update(device_class="cuda")
    worker = start_celery_worker({"IRODORI_DEVICE": device}, seconds=120)
    submit(member("mira"), {"prompt": "smile", "count": 2, "seed": 3}, "k")
    until(lambda: Job.objects.filter(state__in=[JobState.DONE, JobState.FAILED]).count() == 2, 240, worker)
    assert set(Job.objects.values_list("state", "error_code")) == {("done", "")}, worker.output()[-4000:]
    assert Take.objects.count() == 2
    until(lambda: WorkerStatus.objects.filter(device=device, memory_total__gt=0).exists(), 60, worker)
    status = WorkerStatus.objects.get()
    assert (status.device_class, status.resident) == ("cuda", [model.name])
    assert status.device_name
    assert 0 < status.memory_used <= status.memory_total
