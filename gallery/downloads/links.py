"""Addresses of files for programs without cookies: good for an hour, for one account, one file, and no longer than that
account may have it.

A link says who made it, nothing about what they may do: that is asked anew whenever it is followed.
"""

import time
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from gallery.models import Asset, User

SALT = "gallery.downloads.links"
LASTS = 3600
"""Seconds."""
MOST = 1000
"""Characters of a signature that are looked at."""


def signed_media_url(reader: User, asset: Asset, variant: str, extension: str, seconds: int = LASTS) -> str:
    """The address of a file that answers whoever has it as if `reader` asked, for so many seconds."""
    said = [reader.pk, asset.key, variant, extension, _now() + seconds, _password(reader)]
    path = reverse("gallery:media", args=[asset.key, variant, extension])
    return f"{path}?{urlencode({'sig': signing.dumps(said, salt=SALT)})}"


def reader_of(signature: str, key: str, variant: str, extension: str) -> User | None:
    """Whose link to this very file that is; None for every other one, and where it ran out, the account was disabled
    or its password changed."""
    if len(signature) > MOST:
        return None
    try:
        number, *file, expires, password = signing.loads(signature, salt=SALT)
    except signing.BadSignature:
        return None
    if file != [key, variant, extension] or _now() >= expires:
        return None
    reader = User.objects.filter(pk=number, is_active=True).first()
    if reader is None or not constant_time_compare(password, _password(reader)):
        return None
    return reader


def _password(reader: User) -> str:
    """What changes with the account's password, as sessions do; nothing can be learned from it."""
    return reader.get_session_auth_hash()[:16]


def _now() -> int:
    return int(time.time())
