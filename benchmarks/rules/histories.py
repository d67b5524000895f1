"""Histories of one length, of which there are as many as shapes, and which every child has under ids of its own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.simulate.agencies import AGENCY_OF_FEED, MATERNITY, REGISTER
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.clerks import local_id
from send_integration.simulate.profile import load_profile

UNTIL = date(2025, 1, 16)
"""The simulated authority's last day."""

NOT_AFTER = datetime(2025, 2, 1, tzinfo=UTC)

LENGTH = 30
"""Events of a child."""

SIMULATED_CHILDREN = 1500
"""Of them two thirds have so many events; what they have more of is left out, oldest first."""

_ID, _LOCAL = b"\x00", b"\x01"
"""Stand in a body where the event's id and the person's local id end: bytes that no JSON has."""


class Shape(NamedTuple):
    """One child's history as rows of table `event`, into which each child's number is put."""

    rows: list[tuple[str, str, datetime, str | None, bytes]]

    def of_child(self, number: int) -> Iterator[tuple[str, str, datetime, str | None, bytes]]:
        """Source, id, recorded at, target and body of each event of the child with this number."""
        suffix = f"-{number}"
        written = suffix.encode()
        for source, event_id, recorded_at, target, body in self.rows:
            yield (
                source,
                event_id + suffix,
                recorded_at,
                target + suffix if target else None,
                body.replace(_ID, written).replace(_LOCAL, written),
            )


def shapes(seed: int) -> list[Shape]:
    """Every history of a simulated authority that is long enough, by its last events."""
    made = simulate_authority(
        load_profile("luton-2024"),
        children=SIMULATED_CHILDREN,
        seed=seed,
        until=UNTIL,
        dirt="none",
        statutory_dates=True,
    )
    agencies = {*AGENCY_OF_FEED.values(), REGISTER, MATERNITY}
    child_of = {
        (agency.source, local_id(agency, child)): child.number for agency in agencies for child in made.town.children
    }
    of_child: dict[int, list[Event]] = {}
    for item in made.arrived:
        event = parse(item.raw, not_after=NOT_AFTER)
        if isinstance(event, Event) and event.person is not None:
            of_child.setdefault(child_of[event.source, event.person.local_id], []).append(event)
    return [_shape(events[-LENGTH:]) for events in map(_in_order, of_child.values()) if len(events) >= LENGTH]


def _in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.on, event.id))


def _shape(events: list[Event]) -> Shape:
    return Shape([_row(event) for event in events])


def _row(event: Event) -> tuple[str, str, datetime, str | None, bytes]:
    assert event.person is not None
    own, local = event.id.encode(), event.person.local_id.encode()
    body = event.body.replace(b'"id":"%b"' % own, b'"id":"%b%b"' % (own, _ID), 1)
    body = body.replace(b'"local_id":"%b"' % local, b'"local_id":"%b%b"' % (local, _LOCAL))
    body = body.replace(b'"subject":"local:%b"' % local, b'"subject":"local:%b%b"' % (local, _LOCAL))
    target = event.corrects or event.retracts
    if target:
        body = body.replace(b'"%b"' % target.encode(), b'"%b%b"' % (target.encode(), _ID))
    return event.source, event.id, event.recorded_at, target, body
