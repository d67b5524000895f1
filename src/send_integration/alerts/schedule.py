"""When people are written to: working hours on working days, by London's clock, and the end of a time to answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from send_integration.when.london import LONDON, london_day, london_midnight
from send_integration.when.periods import after_working_days, is_working_day

_WRITTEN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From when to when people work on a working day; until None is midnight."""

    start: time
    until: time | None

    @classmethod
    def of(cls, text: str) -> "WorkingHours":
        """Read '08:30-17:00'. Raises ValueError for anything else, and where the end is not after the start."""
        written = _WRITTEN.fullmatch(text)
        if not written:
            message = "hours are written like 08:30-17:00, the end as 24:00 where it is midnight"
            raise ValueError(message)
        start = time(int(written[1]), int(written[2]))
        until = time(int(written[3]), int(written[4])) if written[3] else None
        if until is not None and until <= start:
            message = "the end must be after the beginning"
            raise ValueError(message)
        return cls(start, until)

    def start_on(self, day: date) -> datetime:
        """The moment at which work begins on a day."""
        return datetime.combine(day, self.start, LONDON).astimezone(UTC)

    def end_on(self, day: date) -> datetime:
        """The moment at which work ends on a day; it is no longer worked then."""
        if self.until is None:
            return london_midnight(day + timedelta(1)).astimezone(UTC)
        return datetime.combine(day, self.until, LONDON).astimezone(UTC)

    def at_work(self, moment: datetime) -> bool:
        """Whether people are at work at a moment."""
        day = london_day(moment)
        return is_working_day(day) and self.start_on(day) <= moment < self.end_on(day)

    def next_start(self, moment: datetime) -> datetime:
        """When work begins next: today, where that is still to come, else on the next working day."""
        day = london_day(moment)
        if is_working_day(day) and moment < self.start_on(day):
            return self.start_on(day)
        return self.start_on(after_working_days(day, 1))

    def begun(self, moment: datetime) -> bool:
        """Whether today is a working day that has begun, whether or not it is over."""
        day = london_day(moment)
        return is_working_day(day) and moment >= self.start_on(day)


OFFICE_HOURS = WorkingHours(time(8, 30), time(17))
"""As shipped."""


def in_rehearsal(now: datetime, today: date) -> datetime:
    """The moment of a day at which the clock shows the same time: `now` itself, where `today` is its day."""
    if london_day(now) == today:
        return now
    return datetime.combine(today, now.astimezone(LONDON).time(), LONDON).astimezone(UTC)


def answer_days(written: str) -> dict[str, int]:
    """Working days within which an alert of each level is to be answered, as 'high=2,raise=5'; a level that is not named
    is never passed on. Raises ValueError where it is not written so."""
    found: dict[str, int] = {}
    for pair in (part.strip() for part in written.split(",") if part.strip()):
        level, _, days = (part.strip() for part in pair.partition("="))
        if level not in ("high", "raise", "watch") or level in found or not re.fullmatch("[1-9][0-9]?", days):
            message = "each part between commas must be high, raise or watch, '=' and working days from 1 to 99"
            raise ValueError(message)
        found[level] = int(days)
    return found


ANSWER_DAYS: Mapping[str, int] = {"high": 2, "raise": 5}
"""As shipped."""


def answered_by(today: date, days: int) -> date:
    """The day for which an answer on a working day is just in time: what has waited since an earlier one is too late.

    That day itself is not counted, and an answer on the last of the working days is in time.
    """
    return after_working_days(today, -days)
