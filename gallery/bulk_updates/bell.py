"""The doorbell of the gallery's own background work. The rows are the queue; beat rings again for what was lost."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RUN_TASK = "gallery.run_bulk_updates"
EXPIRES_SECONDS = 600


def ring() -> bool:
    """Wake the gardener. False when the broker can't be reached, which is no error."""
    try:
        current_app.send_task(RUN_TASK, expires=EXPIRES_SECONDS, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("The broker can't be reached (%s); beat will ring again.", error)
        return False
    return True
