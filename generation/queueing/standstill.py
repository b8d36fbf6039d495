"""Why pictures of a model aren't drawn now, in a sentence for those who wait."""

from django.utils.translation import gettext as _

from generation.models import Checkpoint, QueueOrder
from generation.models.queue import WorkerOrder
from generation.queueing import workers


def standstill(checkpoint: Checkpoint) -> str:
    """A sentence while none of the model's pictures can be started; the empty string when they can."""
    stop = QueueOrder.objects.exclude(order=WorkerOrder.WORK).first()
    if stop is not None and stop.reason:
        return _("Drawing is paused: %(reason)s") % {"reason": stop.reason}
    if stop is not None:
        return _("Drawing is paused; these pictures will be drawn when it goes on.")
    if not workers.online():
        return _("No worker is online right now; these pictures will be drawn when one starts.")
    able = workers.able(checkpoint)
    named = {"model": checkpoint.name}
    if not able:
        return (
            _("No worker can draw with “%(model)s” now; these pictures will be drawn when one that can starts.") % named
        )
    if all(each.order != WorkerOrder.WORK for each in able):
        return (
            _("Every worker that draws with “%(model)s” is paused; these pictures will be drawn when one goes on.")
            % named
        )
    return ""
