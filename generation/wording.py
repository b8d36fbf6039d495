"""What the studio says about waiting, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def duration(seconds: float) -> str:
    """A short, honest length of time: `12 s`, `3 min`, `1 h 20 min`; never less than a second."""
    whole = max(1, round(seconds))
    if whole < 90:
        return _("%(seconds)d s") % {"seconds": whole}
    minutes = round(whole / 60)
    if minutes < 90:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def draw_label(count: int, seconds: float | None) -> str:
    """What the big button will do and how long that takes: `Draw 4 — about 12 s`."""
    if seconds is None:
        return ngettext("Draw %(count)d picture", "Draw %(count)d pictures", count) % {"count": count}
    return ngettext("Draw %(count)d — about %(time)s", "Draw %(count)d — about %(time)s", count) % {
        "count": count,
        "time": duration(seconds),
    }


def waiting_line(ahead: int) -> str:
    """How many pictures will be drawn before this one."""
    if ahead <= 0:
        return _("Next in line")
    return ngettext("%(count)d picture before it", "%(count)d pictures before it", ahead) % {"count": ahead}
