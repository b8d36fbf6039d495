"""How often somebody may have files checked: opening one takes a processor for a second.

What is counted stands in Django's cache until the hour is over, under a keyed digest of the account or address.
"""

import time

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from gallery.accounts.addresses import network_of
from gallery.errors import TooOften
from gallery.visibility import Viewer, signed_in

SALT = "gallery.verifying.turns"
HOUR = 3600
VISITORS, MEMBERS = 30, 200


def take_turn(viewer: Viewer, address: str) -> None:
    """Count a file of this account, or of a visitor's address. Raises `TooOften` after the last one of the hour."""
    hour, gone = divmod(int(time.time()), HOUR)
    who = f"user {viewer.pk}" if signed_in(viewer) else f"address {network_of(address)}"
    limit = MEMBERS if signed_in(viewer) else VISITORS
    key = "verify:" + salted_hmac(SALT, f"{hour} {who}", algorithm="sha256").hexdigest()
    cache.add(key, 0, timeout=HOUR)
    try:
        taken = cache.incr(key)
    except ValueError:  # the cache had no room for it
        return
    if taken > limit:
        raise TooOften("verify_too_often", HOUR - gone, limit=limit, wait=_minutes(HOUR - gone))


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext("%(counter)d minute", "%(counter)d minutes", minutes) % {"counter": minutes}
