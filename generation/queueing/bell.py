"""The doorbell: a Celery message that only says that work exists. The rows are the queue."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SERVE_TASK = "generation.serve"
EXPIRES_SECONDS = 600
"""A bell nobody heard may go: the sweeper rings again, and an idle broker stays empty.

The sender's clock sets the hour, so it is more than any two machines' clocks differ.
"""


def ring() -> bool:
    """Wake a worker. False when the broker can't be reached: the sweeper rings again, so that is no error."""
    try:
        current_app.send_task(
            SERVE_TASK, expires=EXPIRES_SECONDS, retry=False, ignore_result=True, argsrepr="()", kwargsrepr="{}"
        )
    except (OperationalError, OSError) as error:
        logger.warning("The broker can't be reached (%s); the sweeper will ring again.", error)
        return False
    return True
