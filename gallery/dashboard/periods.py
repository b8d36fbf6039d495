"""The stretches of time that a dashboard tells of: columns of a day, or of a week in a whole year. All of it UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

PERIODS = (7, 30, 90, 365)
USUAL = 30
WEEKS_FROM = 180


@dataclass(frozen=True)
class Period:
    """The last `days` days, today the last of them, cut into columns of `step` days; the first may be shorter."""

    days: int
    today: date

    @property
    def step(self) -> int:
        """Days in a column."""
        return 7 if self.days >= WEEKS_FROM else 1

    @property
    def first(self) -> date:
        """The first day."""
        return self.today - timedelta(days=self.days - 1)

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time.min, tzinfo=UTC)

    @property
    def columns(self) -> int:
        """How many there are."""
        return -(-self.days // self.step)

    def place(self, day: date) -> int:
        """The column of a day, 0 for the first; counted from today, so that the last is whole."""
        return self.columns - 1 - (self.today - day).days // self.step

    def dates(self, column: int) -> tuple[date, date]:
        """First and last day of a column."""
        last = self.today - timedelta(days=(self.columns - 1 - column) * self.step)
        return max(self.first, last - timedelta(days=self.step - 1)), last


def period(days: str, now: datetime) -> Period:
    """The one that a request names by its number of days; the usual one for anything else."""
    wanted = int(days) if days in {str(number) for number in PERIODS} else USUAL
    return Period(wanted, now.astimezone(UTC).date())
