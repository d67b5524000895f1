"""Events in order of happening: where a day begins among them, found without looking at each."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date

from send_integration.contracts.event import Event


def _day_of(event: Event) -> date:
    return event.on


def place_from(events: Sequence[Event], day: date) -> int:
    """The place of the first event on or after a day; behind the last where there is none."""
    return bisect_left(events, day, key=_day_of)


def place_after(events: Sequence[Event], day: date) -> int:
    """The place of the first event after a day; behind the last where there is none."""
    return bisect_right(events, day, key=_day_of)


def first_from(events: Sequence[Event], day: date) -> Event | None:
    """The first event on or after a day."""
    place = place_from(events, day)
    return events[place] if place < len(events) else None


def last_until(events: Sequence[Event], day: date) -> Event | None:
    """The last event up to and with a day."""
    place = place_after(events, day)
    return events[place - 1] if place else None
