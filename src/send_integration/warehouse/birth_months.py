"""Keeps the day of birth out of the warehouse: before anything is worked out, for what it decides would tell it."""

from dataclasses import replace
from datetime import date, timedelta

from send_integration.contracts.event import Event


def without_day_of_birth(event: Event) -> Event:
    """The event as of somebody who was born on the last day of the same month.

    Dates that follow from a birthday, on which of them a row changes, whether a plan was in force by then: each would tell
    the day. So nothing of it is counted sooner than it is due, and none of it more than a month later.
    """
    if event.person is None:
        return event
    return replace(event, person=replace(event.person, date_of_birth=last_of_month(event.person.date_of_birth)))


def last_of_month(day: date) -> date:
    """The last day of the month in which a day lies."""
    return (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
