"""Counting days as somebody with a calendar on the wall would: one after the other."""

from collections.abc import Callable
from datetime import date, timedelta

import holidays

ENGLAND = frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(2000, 2056)))
ONE = timedelta(1)


def works(day: date) -> bool:
    """Monday to Friday, and no bank holiday."""
    return day.weekday() not in (5, 6) and day not in ENGLAND


def days_on(day: date, count: int, counts: Callable[[date], bool] = lambda _: True) -> date:
    """The day on which `count` days that count have passed since `day`, which is not counted itself; back where negative."""
    step = ONE if count >= 0 else -ONE
    left = abs(count)
    while left:
        day += step
        left -= counts(day)
    return day


def weeks_on(day: date, count: int) -> date:
    """Weeks are seven days each."""
    return days_on(day, 7 * count)


def months_on(day: date, count: int) -> date:
    """The same day of a later month (an earlier where negative), or that month's last."""
    year, month = day.year, day.month
    for _ in range(abs(count)):
        month += 1 if count > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    wanted = day.day
    while True:
        try:
            return date(year, month, wanted)
        except ValueError:
            wanted -= 1


def turns(born_on: date, age: int) -> date:
    """The birthday; who was born on 29 February has it on the 28th in common years."""
    return months_on(born_on, 12 * age)


def is_aged(born_on: date, day: date) -> int:
    """Birthdays there have been after the day of birth."""
    age = 0
    while turns(born_on, age + 1) <= day:
        age += 1
    return age


def school_year_of(day: date) -> int:
    """The calendar year in which the school year of `day` began."""
    return day.year if day.month >= 9 else day.year - 1


def year_by_birth(born_on: date, starting: int) -> int:
    """National curriculum year in the school year that starts in `starting`: reception is that in which one turns five."""
    fifth = turns(born_on, 5) if (born_on.month, born_on.day) != (2, 29) else date(born_on.year + 5, 2, 28)
    return starting - school_year_of(fifth)
