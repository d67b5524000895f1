"""Which national curriculum year a child is in, in a school year: by birth date, unless a school says otherwise."""

from collections.abc import Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.when.school_years import school_year_start, year_group

AUGUST = 8


def school_year_of(enrolled: Event) -> date:
    """The first day of the school year that an enrolment tells of: in August, with schools closed, the one to come."""
    return school_year_start(enrolled.on.replace(day=1, month=9) if enrolled.on.month == AUGUST else enrolled.on)


def latest_enrolment(enrolments: Sequence[Event], school_year: date) -> Event | None:
    """The last enrolment that tells of the school year that begins on `school_year`, or of one before it."""
    told = [enrolled for enrolled in enrolments if school_year_of(enrolled) <= school_year]
    return told[-1] if told else None


def year_group_in(born_on: date, enrolments: Sequence[Event], school_year: date) -> int:
    """The year group in the school year that begins on `school_year`.

    Who was once a year above or below others of their age stays so, until a school says otherwise.
    """
    by_age = year_group(born_on, school_year)
    enrolled = latest_enrolment(enrolments, school_year)
    told = enrolled.data.get("year_group") if enrolled else None
    if enrolled is None or not isinstance(told, int):
        return by_age
    return by_age + told - year_group(born_on, school_year_of(enrolled))
