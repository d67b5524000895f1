"""Protects what is said of people before it is published, and opens it for our own readers, a batch at a time."""

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_CLOUD_EVENT
from send_integration.contracts.event import Event
from send_integration.contracts.protected import (
    EVENT,
    OWN,
    SOURCE,
    ContentKey,
    NotOpened,
    Sealed,
    is_protected,
    sealed_in,
)
from send_integration.contracts.registry import read
from send_integration.errors import BadSetting, Broken
from send_integration.identity.records import PersonRecord
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.identity.statements import statements_of
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.store.record_keys import RecordKeys, Ref, note_passed_over
from send_integration.timeline.relations import other_of

log = logging.getLogger("send_integration.protecting")

_NAMES_OTHERS = ("people", IDENTITY)
"""The feeds whose events can name other records than the one that they assert."""

_CLEAN = topics.clean("").name


def records_named(event: Event) -> tuple[Ref, ...]:
    """The person records that an event names: its own, a relative's, those of a decision on identity; by the keys of all of
    them it is protected, so that each of them can be erased from it."""
    found: set[Ref] = {(event.source, event.person.local_id)} if event.person is not None else set()
    if event.feed in _NAMES_OTHERS:
        other = other_of(event)
        found |= {other} if other else set()
        for said in statements_of([event]):
            found |= {tuple(said.one), tuple(said.other)}  # type: ignore[arg-type]
    return tuple(sorted(found))


def records_in(feed: str, body: bytes, record: PersonRecord) -> tuple[Ref, ...]:
    """The same for the body of an event that asserts a record; it is read only where it can name others."""
    return records_named(read(body)) if feed in _NAMES_OTHERS else ((record.source, record.local_id),)


def protected(connection: Connection, keys: RecordKeys, messages: Sequence[Outgoing], sayer: str) -> list[Outgoing]:
    """What is to be published, in the form in which it is: what is said of people protected by the keys of their records.

    What names a record whose key was destroyed is not said. Keys that are new are made in the caller's transaction, which must
    be committed before anything is published.
    """
    wanted = {at: _records(message) for at, message in enumerate(messages) if _is_of_people(message)}
    if not wanted:
        return list(messages)
    found = keys.of_records(connection, set(wanted.values()))
    said: list[Outgoing] = []
    before: Outgoing | None = None
    told = b""
    for at, message in enumerate(messages):
        if at not in wanted:
            said.append(message)
            continue
        key = found[wanted[at]]
        if key is None:
            continue
        if before is None or message.value is not before.value:  # one event goes to two topics, one after the other
            told = _told(key, message)
            before = message
        headers = (AS_CLOUD_EVENT,) if message.topic == topics.FLAGS.name else message.headers
        said.append(Outgoing(message.topic, message.key, told, headers))
    if len(said) < len(messages):
        note_passed_over(connection, sayer, len(messages) - len(said))
        log.warning("%s messages are not said, for the keys of their records were destroyed", len(messages) - len(said))
    return said


def opened(
    connection: Connection, keys: RecordKeys | None, messages: Sequence[RawMessage], reader: str
) -> list[RawMessage]:
    """Messages as they were before they were protected; what was said in the clear, as earlier releases did, stays as it is.

    What was protected by a key that was destroyed is passed over and counted. Raises BadSetting where keys are needed and there
    are none, Broken where a message is not as it was made or was made with a key that this database never had.
    """
    sealed = {at: _sealed_in(message) for at, message in enumerate(messages) if is_protected(message.value)}
    if not sealed:
        return list(messages)
    if keys is None:
        raise BadSetting(
            "Messages are protected, and this process was given no master key",
            where=messages[0].topic,
            next_step="Set SEND_RECORD_KEYS to the folder that has it, and start again.",
        )
    found = keys.by_name(connection, {parts.name for parts in sealed.values()})
    clear: list[RawMessage] = []
    for at, message in enumerate(messages):
        if at not in sealed:
            clear.append(message)
            continue
        key = found[sealed[at].name]
        if key is not None:
            try:
                value = key.opened(sealed[at])
            except NotOpened as fault:
                raise _spoilt(message) from fault
            clear.append(RawMessage(*message[:4], value, *message[5:]))
    passed_over = len(messages) - len(clear)
    if passed_over:
        note_passed_over(connection, reader, passed_over)
        log.warning("%s messages are passed over, for the keys of their records were destroyed", passed_over)
    return clear


def _is_of_people(message: Outgoing) -> bool:
    if message.value is None or is_protected(message.value):
        return False
    if message.records or message.topic in (topics.CHILD_EVENTS.name, topics.FLAGS.name, topics.clean(IDENTITY).name):
        return True
    return message.topic.startswith(_CLEAN) and any(name == "child" for name, _ in message.headers)


def _records(message: Outgoing) -> tuple[Ref, ...]:
    """Whose keys protect a message. What an earlier release left to be said does not tell: then its event does, and a flag
    is under a key of its child's own."""
    if message.records:
        return message.records
    assert message.value is not None  # noqa: S101 - no tombstone is of people
    if message.topic == topics.FLAGS.name:
        return ((SOURCE, message.key.decode()),)
    event = read(message.value)
    return records_named(event) or ((event.source, event.retracts or event.id),)


def _told(key: ContentKey, message: Outgoing) -> bytes:
    assert message.value is not None  # noqa: S101 - no tombstone is of people
    return key.protect(message.value, OWN if message.topic == topics.FLAGS.name else EVENT)


def _sealed_in(message: RawMessage) -> Sealed:
    try:
        return sealed_in(message.value)
    except NotOpened as fault:
        raise _spoilt(message) from fault


def _spoilt(message: RawMessage) -> Broken:
    return Broken(
        "A protected message is not as it was made",
        where=f"{message.topic}, partition {message.partition}, message {message.offset}",
        next_step="Find out who wrote it; docs/record-keys.md says how to go on.",
    )
