"""How long each kind of case may wait before it is late: what moderators want to keep to, nothing follows from it."""

from datetime import timedelta

from gallery.models.review import CaseKind

SERVICE_LEVELS: dict[CaseKind, timedelta] = {
    CaseKind.POST: timedelta(days=1),
    CaseKind.REPORT: timedelta(days=1),
    CaseKind.FLAG: timedelta(days=3),
    CaseKind.RATING: timedelta(days=3),
    CaseKind.LABEL: timedelta(days=7),
    CaseKind.APPEAL: timedelta(days=7),
    CaseKind.SCAN: timedelta(hours=12),
    CaseKind.STUCK: timedelta(days=1),
}
