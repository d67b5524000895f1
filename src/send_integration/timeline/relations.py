"""A child's brothers, sisters, carers and household as standing events say them, each with the days that are known."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from send_integration.contracts.erasing import ERASED
from send_integration.contracts.event import Event, JsonValue


class Relation(NamedTuple):
    """What one source says another person is to a child; None is a day that is not known, or an end that is not.

    The other is known by a source's reference alone, and is no person record. `event_id` is the last event that says it.
    """

    source: str
    kind: str
    other_source: str
    other_local_id: str
    since_on: date | None
    until_on: date | None
    event_id: str


def tells_of_family(event: Event) -> bool:
    """Whether an event says who somebody is to the child.

    The family alone shows it, to those who may know of that somebody; no entry, date or count of the timeline does.
    """
    return event.what == "people.related"


def other_of(event: Event) -> tuple[str, str] | None:
    """The reference, a source and its local id, of whom an event names as family; None of any other event."""
    return next(((said.other_source, said.other_local_id) for said in relations_of([event])), None)


def relations_of(events: Iterable[Event]) -> tuple[Relation, ...]:
    """The relations of one child from that child's standing events in order of happening.

    What one source says, only the same source ends. Of what it says of one kind and other, the later word stands; after
    an end it can begin anew, as a relation of its own. To whom was erased there is none.
    """
    spells: dict[tuple[str, str, str, str], list[Relation]] = {}
    for event in events:
        if tells_of_family(event):
            said = _said(event)
            if said.other_local_id == ERASED:
                continue
            told = spells.setdefault((said.source, said.kind, said.other_source, said.other_local_id), [])
            if not told:
                told.append(said)
            elif _goes_on(told[-1], said, event.on):
                told[-1] = _continued(told[-1], said)
            else:
                told.append(said._replace(since_on=said.since_on or event.on))
    return tuple(relation for key in sorted(spells) for relation in spells[key])


def _said(event: Event) -> Relation:
    other = event.data["other"]
    assert isinstance(other, dict)  # noqa: S101 - the contract of people.related
    source, local_id = _text(other.get("source")) or event.source, _text(other["local_id"])
    return Relation(
        event.source, event.text("kind"), source, local_id, event.day("since_on"), event.day("until_on"), event.id
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _goes_on(last: Relation, said: Relation, on: date) -> bool:
    """Whether what is said on a day is of the spell that was said last, and not of one that began after its end."""
    if last.until_on is None or (said.since_on is None and said.until_on is not None):
        return True
    return (said.since_on or on) <= last.until_on


def _continued(last: Relation, said: Relation) -> Relation:
    """The later word, with the beginning that was said before; one that lies after the new end was wrong.

    A word without any day, which registers repeat, leaves a known end as it was.
    """
    since_on = said.since_on or last.since_on
    until_on = said.until_on or (None if said.since_on else last.until_on)
    if since_on and until_on and since_on > until_on:
        since_on = None
    return said._replace(since_on=since_on, until_on=until_on)
