"""Counts school days, on which every school in England is open as far as can be told without its own calendar."""

from datetime import date
from functools import lru_cache

from send_integration.rules.risks.finding import NEXT
from send_integration.when.periods import FIRST_YEAR, LAST_YEAR, is_working_day
from send_integration.when.school_years import may_be_school_holiday


@lru_cache(maxsize=4096)
def after_school_days(day: date, count: int) -> date | None:
    """The `count`-th school day after `day`, which is not counted; None where bank holidays are not known.

    A day that may be a school holiday somewhere is not counted, so that nobody is told too early.
    """
    while count:
        day += NEXT
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return None
        count -= is_working_day(day) and not may_be_school_holiday(day)
    return day
