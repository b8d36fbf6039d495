"""How often a post was looked at: one view per visitor, post and week.

Who looked is kept nowhere. What tells two looks of one visitor apart is a keyed digest of the account or address (of
an IPv6 address the network alone), the post and the week; it stands in Django's cache until that week is over, and
nothing leads from it back to the address without the site's key. In the database there is only the sum.
"""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.accounts.addresses import network_of
from gallery.models import Post, PostStats
from gallery.visibility import Viewer

SALT = "gallery.community.view_counts"
WEEK = timedelta(days=7)


def count_view(post: Post, viewer: Viewer, address: str) -> bool:
    """Count a look at `post` by this account, or by this address for a visitor; False if it was counted this week."""
    year, week, _day = timezone.now().isocalendar()
    who = f"user {viewer.pk}" if viewer.is_authenticated else f"address {network_of(address)}"
    digest = salted_hmac(SALT, f"{year}-{week} {post.pk} {who}", algorithm="sha256").hexdigest()
    if not cache.add(f"view:{digest}", 1, timeout=int(WEEK.total_seconds())):
        return False
    PostStats.objects.filter(post=post).update(views=F("views") + 1)
    return True
