"""Sorts a batch's new messages: to keep, to put in another's place, to refuse, or repeats; and what was refused before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from send_integration.contracts import registry
from send_integration.contracts.event import Event, EventKey, Rejected
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import conflict_order, read
from send_integration.identity.records import FirstSeen, PersonRecord, person_record, records_of
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_messages import body_hash, quarantine_row, replay_of
from send_integration.store.admission import AdmittedRow, admitted_bytes, known_by_key
from send_integration.store.positions import HasPlace
from send_integration.store.refusals import Met, QuarantineRow, items_of_bytes, lock_met


@dataclass(slots=True)
class Sorted:
    """`keep` are let in, and assert `records`; `replaced` are rows whose place a kept one takes, for it was recorded earlier.

    Of items in quarantine, `let_in` are those whose bytes are among what is kept or repeats it, and `refused_again` those
    whose replay is refused, by their numbers.
    """

    keep: dict[EventKey, tuple[RawMessage, Event]] = field(default_factory=dict)
    replaced: dict[EventKey, AdmittedRow] = field(default_factory=dict)
    refuse: list[QuarantineRow] = field(default_factory=list)
    duplicates: list[HasPlace] = field(default_factory=list)
    let_in: list[Met] = field(default_factory=list)
    refused_again: dict[int, QuarantineRow] = field(default_factory=dict)
    records: dict[EventKey, PersonRecord | None] = field(default_factory=dict)

    def asserted(self) -> dict[PersonRecord, FirstSeen]:
        """The person records that kept events assert."""
        return records_of(event for _, event in self.keep.values())

    def changes_decisions_of_people(self, feed: str) -> bool:
        """Whether a decision of a person comes in, or gives way to an event of any feed that has its id."""
        if feed == IDENTITY:
            return bool(self.keep)
        return any(row.feed == IDENTITY for row in self.replaced.values())


Judged = tuple[RawMessage, Event | Rejected]


def sort_out(connection: Connection, feed: str, messages: Sequence[Judged], replayed: Collection[bytes]) -> Sorted:
    """Sort messages by their verdicts, by each other, and by what was admitted and refused before; one query for all.

    `replayed` are the bytes that a person sent through the gate again.
    """
    out = _by_each_other(feed, messages)
    before, ids = known_by_key(connection, feed, out.keep) if out.keep else ({}, [])
    if replayed:
        ids += items_of_bytes(connection, feed, list(replayed))
    items = lock_met(connection, ids) if ids else []
    discarded = {item.raw for item in items if item.status == "discarded"}
    if discarded:
        messages, repeats = _without(messages, discarded)
        out = _by_each_other(feed, messages)
        out.duplicates += repeats
    _beside_admitted(feed, out, before)
    if out.refuse:
        _leave_out_repeats(out, admitted_bytes(connection, [row.raw for row in out.refuse]))
    if items:
        _beside_refused(out, messages, before, [item for item in items if item.raw not in discarded])
    out.records = {key: person_record(event) for key, (_, event) in out.keep.items()}
    return out


def _by_each_other(feed: str, messages: Sequence[Judged]) -> Sorted:
    out = Sorted()
    for message, verdict in messages:
        if isinstance(verdict, Rejected):
            out.refuse.append(quarantine_row(feed, message, verdict.reasons))
        else:
            _take(out, feed, message, verdict)
    return out


def _without(messages: Sequence[Judged], discarded: Collection[bytes]) -> tuple[list[Judged], list[RawMessage]]:
    """The messages but those whose bytes a person has discarded, and these: they are repeats until a person replays them."""
    rest = [(message, verdict) for message, verdict in messages if message.value not in discarded]
    return rest, [message for message, _ in messages if message.value in discarded]


def _beside_admitted(feed: str, out: Sorted, before: Mapping[EventKey, AdmittedRow]) -> None:
    for key in before.keys() & out.keep.keys():
        row, (message, event) = before[key], out.keep[key]
        if row.body_hash == body_hash(event):
            del out.keep[key]
            out.duplicates.append(message)
        elif conflict_order(event) < conflict_order(event_of(row)):
            out.replaced[key] = row
        else:
            del out.keep[key]
            out.refuse.append(_conflicting(feed, message))
    giving_way = {row.raw for row in out.replaced.values()}
    out.duplicates += [row for row in out.refuse if row.raw in giving_way]
    out.refuse = [row for row in out.refuse if row.raw not in giving_way]


def _leave_out_repeats(out: Sorted, admitted: Collection[bytes]) -> None:
    """What is refused now though its very bytes are let in is a repeat: an item always tells of what is not let in."""
    let_in = {*admitted, *(message.value for message, _ in out.keep.values())}
    out.duplicates += [row for row in out.refuse if row.raw in let_in]
    out.refuse = [row for row in out.refuse if row.raw not in let_in]


def _beside_refused(
    out: Sorted, messages: Sequence[Judged], before: Mapping[EventKey, AdmittedRow], items: Iterable[Met]
) -> None:
    """Find what became of items whose bytes came again. Only the replay that is an item's latest says why it was refused:
    another of the same bytes, sent before or by the source, is a mere repeat."""
    of_bytes = {item.raw: item for item in items}
    refused = {row.raw: row for row in out.refuse}
    let_in: dict[int, Met] = {}
    for message, verdict in messages:
        item = of_bytes.get(message.value)
        if item is None:
            continue
        if isinstance(verdict, Event) and _stands(out, before, verdict):
            let_in[item.id] = item
        elif message.value in refused and replay_of(message) == str(item.replay).encode():
            out.refused_again[item.id] = refused[message.value]
    out.let_in = list(let_in.values())
    out.refused_again = {number: row for number, row in out.refused_again.items() if number not in let_in}


def _stands(out: Sorted, before: Mapping[EventKey, AdmittedRow], event: Event) -> bool:
    """Whether an event's body is what is admitted under its source and id, now or before."""
    if event.key in out.keep:
        return out.keep[event.key][1].body == event.body
    return before[event.key].body_hash == body_hash(event)


def event_of(row: AdmittedRow) -> Event:
    """The event of an admitted row, which passed its contract when it came."""
    return read(body_of(row))


def body_of(row: AdmittedRow) -> bytes:
    """The body of that event."""
    return row.body or registry.body_of(row.raw, f"{row.topic}, partition {row.partition}, message {row.offset}")


def _take(out: Sorted, feed: str, message: RawMessage, event: Event) -> None:
    """Keep the first of a batch's bodies under one id, by what was recorded; the rest are repeats or conflicts."""
    rival = out.keep.setdefault(event.key, (message, event))
    if rival[0] is message:
        return
    if rival[1].body == event.body:
        out.duplicates.append(message)
        return
    loser = message
    if conflict_order(event) < conflict_order(rival[1]):
        loser, out.keep[event.key] = rival[0], (message, event)
    out.refuse.append(_conflicting(feed, loser))


def _conflicting(feed: str, message: RawMessage) -> QuarantineRow:
    return quarantine_row(feed, message, [reason(Code.CONFLICTING_ID, "id")])
