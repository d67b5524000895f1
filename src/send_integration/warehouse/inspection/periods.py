"""The periods of which measures are shown: those that are over, for one that goes on tells by each new row what that row was."""

from datetime import date, timedelta
from typing import NamedTuple

from send_integration.warehouse.inspection.declared import Grain

QUARTERS, MONTHS, YEARS = 8, 12, 5
"""How many are shown."""


class Period(NamedTuple):
    """From which day to which; `months` are the first days of the months, or of the year, by which a figure's view has it."""

    first: date
    last: date
    months: tuple[date, ...]


def periods_of(grain: Grain, as_at: date, year_ends: tuple[int, int] = (12, 31)) -> list[Period]:
    """The latest periods that were over before a day, in their order."""
    if grain is Grain.YEAR:
        last = as_at.year if date(as_at.year, *year_ends) < as_at else as_at.year - 1
        years = range(last - YEARS + 1, last + 1)
        return [Period(date(year, 1, 1), date(year, *year_ends), (date(year, 1, 1),)) for year in years]
    length, shown = (1, MONTHS) if grain is Grain.MONTH else (3, QUARTERS)
    this_month = as_at.year * 12 + as_at.month - 1
    begun = this_month - this_month % length
    return [_months(begun - length * back, length, grain) for back in range(shown, 0, -1)]


def _months(first: int, length: int, grain: Grain) -> Period:
    months = tuple(_first_day(first + number) for number in range(length))
    last = _first_day(first + length) - timedelta(1)
    return Period(months[0], last, months[-1:] if grain is Grain.QUARTER_END else months)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
