"""School days: working days outside the school holidays, which each authority sets for itself."""

from collections.abc import Iterable
from datetime import date, timedelta

from send_integration.when.periods import is_working_day
from send_integration.when.school_years import may_be_school_holiday, school_year_start

Holidays = tuple[tuple[date, date], ...]
"""First and last day of each school holiday, of whole school years."""


def holidays_of(written: Iterable[str]) -> Holidays:
    """Holidays written as '2025-10-27/2025-10-31'. Raises ValueError where one is not, or ends before it begins."""
    found = [tuple(date.fromisoformat(day) for day in text.split("/")) for text in written]
    if any(len(days) != 2 or days[0] > days[1] for days in found):
        message = "a school holiday is written as its first and last day: '2025-10-27/2025-10-31'"
        raise ValueError(message)
    return tuple((first, last) for first, last in found)


def is_school_day(day: date, holidays: Holidays = ()) -> bool:
    """Whether schools are open on `day`.

    `holidays` decide for the school years of which they tell. For any other year each holiday is as wide as some
    authority in England may have it: a school may be open then, but nobody is told that a day has passed that was none.
    """
    if not is_working_day(day):
        return False
    year = school_year_start(day)
    told = [(first, last) for first, last in holidays if year in (school_year_start(first), school_year_start(last))]
    return not any(first <= day <= last for first, last in told) if told else not may_be_school_holiday(day)


def after_school_days(day: date, count: int, holidays: Holidays = ()) -> date:
    """The `count`-th school day after `day`; `day` itself is not counted.

    Raises ValueError where working days are not known.
    """
    while count:
        day += timedelta(1)
        count -= is_school_day(day, holidays)
    return day
