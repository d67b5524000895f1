"""Sorts a batch's new messages: to keep, to put in another's place, to refuse, or repeats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from send_integration.contracts.event import Event, EventKey, Rejected
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import conflict_order, parse
from send_integration.errors import Broken
from send_integration.identity.records import FirstSeen, PersonRecord, records_of
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_messages import body_hash, quarantine_row
from send_integration.store.admission import AdmittedRow, QuarantineRow, admitted_by_key
from send_integration.store.positions import HasPlace

FAR_FUTURE = datetime(9000, 1, 1, tzinfo=UTC)
"""What was admitted is not judged by the clock again."""


@dataclass(slots=True)
class Sorted:
    """`keep` are let in; `replaced` are rows whose place a kept one takes, for it was recorded earlier."""

    keep: dict[EventKey, tuple[RawMessage, Event]] = field(default_factory=dict)
    replaced: dict[EventKey, AdmittedRow] = field(default_factory=dict)
    refuse: list[QuarantineRow] = field(default_factory=list)
    duplicates: list[HasPlace] = field(default_factory=list)

    def asserted(self) -> dict[PersonRecord, FirstSeen]:
        """The person records that kept events assert."""
        return records_of(event for _, event in self.keep.values())

    def changes_decisions_of_people(self, feed: str) -> bool:
        """Whether a decision of a person comes in, or gives way to an event of any feed that has its id."""
        if feed == IDENTITY:
            return bool(self.keep)
        return any(row.feed == IDENTITY for row in self.replaced.values())


def sort_out(connection: Connection, feed: str, messages: Sequence[tuple[RawMessage, Event | Rejected]]) -> Sorted:
    """Sort messages by their verdicts, by each other, and by what was admitted before; one query for all."""
    out = Sorted()
    for message, verdict in messages:
        if isinstance(verdict, Rejected):
            out.refuse.append(quarantine_row(feed, message, verdict.reasons))
        else:
            _take(out, feed, message, verdict)
    before = admitted_by_key(connection, out.keep) if out.keep else {}
    for key, row in before.items():
        message, event = out.keep[key]
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
    return out


def event_of(row: AdmittedRow) -> Event:
    """The event of an admitted row, which passed its contract when it came."""
    parsed = parse(row.raw, not_after=FAR_FUTURE)
    if isinstance(parsed, Rejected):
        raise Broken(
            f"An admitted event no longer passes its contract: {parsed.reasons[0].code}",
            where=f"{row.topic}, partition {row.partition}, message {row.offset}",
            next_step="A change of a contract broke an older event; make it a new version of the type.",
        )
    return parsed


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
