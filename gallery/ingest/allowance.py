"""How much somebody may send in a day: pictures to start from and masks, by number and by the bytes kept of them."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.timesince import timeuntil

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid
from gallery.models import UploadAllowance, User

MEGABYTE = 2**20


def spend(user: User, size_bytes: int) -> None:
    """Count one more file, of which `size_bytes` are kept, in the transaction that keeps it.

    Raises `NotAllowed` for whoever may not act, and `Invalid` when that is more than `user` may send today, by the
    site's calendar, or on any day. Two files at the same moment are counted one after the other: the first one's
    transaction holds the row.
    """
    require_may_act(user)
    today, most = timezone.localdate(), settings.UPLOAD_MB_PER_DAY * MEGABYTE
    if size_bytes > most:
        raise Invalid("upload_over_allowance", size=-(-size_bytes // MEGABYTE), limit=settings.UPLOAD_MB_PER_DAY)
    with transaction.atomic():
        UploadAllowance.objects.get_or_create(user=user, defaults={"day": today})
        spent = UploadAllowance.objects.select_for_update().get(user=user)
        if spent.day != today:
            spent.day, spent.files, spent.size_bytes = today, 0, 0
        if spent.files >= settings.UPLOADS_PER_DAY:
            raise Invalid("uploads_spent", limit=settings.UPLOADS_PER_DAY, wait=_until_tomorrow())
        if spent.size_bytes + size_bytes > most:
            raise Invalid("upload_bytes_spent", limit=settings.UPLOAD_MB_PER_DAY, wait=_until_tomorrow())
        spent.files += 1
        spent.size_bytes += size_bytes
        spent.save()


def _until_tomorrow() -> str:
    """How long it is until the site's midnight, rounded up to a minute, in the reader's language."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(tomorrow, time.min))
    return timeuntil(midnight + timedelta(seconds=59), timezone.now())
