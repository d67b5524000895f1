"""The ledger is never taken for balanced while something moves on between what it asks.

Seen to catch: a ledger that asks the broker before the database, which overlooks a replay that is relayed between; and one
that asks the database at several moments, which says of a feed in full flow that its rows and its counts differ.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import event, text

from send_integration.broker.offsets import extents
from send_integration.contracts import topics
from send_integration.store.engine import open_database
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce

RAW = topics.raw("camhs").name
REPLAY = next(line for line in lines(children=1) if line[0] == "camhs")


def read_all_but_a_replay(system: System) -> None:
    """All that the broker has was read before and is known, and a replay of it waits in the outbox."""
    with system.engine.begin() as connection:
        for place in extents(system.broker, [RAW]):
            connection.execute(
                text(
                    'INSERT INTO stream_position (reader, topic, "partition", next_offset, published_offset, duplicates)'
                    " VALUES ('gate', :topic, :partition, :end, :end, :end) ON CONFLICT (reader, topic, \"partition\")"
                    " DO UPDATE SET next_offset = :end, published_offset = :end, duplicates = :end"
                ),
                {"topic": RAW, "partition": place.partition, "end": place.end},
            )
        connection.execute(
            text("INSERT INTO outbox (topic, key, value, headers) VALUES (:topic, '', :raw, '[]')"),
            {"topic": RAW, "raw": REPLAY[1]},
        )


@pytest.fixture
def relay(system: System) -> Iterator[Callable[[], None]]:
    """What publishes the replay, and then forgets it."""
    engine = open_database(system.database)

    def publish() -> None:
        produce(system.broker, [REPLAY])
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))

    yield publish
    engine.dispose()


@contextmanager
def after_question(system: System, number: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Act once the database has answered so many questions of the block's; gives the questions."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)
        if len(asked) == number:
            act()

    event.listen(system.engine, "after_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(system.engine, "after_cursor_execute", note)


def test_a_replay_that_is_relayed_meanwhile_is_not_overlooked(system: System, relay: Callable[[], None]) -> None:
    for number in count(1):
        read_all_but_a_replay(system)
        with after_question(system, number, relay) as asked:
            found = system.ledger()
        assert not found.balanced, f"relayed after question {number}: {asked[number - 1 : number]}"
        if number > len(asked):
            break
        assert not system.ledger().balanced, "the broker has it, and nobody has read it"
    assert number > 5


def test_what_is_refused_meanwhile_is_in_the_counts_and_the_rows_or_in_neither(system: System) -> None:
    gate = open_database(system.database)

    def refuse() -> None:
        with gate.begin() as connection:
            connection.execute(
                text(
                    'INSERT INTO quarantine (feed, raw, reasons, topic, "partition", "offset", origin)'
                    " SELECT 'camhs', cast(count(*)::text AS bytea), '[]', :topic, 0, count(*), '[]' FROM quarantine"
                ),
                {"topic": RAW},
            )
            connection.execute(
                text(
                    'UPDATE stream_position SET quarantined = quarantined + 1 WHERE topic = :topic AND "partition" = 0'
                ),
                {"topic": RAW},
            )

    read_all_but_a_replay(system)
    for number in count(1):
        with after_question(system, number, refuse) as asked:
            (camhs,) = (feed for feed in system.ledger().feeds if feed.feed == "camhs")
        assert camhs.rows_agree, f"refused after question {number}: {asked[number - 1 : number]}"
        if number > len(asked):
            break
    gate.dispose()
