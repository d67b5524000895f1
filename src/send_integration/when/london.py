"""Turns moments into London days: every rule and every page counts in days in Europe/London."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@lru_cache(maxsize=65_536)
def london_day(moment: datetime) -> date:
    """The day in London on which an aware `moment` falls."""
    return moment.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """The first moment of a London `day`, aware; what a source sends that knows only the day."""
    return datetime.combine(day, time.min, LONDON)


def london_time(moment: datetime) -> str:
    """The clock in London at an aware `moment`, as '14:05'."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def london_minute(moment: datetime) -> str:
    """The day and clock in London at an aware `moment`, as '2025-03-04 14:05'."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def utc_text(moment: datetime) -> str:
    """An aware `moment` as RFC 3339 in UTC; equal moments give equal text, so texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"
