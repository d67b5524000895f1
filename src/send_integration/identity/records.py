"""Person records: what one source asserts of one person, and which event first said it."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from send_integration.contracts.event import ChildId, Event
from send_integration.identity.features import Features, features


class PersonRef(NamedTuple):
    """A source and the id under which it keeps a person; what people's decisions on identity speak of."""

    source: str
    local_id: str


class PersonRecord(NamedTuple):
    """One source's assertion of one person; a source that changes any of it asserts another record."""

    source: str
    local_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    nhs_number: str = ""
    upn: str = ""
    postcode: str = ""
    address: str = ""
    gender: str = ""
    restricted: bool = False

    @property
    def ref(self) -> PersonRef:
        """The source and its id."""
        return PersonRef(self.source, self.local_id)

    def digest(self) -> bytes:
        """What tells this assertion from every other, for looking it up."""
        return sha256("\x1f".join(map(str, self)).encode()).digest()


class FirstSeen(NamedTuple):
    """The earliest event, by what its source recorded, that asserts a record; sorts in the order of deciding."""

    recorded_at: datetime
    source: str
    event_id: str


def person_record(event: Event) -> PersonRecord | None:
    """The record that an event asserts; None for an event about no child."""
    person = event.person
    if person is None:
        return None
    return PersonRecord(
        event.source,
        person.local_id,
        person.given_name,
        person.family_name,
        person.date_of_birth,
        person.nhs_number or "",
        person.upn or "",
        person.postcode or "",
        person.address or "",
        person.gender or "",
        person.restricted is not None,
    )


def first_seen(event: Event) -> FirstSeen:
    """An event's own place in the order of deciding."""
    return FirstSeen(event.recorded_at, event.source, event.id)


def records_of(events: Iterable[Event]) -> dict[PersonRecord, FirstSeen]:
    """Every record that some events assert, with the first of them."""
    found: dict[PersonRecord, FirstSeen] = {}
    for event in events:
        record = person_record(event)
        if record is not None:
            seen = first_seen(event)
            found[record] = min(found.get(record, seen), seen)
    return found


def child_id_of(founder: FirstSeen) -> ChildId:
    """A child's id, from the event that first spoke of the child; it says nothing about the child to a stranger."""
    return ChildId("c" + sha256(f"{founder.source}\x1f{founder.event_id}".encode()).hexdigest()[:15])


@lru_cache(maxsize=131_072)
def features_of(record: PersonRecord) -> Features:
    """A record's values as they are compared."""
    return features(
        given_name=record.given_name,
        family_name=record.family_name,
        born=record.date_of_birth.isoformat(),
        postcode=record.postcode,
        address=record.address,
        gender=record.gender,
        nhs_number=record.nhs_number,
        upn=record.upn,
    )
