"""How often a post was looked at: one view per visitor, post and week.

Who looked is kept nowhere. What tells two looks of one visitor apart is a keyed digest of the account or address (of
an IPv6 address the network alone), the post and the week; it stands in Django's cache until that week is over, and
nothing leads from it back to the address without the site's key. In the database there is only the sum.
"""

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.models import Post, PostStats
from gallery.visibility import Viewer

SALT = "gallery.community.view_counts"
WEEK = timedelta(days=7)
# Whoever has an IPv6 address has the whole network of this length.
IPV6_NETWORK = 64


def count_view(post: Post, viewer: Viewer, address: str) -> bool:
    """Count a look at `post` by this account, or by this address for a visitor; False if it was counted this week."""
    year, week, _day = timezone.now().isocalendar()
    who = f"user {viewer.pk}" if viewer.is_authenticated else f"address {_network(address)}"
    digest = salted_hmac(SALT, f"{year}-{week} {post.pk} {who}", algorithm="sha256").hexdigest()
    if not cache.add(f"view:{digest}", 1, timeout=int(WEEK.total_seconds())):
        return False
    PostStats.objects.filter(post=post).update(views=F("views") + 1)
    return True


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{IPV6_NETWORK}", strict=False)) if parsed.version == 6 else str(parsed)
