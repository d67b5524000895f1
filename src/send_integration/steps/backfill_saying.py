"""Says on the clean topics and on send.child-events what history was let in, as the gate says what its batches let in."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Engine

from send_integration.contracts.topics import FEEDS
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.gate import READER
from send_integration.steps.gate_saying import said_before
from send_integration.steps.protecting import protected
from send_integration.store.backfill import TOPIC, topic_of
from send_integration.store.positions import Place, Position, mark_published, positions
from send_integration.store.record_keys import RecordKeys

SAID_AT_ONCE = 5_000
"""Messages that wait for the broker's word together."""

Send = Callable[[Sequence[Outgoing]], None]
"""Produces messages and returns once the broker has them."""


def say_history(engine: Engine, keys: RecordKeys, send: Send, told: Callable[[int], None]) -> int:
    """Say everything that was let in and not said yet, the directory of workers first; gives how many messages it was.

    A killed run says a few once more; whoever reads those topics ignores what it has.
    """
    said = 0
    for place, start, end in _unsaid(engine):
        batch = [RawMessage(place.topic, place.partition, offset, b"", b"") for offset in range(start, end)]
        with engine.begin() as connection:
            outgoing = protected(connection, keys, said_before(connection, batch), READER)
        send(outgoing)
        mark_published(engine, READER, batch[-1:])
        said += len(outgoing)
        told(len(outgoing))
    return said


def _unsaid(engine: Engine) -> Iterator[tuple[Place, int, int]]:
    known = {place: found for place, found in positions(engine, READER).items() if place.topic.startswith(TOPIC)}
    for place, found in sorted(known.items(), key=_workers_first):
        for start in range(found.published_offset, found.next_offset, SAID_AT_ONCE):
            yield place, start, min(start + SAID_AT_ONCE, found.next_offset)


def _workers_first(known: tuple[Place, Position]) -> tuple[bool, int, Place]:
    place = known[0]
    feed = place.topic.removeprefix(TOPIC)
    return place.topic != topic_of("workers"), FEEDS.index(feed), place
