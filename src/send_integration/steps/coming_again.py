"""What becomes of what was erased and comes again: at the gate, and at whoever reads the topics from the start."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

from send_integration.contracts.erasing import is_told_of, others_in, without
from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import read
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_messages import body_hash
from send_integration.store.admission import known_by_key
from send_integration.store.erased import Erased, Marks, lock_erasing
from send_integration.store.timelines import KeptEvent

Judged = tuple[RawMessage, Event | Rejected]


class ComeAgain(NamedTuple):
    """A batch's messages with their verdicts, and those that are repeats of what was erased."""

    judged: list[Judged]
    repeats: list[RawMessage]


def come_again(connection: Connection, erased: Erased, feed: str, judged: Sequence[Judged]) -> ComeAgain:
    """Tell repeats of what was erased from the rest, of which an event on an erased record is refused: it is new, and whether
    it may come back, a person decides. One that was let in, and named who was erased since, is as it is kept now."""
    marks = erased.marks(connection)
    if marks is None:
        return ComeAgain(list(judged), [])
    events = {verdict.key for _, verdict in judged if isinstance(verdict, Event)}
    hashes = [sha256(message.value).digest() for message, _ in judged]
    gone = marks.erased_events(connection, events)
    gone_bytes = marks.erased_bytes(connection, feed, set(hashes))
    left: list[Judged] = []
    repeats: list[RawMessage] = []
    for (message, verdict), of_bytes in zip(judged, hashes, strict=True):
        known = of_bytes in gone_bytes or (isinstance(verdict, Event) and verdict.key in gone)
        if known:
            repeats.append(message)
        else:
            left.append((message, verdict))
    return ComeAgain(_of_erased_records(connection, marks, feed, left), repeats)


def _of_erased_records(connection: Connection, marks: Marks, feed: str, judged: Sequence[Judged]) -> list[Judged]:
    told_of = {ref for _, verdict in judged if isinstance(verdict, Event) for ref in is_told_of(verdict)}
    gone = marks.erased_records(connection, told_of)
    if not gone:
        return list(judged)
    naming = [v.key for _, v in judged if isinstance(v, Event) and not others_in(v).isdisjoint(gone)]
    before, _ = known_by_key(connection, feed, naming) if naming else ({}, [])
    refused = Rejected((reason(Code.ERASED_RECORD),), feed)

    def now(verdict: Event | Rejected) -> Event | Rejected:
        if not isinstance(verdict, Event) or is_told_of(verdict).isdisjoint(gone):
            return verdict
        kept, body = before.get(verdict.key), without(verdict.body, gone, feed)
        if kept is None or body is None:
            return refused
        as_kept = read(body)
        return as_kept if body_hash(as_kept) == kept.body_hash else refused

    return [(message, now(verdict)) for message, verdict in judged]


def not_erased(connection: Connection, erased: Erased, events: Sequence[KeptEvent]) -> list[KeptEvent]:
    """Of what topics say, what may be kept: no event that was erased, and of others' nothing that names who was.

    Whoever erases waits until this transaction ends, and what was erased before it is known in it.
    """
    lock_erasing(connection, alone=False)
    marks = erased.marks(connection)
    if marks is None:
        return list(events)
    gone = marks.erased_events(connection, [kept.event.key for kept in events])
    left = [kept for kept in events if kept.event.key not in gone]
    named = {ref for kept in left for ref in others_in(kept.event)}
    records = marks.erased_records(connection, named)
    if not records:
        return left
    return [told for kept in left if (told := _told(kept, records)) is not None]


def _told(kept: KeptEvent, gone: set[tuple[str, str]]) -> KeptEvent | None:
    if others_in(kept.event).isdisjoint(gone):
        return kept
    body = without(kept.event.body, gone, "a topic")
    return None if body is None else KeptEvent(read(body), kept.child_id, kept.decision)
