"""Which earlier days a day is like: what is usual for a feed on a Monday in term says nothing of one in August."""

from datetime import date, timedelta
from enum import Enum, auto
from functools import lru_cache
from itertools import islice

from send_integration.when.periods import bank_holidays
from send_integration.when.school_years import may_be_school_holiday

MOST_ALIKE = 8
"""Days of its kind that a day is compared with, the latest."""

LEAST_ALIKE = 4
"""Of fewer days of its kind nothing is said."""

DAYS_OF_HISTORY = 400
"""How far back days are looked for: a bank holiday is like those of a year."""


class Kind(Enum):
    """Whether a day is one of the week's ordinary days, a bank holiday, or a weekday on which schools may be closed."""

    ORDINARY = auto()
    BANK_HOLIDAY = auto()
    SCHOOL_HOLIDAY = auto()


@lru_cache(maxsize=4096)
def kind_of(day: date) -> Kind:
    """The kind of a day; a Saturday or Sunday in the school holidays is as any other."""
    if day in bank_holidays():
        return Kind.BANK_HOLIDAY
    return Kind.SCHOOL_HOLIDAY if day.weekday() < 5 and may_be_school_holiday(day) else Kind.ORDINARY


@lru_cache(maxsize=4096)
def days_like(day: date, until: date) -> tuple[date, ...]:
    """The latest days before `day`, up to `until`, of its kind and weekday; bank holidays whatever their weekday."""
    kind = kind_of(day)
    every = 1 if kind is Kind.BANK_HOLIDAY else 7
    earlier = (day - timedelta(back) for back in range(every, DAYS_OF_HISTORY + 1, every))
    return tuple(islice((one for one in earlier if one <= until and kind_of(one) is kind), MOST_ALIKE))
