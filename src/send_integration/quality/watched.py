"""The columns of each feed that are counted for its batch rules, beside those that its row rules look at.

Only closed codes are counted by their value: counts are kept and published, and no text of a source may be among them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from send_integration.contracts.event import Event
from send_integration.quality.columns import Column
from send_integration.quality.derived import Cell


def _of_person(name: str) -> Callable[[Event], Cell]:
    return lambda event: (getattr(event.person, name) or None) if event.person is not None else ""


def _code(name: str) -> Column:
    """The type's own code `name`."""

    def value(event: Event) -> Cell:
        given = event.data.get(name)
        return given if isinstance(given, str) else None

    return Column(name, "text", f"data.{name}", value)


NUMBERS_AND_HOME = tuple(
    Column(name, "text", f"data.person.{name}", _of_person(name)) for name in ("nhs_number", "upn", "postcode")
)
"""What people are known by. An event about no child lacks none of it."""

WORKER = Column("worker", "text", "data.worker", lambda event: event.worker.id if event.worker else None)
TYPE = Column("type", "text", "type", lambda event: event.what)

ABSENT: tuple[Column, ...] = (*NUMBERS_AND_HOME, WORKER)
"""Columns of every feed of which it is counted how many rows lack a value, beside the feed's own."""

CODES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "referrals": (TYPE, _code("urgency")),
        "ndd-triage": (TYPE, _code("suspected")),
        "camhs": (TYPE, _code("priority")),
        "support": (TYPE, _code("kind")),
    }
)


def codes_of(feed: str) -> tuple[Column, ...]:
    """The code columns of a feed whose mix is compared with the usual one: the type, and a code that ranks or sorts."""
    return CODES.get(feed, (TYPE,))
