"""The sessions of an account: where it is signed in, as far as somebody should recognise it, and how they end."""

import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from redis import RedisError

from gallery.accounts.addresses import address_of
from gallery.around_views import finish_answers
from gallery.models import User

# A session is written down as seen at most this often.
SEEN_EVERY_SECONDS = 300
USER_AGENT_LENGTH = 200

_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/")),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """One session as its owner is told of it. `browser` and `system` are empty where nothing is known; `network` is
    the block of addresses it was last seen in."""

    pk: int
    browser: str
    system: str
    network: str
    since: datetime
    seen: datetime
    current: bool


def devices(user: User, current_key: str | None) -> list[Device]:
    """The sessions of an account that still count, this one first, then by when they were last seen."""
    rows = UserSession.objects.purge_and_list(user)
    found = [
        Device(
            pk=row.pk,
            browser=browser_of(row.user_agent),
            system=system_of(row.user_agent),
            network=rough(row.ip),
            since=row.created_at,
            seen=row.last_seen_at,
            current=row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda device: (not device.current, -device.seen.timestamp()))


def browser_of(agent: str) -> str:
    """The name and number of a browser, such as "Firefox 128", from what it calls itself; "" where unknown."""
    for name, pattern in _BROWSERS:
        if found := pattern.search(agent):
            return f"{name} {found[1]}"
    return ""


def system_of(agent: str) -> str:
    """The system that a browser says it runs on; "" where unknown."""
    return next((name for mark, name in _SYSTEMS if mark in agent), "")


def rough(address: str) -> str:
    """The block an address stands in, small enough to be recognised and too large to be one household: the first
    three numbers of an IPv4 address, the first 48 bits of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if parsed.is_loopback:
        return str(parsed)
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))


@transaction.atomic
def end_others(user: User, current_key: str | None) -> int:
    """Sign the account out everywhere but here; how many sessions that was."""
    return _end(user, [key for key in _keys(user) if key != current_key])


@transaction.atomic
def end_one(user: User, pk: int) -> bool:
    """End one session of this account; False where it has none of that number."""
    keys = list(UserSession.objects.filter(user=user, pk=pk).values_list("session_key", flat=True))
    return _end(user, keys) == 1


@transaction.atomic
def end_all(user: User) -> int:
    """Sign the account out everywhere; how many sessions that was."""
    return _end(user, _keys(user))


def forget_ended() -> int:
    """Forget where sessions were that ended since, by signing out or by running out; how many."""
    return UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def _keys(user: User) -> list[str]:
    return list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))


def _end(user: User, keys: list[str]) -> int:
    Session.objects.filter(session_key__in=keys).delete()
    ended, _tables = UserSession.objects.filter(user=user, session_key__in=keys).delete()
    return ended


def _is_due(key: str) -> bool:
    try:
        return cache.add(f"session-seen:{key}", 1, SEEN_EVERY_SECONDS)
    except RedisError:
        return False  # a cache that is out of reach keeps nobody from a page


def _signed_in(request: HttpRequest, _response: HttpResponseBase) -> bool:
    # Only where somebody was looked up anyway: pictures that are the same for all stay without.
    return getattr(request, "known_user", None) is not None


@finish_answers(_signed_in)
def note_seen(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keeps when, where from and by what a session was seen last; at most every five minutes."""
    user: User | None = request.known_user  # type: ignore[attr-defined]
    key = request.session.session_key
    # Not where it was signed out meanwhile, or in to another account.
    if user is None or not key or request.session.get("_auth_user_id") != str(user.pk):
        return response
    address = address_of(request)
    if address and _is_due(key):
        agent = request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH]
        UserSession.objects.update_or_create(
            session_key=key,
            defaults={"user": user, "ip": address, "user_agent": agent, "last_seen_at": timezone.now()},
        )
    return response
