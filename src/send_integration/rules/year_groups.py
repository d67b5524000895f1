"""Which national curriculum year a child is in, in a school year: by birth date, unless a school says otherwise."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from send_integration.contracts.event import Event, EventKey
from send_integration.when.school_years import school_year_start, year_group_starts

AUGUST = 8

MOST_YEARS_APART = 3
"""How far a child may be from the year group of their age; an enrolment that tells of more was mistyped."""


class Told(NamedTuple):
    """What an enrolment told on a day: from the school year that begins in `year` on, the child is `above` the year group
    of their age (below it where negative), at the school `urn`. `key` is the event's."""

    key: EventKey
    on: date
    year: int
    above: int
    urn: str


def told_by(born_on: date, enrolments: Iterable[Event]) -> list[Told]:
    """What each enrolment told, in order of happening.

    In August, with schools closed, an enrolment tells of the school year to come. One that cannot be meant tells nothing.
    """
    found: list[Told] = []
    for enrolled in enrolments:
        year = enrolled.on.year if enrolled.on.month == AUGUST else school_year_start(enrolled.on).year
        group = enrolled.data.get("year_group")
        above = group - (year - year_of_reception(born_on)) if isinstance(group, int) else 0
        if abs(above) <= MOST_YEARS_APART:
            found.append(Told(enrolled.key, enrolled.on, year, above, enrolled.text("urn")))
    return found


def latest(told: Sequence[Told], year: int) -> Told | None:
    """The last word on the school year that begins in `year`, or on one before it."""
    for word in reversed(told):
        if word.year <= year:
            return word
    return None


def years_above(told: Sequence[Told], year: int) -> int:
    """How far the child is above the year group of their age in the school year that begins in `year`.

    Who was once a year above or below others of their age stays so, until a school says otherwise.
    """
    word = latest(told, year)
    return word.above if word else 0


def year_group_in(born_on: date, told: Sequence[Told], year: int) -> int:
    """The year group in the school year that begins in `year`."""
    return year - year_of_reception(born_on) + years_above(told, year)


def as_told(words: Iterable[Told]) -> str:
    """That schools told of it, and when; '' where none did."""
    days = " and ".join(str(word.on) for word in words)
    return f", as told by a school on {days}" if days else ""


def year_in_words(year_group: int) -> str:
    """A year group as people call it."""
    if year_group > 0:
        return f"Year {year_group}"
    return "Reception" if year_group == 0 else f"Nursery ({-year_group} before reception)"


@lru_cache(maxsize=4096)
def year_of_reception(born_on: date) -> int:
    """The year in which the school year begins that a child of this birth date spends in reception, by age."""
    return year_group_starts(born_on, 0).year
