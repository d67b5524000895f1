"""Decides which child each person record is: exact, explained by what it rests on, and free of the order of arrival.

A person record is one source's assertion of a person: its own local id, the identifiers it gives and the birth date.
Records are taken in the order in which agencies wrote them down, whatever order they reached us in, so a late file or
a replay gives the partition that a prompt one would have given. A record joins the child to whom any of these leads:

* the same NHS number with the same date of birth,
* the same UPN with the same date of birth,
* the same source's local id.

Where they lead to no child, the record founds a new one. Where they lead to two, it is held for review, and nothing of
it is used to lead others: a wrong join shows one family another's secrets, and a person can undo a wait but not that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from send_integration.contracts.event import ChildId, Event


class PersonRecord(NamedTuple):
    """One source's assertion of one person; a source that changes an identifier asserts another record."""

    source: str
    local_id: str
    nhs_number: str
    upn: str
    date_of_birth: date


class FirstSeen(NamedTuple):
    """The earliest event, by what its source recorded, that asserts a record; sorts in the order of deciding."""

    recorded_at: datetime
    source: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """A record whose identifiers lead to two or more children, who are named for the reviewer."""

    between: tuple[ChildId, ...]


Decision = ChildId | Held


def person_record(event: Event) -> PersonRecord | None:
    """The record that an event asserts; None for an event about no child."""
    person = event.person
    if person is None:
        return None
    return PersonRecord(event.source, person.local_id, person.nhs_number or "", person.upn or "", person.date_of_birth)


def first_seen(event: Event) -> FirstSeen:
    """An event's own place in the order of deciding."""
    return FirstSeen(event.recorded_at, event.source, event.id)


def linking_keys(record: PersonRecord) -> tuple[str, ...]:
    """The keys by which a record leads to others; equal keys mean the same child unless another key disagrees.

    Records that share a key, directly or through others, are one component: the decision on one can depend on every
    other of its component and on none outside it.
    """
    born = record.date_of_birth.isoformat()
    keys = [f"local\x1f{record.source}\x1f{record.local_id}"]
    if record.nhs_number:
        keys.append(f"nhs\x1f{record.nhs_number}\x1f{born}")
    if record.upn:
        keys.append(f"upn\x1f{record.upn}\x1f{born}")
    return tuple(keys)


def child_id_of(founder: FirstSeen) -> ChildId:
    """A child's id, from the event that first spoke of the child; it says nothing about the child to a stranger."""
    return ChildId("c" + sha256(f"{founder.source}\x1f{founder.event_id}".encode()).hexdigest()[:15])


def decide(records: Mapping[PersonRecord, FirstSeen]) -> dict[PersonRecord, Decision]:
    """The child of every record, or that it is held. `records` must be whole components (`linking_keys`)."""
    child_of_key: dict[str, ChildId] = {}
    decisions: dict[PersonRecord, Decision] = {}
    for record, seen in sorted(records.items(), key=lambda item: (item[1], item[0])):
        keys = linking_keys(record)
        led_to = {child_of_key[key] for key in keys if key in child_of_key}
        if len(led_to) > 1:
            decisions[record] = Held(tuple(sorted(led_to)))
            continue
        child = led_to.pop() if led_to else child_id_of(seen)
        decisions[record] = child
        for key in keys:
            child_of_key[key] = child
    return decisions


def records_of(events: Iterable[Event]) -> dict[PersonRecord, FirstSeen]:
    """Every record that some events assert, with the first of them."""
    found: dict[PersonRecord, FirstSeen] = {}
    for event in events:
        record = person_record(event)
        if record is not None:
            seen = first_seen(event)
            found[record] = min(found.get(record, seen), seen)
    return found
