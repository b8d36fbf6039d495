"""The doorbell of the gallery's background work. Rows are the queues; beat rings again for what was lost."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake_gardener(task: str, *, expires: int = 60) -> bool:
    """Ring for a task by its name; a bell that nobody heard for `expires` seconds is forgotten. False when the broker
    can't be reached, which is no error."""
    try:
        current_app.send_task(task, expires=expires, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("The broker can't be reached (%s); beat will ring again.", error)
        return False
    return True
