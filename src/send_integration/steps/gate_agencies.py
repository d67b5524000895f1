"""What a batch adds to the counts of each agency of its feed; every new message is counted once, whatever became of it."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from send_integration.contracts.event import Event, Reason, Rejected
from send_integration.contracts.glimpse import glimpse, id_in
from send_integration.identity.decide import Held
from send_integration.identity.records import PersonRecord, person_record
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_sorting import Sorted
from send_integration.steps.identity import Records
from send_integration.store.positions import HasPlace
from send_integration.watch.agencies import SAID_BY_OTHER_MARKS, WANTED, AgencyTally, all_of

Place = tuple[int, int]
"""A message's partition and offset, within one topic."""


class Fates(NamedTuple):
    """A batch's new messages with their verdicts, and what became of them; `refused` are at the places of those kept in
    quarantine, and `remarks` are the warning rules' on those that passed all."""

    judged: Sequence[tuple[RawMessage, Event | Rejected]]
    out: Sorted
    records: Records
    refused: Collection[Place]
    remarks: Mapping[Place, Sequence[Reason]]

    def is_remarked(self, place: Place) -> bool:
        """Whether a warning rule speaks against a message, of what no other mark counts."""
        return any(remark.code not in SAID_BY_OTHER_MARKS for remark in self.remarks.get(place, ()))


def agencies_of(fates: Fates, within: timedelta, now: datetime) -> dict[str, AgencyTally]:
    """The counts of a batch by agency; '' where nobody can tell whose a message is."""
    held = {record for record, known in fates.records.items() if isinstance(known.decision, Held)}
    kept = {place_of(message): event for message, event in fates.out.keep.values()}
    events: defaultdict[str, list[tuple[RawMessage, Event]]] = defaultdict(list)
    others: defaultdict[str, list[AgencyTally]] = defaultdict(list)
    for message, verdict in fates.judged:
        place = place_of(message)
        if place in kept:
            events[kept[place].source].append((message, kept[place]))
        else:
            others[agency_of(message, verdict)].append(_of_other(verdict, refused=place in fates.refused))
    heard = AgencyTally(heard_at=now)
    found = {agency: all_of(tallies) + heard for agency, tallies in others.items()}
    for agency, of_agency in events.items():
        found[agency] = found.get(agency, heard) + _of_kept(fates, of_agency, held, within, now)
    return found


def place_of(message: HasPlace) -> Place:
    """Where a message stands."""
    return message.partition, message.offset


def agency_of(message: RawMessage, verdict: Event | Rejected) -> str:
    """Whose a message is: as its bytes say, else as its sender is known; as quarantine tells it (store.stewards.AGENCY)."""
    if isinstance(verdict, Event):
        return verdict.source
    return glimpse(message.value).source or _sender(message.header("origin"))


def _sender(origin: bytes) -> str:
    try:
        told = json.loads(origin) if origin else {}
    except (ValueError, RecursionError):
        return ""
    sender = told.get("sender") if isinstance(told, dict) else None
    return id_in(sender) or ""


def _of_kept(
    fates: Fates,
    kept: Sequence[tuple[RawMessage, Event]],
    held: Collection[PersonRecord],
    within: timedelta,
    now: datetime,
) -> AgencyTally:
    waiting = doubted = people = present = timely = 0
    lags = 0.0
    limit = within.total_seconds()
    for message, event in kept:
        person = event.person
        if person is not None:
            people += 1
            present += bool(person.nhs_number or person.upn) + bool(person.postcode)
        waits = bool(held) and person_record(event) in held
        waiting += waits
        doubted += waits or event.key in fates.out.replaced or fates.is_remarked(place_of(message))
        lag = ((message.timestamp or now) - event.recorded_at).total_seconds()
        timely += lag <= limit
        lags += lag
    return AgencyTally(
        messages=len(kept),
        accepted=len(kept) - waiting,
        kept=len(kept),
        doubted=doubted,
        wanted=people * len(WANTED),
        present=present,
        timely=timely,
        lag_seconds=lags,
        recorded_at=max(event.recorded_at for _, event in kept),
    )


def _of_other(verdict: Event | Rejected, *, refused: bool) -> AgencyTally:
    """A message that is not kept: a repeat; in quarantine for its contract or a rule that rejects; or in conflict there."""
    if not refused:
        return AgencyTally(messages=1, repeats=1)
    if isinstance(verdict, Rejected):
        return AgencyTally(messages=1, refused=1)
    return AgencyTally(messages=1, doubted=1)
