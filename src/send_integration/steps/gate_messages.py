"""The messages by which the gate says what became of an event."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_CLOUD_EVENT
from send_integration.contracts.event import ChildId, Event, Reason
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.store.refusals import QuarantineRow, reasons_as_json

Records = tuple[tuple[str, str], ...]
"""The person records that an event names (steps.protecting)."""

UNREADABLE = Reason("row-reasons-unreadable", "", "What was found while the file was read cannot be read itself.")
"""Of a message whose adapter's reasons are none: nobody knows what is wrong with it, so it is not let in."""

_REASONS: TypeAdapter[tuple[Reason, ...]] = TypeAdapter(Annotated[tuple[Reason, ...], Field(max_length=100)])

_CODE = re.compile(r"[a-z0-9-]{1,60}", re.ASCII)

REPLAY = "replay"
"""The last header of what a person sends through the gate again: the number of that act."""


def body_hash(event: Event) -> bytes:
    """What tells two bodies under one id apart."""
    return sha256(event.body).digest()


def accepted(feed: str, body: bytes, child_id: ChildId, decision: int, records: Records) -> list[Outgoing]:
    """An event as its child's; whoever reads keeps, for each source and id, the highest decision."""
    return _said_of_child(feed, body, child_id, decision, child_id, records)


def about_no_child(event: Event, records: Records = ()) -> Outgoing:
    """An event about a worker, or a person's decision on identity; its key is the worker, or whoever decided."""
    key = event.worker.id if event.worker else event.text("by")
    headers = (AS_CLOUD_EVENT, ("decision", b"0"))
    return Outgoing(topics.clean(event.feed).name, key.encode(), event.body, headers, records)


def withdrawn(feed: str, body: bytes, child_id: ChildId, decision: int, records: Records) -> list[Outgoing]:
    """An event that is, by a later decision, no longer known to be this child's nor anybody's."""
    return _said_of_child(feed, body, child_id, decision, "", records)


def _said_of_child(
    feed: str, body: bytes, told: ChildId, decision: int, child: str, records: Records
) -> list[Outgoing]:
    """To whoever was told, or is, that the event is a child's."""
    headers = (AS_CLOUD_EVENT, ("decision", str(decision).encode()), ("child", child.encode()))
    key = told.encode()
    return [
        Outgoing(topics.clean(feed).name, key, body, headers, records),
        Outgoing(topics.CHILD_EVENTS.name, key, body, headers, records),
    ]


def quarantined(row: QuarantineRow) -> Outgoing:
    """The untouched bytes, with every reason and where they came from."""
    position = f"{row.topic}/{row.partition}/{row.offset}".encode()
    headers = (
        ("reasons", reasons_as_json(row.reasons).encode()),
        ("origin", row.origin),
        ("raw-position", position),
    )
    return Outgoing(topics.QUARANTINE.name, row.feed.encode(), row.raw, headers)


def quarantine_row(
    feed: str, message: RawMessage, reasons: Iterable[Reason], person_record_id: int | None = None
) -> QuarantineRow:
    """A message that is not let in."""
    return QuarantineRow(
        feed,
        message.value,
        tuple(sorted(set(reasons))),
        message.topic,
        message.partition,
        message.offset,
        message.header("origin"),
        person_record_id,
        adapter_reasons(message),
    )


def replay_of(message: RawMessage) -> bytes:
    """The number of the act by which a message is a replay; b'' where it is none. Asked of every message, so it looks at the
    last header alone."""
    if not message.headers:
        return b""
    name, number = message.headers[-1]
    return number if name == REPLAY else b""


def adapter_reasons(message: RawMessage) -> tuple[Reason, ...]:
    """Faults that the file's adapter saw, for which the source's sector has its own words."""
    return _told_by_adapter(message, "adapter-reasons")


def adapter_remarks(message: RawMessage) -> tuple[Reason, ...]:
    """What the source's sector would ask about and refuses nothing for. They are counted by their codes, so that these must
    be some."""
    found = _told_by_adapter(message, "adapter-remarks")
    return found if all(_CODE.fullmatch(told.code) for told in found) else (UNREADABLE,)


def _told_by_adapter(message: RawMessage, header: str) -> tuple[Reason, ...]:
    given = message.header(header)
    if not given:
        return ()
    try:
        found = _REASONS.validate_json(given)
    except ValidationError:
        return (UNREADABLE,)
    return found if all("\0" not in part for told in found for part in told) else (UNREADABLE,)
