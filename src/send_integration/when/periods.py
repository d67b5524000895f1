"""Moves days by weeks, months, years and working days, as domain rules count them.

The trigger's own day is not counted: six weeks from 1 March is 12 April, and a stop on 12 April is in time. Months and
years move by the calendar and are clipped to the month's end.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import holidays

FIRST_YEAR, LAST_YEAR = 1874, 2060
"""Years for which working days can be counted: from 25 years before the first day on which anything can be said to have
happened, however much of a slip that is, to well past the 25th birthday of today's babies."""

SHORTEST_MONTH = 28


@lru_cache(maxsize=65_536)
def after_months(day: date, months: int) -> date:
    """The same day `months` calendar months on (or back), clipped to that month's last day."""
    month0 = day.year * 12 + day.month - 1 + months
    year, month = divmod(month0, 12)
    if day.day <= SHORTEST_MONTH:  # every month has it, and to ask the calendar takes longer than all the rest
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def birthday(born_on: date, age: int) -> date:
    """The day on which somebody born on `born_on` reaches `age`; 29 February is kept on 28 February in common years."""
    return after_months(born_on, 12 * age)


def age_on(born_on: date, day: date) -> int:
    """Whole years of age on `day`; negative before birth."""
    if born_on.month == 2 and born_on.day == 29:
        years = day.year - born_on.year
        return years if day >= birthday(born_on, years) else years - 1
    # Every event of a child is asked its age, some several times: a calendar is needed for 29 February alone.
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


@lru_cache(maxsize=1)
def bank_holidays() -> frozenset[date]:
    """England's bank holidays from FIRST_YEAR to LAST_YEAR (gov.uk/bank-holidays, through the `holidays` library)."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR + 1)))


@lru_cache(maxsize=128)
def good_friday(year: int) -> date:
    """Good Friday of a year, by the bank holidays. Raises ValueError where those are not known."""
    fridays = sorted(day for day in bank_holidays() if day.year == year and day.month in (3, 4) and day.weekday() == 4)
    if not fridays:
        message = f"bank holidays are known from {FIRST_YEAR} to {LAST_YEAR} only"
        raise ValueError(message)
    return fridays[0]


@lru_cache(maxsize=1)
def _working_days() -> list[date]:
    closed = bank_holidays()
    first = date(FIRST_YEAR, 1, 1)
    days = (first + timedelta(n) for n in range((date(LAST_YEAR, 12, 31) - first).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in closed]


def is_working_day(day: date) -> bool:
    """Monday to Friday outside England's bank holidays."""
    return day.weekday() < 5 and day not in bank_holidays()


@lru_cache(maxsize=65_536)
def after_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day` (before it where `count` is negative); `day` itself is not counted.

    Raises ValueError outside FIRST_YEAR to LAST_YEAR.
    """
    working = _working_days()
    index = bisect_right(working, day) + count - 1 if count > 0 else bisect_left(working, day) + count
    if count == 0:
        return day
    if not 0 <= index < len(working) or not working[0] <= day <= working[-1]:
        message = f"working days are known from {FIRST_YEAR} to {LAST_YEAR} only"
        raise ValueError(message)
    return working[index]


def working_days_between(after: date, until: date) -> int:
    """How many working days lie after `after`, up to and with `until`."""
    working = _working_days()
    return bisect_right(working, until) - bisect_right(working, after)
