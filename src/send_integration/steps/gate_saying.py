"""What the gate has to say of events that are new, that moved to another child, or that gave way to another body."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import read
from send_integration.identity.decide import Decision, Held
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.gate_counts import Counts
from send_integration.steps.gate_messages import (
    about_no_child,
    accepted,
    body_hash,
    quarantine_row,
    quarantined,
    withdrawn,
)
from send_integration.steps.gate_sorting import Sorted, body_of, event_of
from send_integration.steps.protecting import records_in, records_named
from send_integration.store.admission import (
    AdmittedRow,
    admitted_at,
    admitted_of_records,
    known_by_key,
    replace_admitted,
)
from send_integration.store.people import KnownRecord, records_by_id
from send_integration.store.record_keys import Ref
from send_integration.store.refusals import QuarantineRow, quarantine_again, quarantined_at, release_decided


def admitted_row(
    feed: str,
    message: RawMessage,
    event: Event,
    known: KnownRecord | None,
    least_decision: int,
) -> AdmittedRow:
    """A new event as it is kept."""
    return AdmittedRow(
        event.source,
        event.id,
        feed,
        body_hash(event),
        event.recorded_at,
        message.value,
        message.topic,
        message.partition,
        message.offset,
        known.id if known is not None else None,
        least_decision,
    )


def say_new(
    connection: Connection,
    message: RawMessage,
    event: Event,
    row: AdmittedRow,
    known: KnownRecord | None,
    counts: Counts,
) -> list[Outgoing]:
    """A new event: its child's, about no child, or held for review."""
    if known is None:
        counts.add(row, accepted=1)
        return [about_no_child(event, _named_in(connection, event))]
    if isinstance(known.decision, Held):
        held = quarantine_row(row.feed, message, [reason(Code.IDENTITY_CONFLICT, "data.person")], known.id)
        _put_back(connection, [held], counts)
        counts.add(row, quarantined=1)
        return [quarantined(held)]
    counts.add(row, accepted=1)
    number = max(known.number, row.least_decision)
    return accepted(event.feed, event.body, known.decision, number, records_named(event))


def say_moved(
    connection: Connection,
    moved: Sequence[tuple[KnownRecord, KnownRecord]],
    in_this_batch: Collection[EventKey],
    counts: Counts,
) -> list[Outgoing]:
    """Events let in before, whose record is now another child's, held, or no longer held."""
    before: dict[int, KnownRecord] = {}
    after: dict[int, KnownRecord] = {}
    for former, latter in moved:
        before.setdefault(former.id, former)
        after[former.id] = latter
    changed = [record_id for record_id, now in after.items() if now.decision != before[record_id].decision]
    released = [record_id for record_id in changed if not isinstance(after[record_id].decision, Held)]
    outgoing: list[Outgoing] = []
    if not changed:
        return outgoing
    release_decided(connection, released)
    held: list[QuarantineRow] = []
    for row in admitted_of_records(connection, changed):
        if row.key in in_this_batch or row.person_record_id is None:
            continue
        was, now = before[row.person_record_id].decision, after[row.person_record_id]
        number, body = max(now.number, row.least_decision), body_of(row)
        records = records_in(row.feed, body, now.record)
        if not isinstance(now.decision, Held):
            outgoing += accepted(row.feed, body, now.decision, number, records)
            if isinstance(was, Held):
                counts.add(row, accepted=1, quarantined=-1)
        elif not isinstance(was, Held):
            held.append(_as_quarantined(row, Code.IDENTITY_CONFLICT, "data.person", now.id))
            counts.add(row, accepted=-1, quarantined=1)
            outgoing += withdrawn(row.feed, body, was, number, records)
    _put_back(connection, held, counts)
    return [*outgoing, *map(quarantined, held)]


def say_replaced(
    connection: Connection,
    out: Sorted,
    rows: Mapping[EventKey, AdmittedRow],
    moved: Sequence[tuple[KnownRecord, KnownRecord]],
    counts: Counts,
) -> list[Outgoing]:
    """Bodies that give way to ones recorded earlier: out of the admitted, into quarantine, gone from their child.

    The number before that of the new body is for this alone, so that it beats what was said of the former.
    """
    kept = records_by_id(connection, [row.person_record_id for row in out.replaced.values() if row.person_record_id])
    was: dict[int, Decision] = {known.id: known.decision for known in kept.values()}
    was |= {before.id: before.decision for before, _ in reversed(moved)}
    outgoing: list[Outgoing] = []
    gone: list[QuarantineRow] = []
    for key, former in out.replaced.items():
        replace_admitted(connection, rows[key])
        gone.append(_as_quarantined(former, Code.CONFLICTING_ID, "id", None))
        decision = was[former.person_record_id] if former.person_record_id else None
        if isinstance(decision, Held):
            continue
        counts.add(former, accepted=-1, quarantined=1)
        if decision is not None:
            body, number = body_of(former), rows[key].least_decision - 1
            outgoing += withdrawn(former.feed, body, decision, number, records_named(read(body)))
    _put_back(connection, gone, counts)
    return [*outgoing, *map(quarantined, gone)]


def said_before(connection: Connection, known: Sequence[RawMessage]) -> list[Outgoing]:
    """What messages that were kept before had to say, as it stands now; they may never have been published."""
    if not known:
        return []
    places = [(message.partition, message.offset) for message in known]
    rows = admitted_at(connection, known[0].topic, places)
    decided = records_by_id(connection, [row.person_record_id for row in rows if row.person_record_id])
    outgoing: list[Outgoing] = []
    for row in rows:
        if row.person_record_id is None:
            event = event_of(row)
            outgoing.append(about_no_child(event, _named_in(connection, event)))
            continue
        record = decided[row.person_record_id]
        if not isinstance(record.decision, Held):
            number, body = max(record.number, row.least_decision), body_of(row)
            outgoing += accepted(row.feed, body, record.decision, number, records_in(row.feed, body, record.record))
    return [*outgoing, *map(quarantined, quarantined_at(connection, known[0].topic, places))]


def _named_in(connection: Connection, event: Event) -> tuple[Ref, ...]:
    """The records that an event about no child names; one that takes back a decision on identity, those of the decision."""
    met: set[EventKey] = set()
    while not records_named(event) and event.feed == IDENTITY and event.retracts and event.key not in met:
        met.add(event.key)
        found, _ = known_by_key(connection, IDENTITY, [EventKey(event.source, event.retracts)])
        if not found:
            break
        event = event_of(*found.values())
    return records_named(event)


def _put_back(connection: Connection, rows: Sequence[QuarantineRow], counts: Counts) -> None:
    """Keep in quarantine what was let in. Bytes that stood there already are one item: what was counted is a repeat now."""
    for item in quarantine_again(connection, rows):
        counts.add(item, quarantined=-1, duplicates=1)


def _as_quarantined(row: AdmittedRow, code: Code, field: str, record_id: int | None) -> QuarantineRow:
    return QuarantineRow(
        row.feed, row.raw, (reason(code, field),), row.topic, row.partition, row.offset, b"", record_id
    )
