"""The doorbell of bulk updates."""

from gallery.bell import wake_gardener

RUN_TASK = "gallery.run_bulk_updates"
EXPIRES_SECONDS = 600


def ring() -> bool:
    """Wake the gardener. False when the broker can't be reached, which is no error."""
    return wake_gardener(RUN_TASK, expires=EXPIRES_SECONDS)
