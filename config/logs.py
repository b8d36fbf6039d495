"""What the logs leave out."""

import logging


class WithoutSweeps(logging.Filter):
    """Drops beat's line for every task that it sends; what else it says, and its errors, stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is kept."""
        return not (record.levelno <= logging.INFO and str(record.msg).startswith("Scheduler: Sending due task"))
