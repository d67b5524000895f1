"""On real brokers: no topic that is kept for ever tells of a child whose keys were destroyed, and a worker that begins anew goes on."""

import asyncio
import base64
import os
from functools import partial

from sqlalchemy import text

from send_integration.broker.produce import start_producer
from send_integration.broker.whole_topic import whole_topic
from send_integration.contracts import topics
from send_integration.contracts.protected import ContentKey, is_protected, sealed_in
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.protecting import opened
from send_integration.store.master_keys import read_master_keys
from send_integration.store.people import records_of_child
from send_integration.store.record_keys import RecordKeys, destroy_keys, passed_over
from tests.integration.steps.test_erased_from_the_log import CANARIES, SCHOOL, STORY
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce


def everything_on(system: System) -> list[RawMessage]:
    """All messages of all topics that are kept for ever."""
    return [
        RawMessage(m.topic, m.partition, m.offset, m.key or b"", m.value or b"", tuple(m.headers))
        for topic in topics.TOPICS
        if topic.retention is None
        for m in whole_topic(system.broker, topic.name)
    ]


def canaries_in(messages: list[RawMessage]) -> set[str]:
    """Those that stand in any byte of messages, or in what their parts are the base64 of."""
    found = set()
    for message in messages:
        told = b"\n".join((message.key, message.value, *(value for _, value in message.headers)))
        if is_protected(message.value):
            for part in sealed_in(message.value)[1:]:
                told += b"\n" + base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        found |= {canary for canary in CANARIES if canary.encode() in told}
    return found


def readable(system: System, messages: list[RawMessage]) -> list[RawMessage]:
    """What whoever has every key that there is can read."""
    keys = RecordKeys(partial(read_master_keys, system.folder / "pseudonym-keys"))
    with system.engine.begin() as connection:
        return opened(connection, keys, messages, "a test")


def events(system: System) -> dict[tuple[str, str], str]:
    with system.engine.connect() as connection:
        return {
            (row[0], row[1]): row[2] for row in connection.execute(text("SELECT source, event_id, child_id FROM event"))
        }


def test_the_largest_that_can_be_let_in_is_said_and_read_protected(system: System) -> None:
    """A decision on identity can name ten thousand records, and be as large as any message of a source."""
    keys = ContentKey({f"{number:020d}": bytes(32) for number in range(10_000)})
    value = os.urandom(topics.raw("identity").largest)
    message = Outgoing(topics.clean("identity").name, b"w1", keys.protect(value), (("decision", b"0"),))

    async def send() -> None:
        producer, _ = await start_producer(system.broker)
        await producer.send_all([message])
        await producer.stop()

    asyncio.run(send())

    [read] = whole_topic(system.broker, message.topic)
    assert len(read.value) < topics.clean("identity").largest
    assert keys.opened(sealed_in(read.value)) == value


def test_without_its_keys_nothing_of_a_child_is_left_and_a_worker_that_begins_anew_has_all_others(
    system: System,
) -> None:
    produce(system.broker, [*lines(children=6), *STORY])
    worker = system.start_worker()
    system.wait_until_balanced()
    worker.terminate()
    worker.wait(30)
    said, before = everything_on(system), events(system)
    assert canaries_in(said) == set()
    assert canaries_in(readable(system, said)) == set(CANARIES)

    child = before["urn:send:clinic", "ev-zeph-1"]
    with system.engine.begin() as connection:
        assert destroy_keys(connection, records_of_child(connection, child)) == 2
    assert canaries_in(readable(system, said)) == set()

    with system.engine.begin() as connection:
        connection.execute(text("TRUNCATE event, child, relation CASCADE"))
        connection.execute(text("DELETE FROM stream_position WHERE reader = 'timeline'"))
        connection.execute(text("TRUNCATE keys.passed_over"))
    system.start_worker()
    system.wait_until_balanced()

    lost = {key for key, of in before.items() if of == child} | {(SCHOOL, "ev-quillon-2")}
    assert events(system) == {key: of for key, of in before.items() if key not in lost}
    with system.engine.connect() as connection:
        assert passed_over(connection)["timeline"] >= len(lost)
    assert not any(canary in system.logs() for canary in CANARIES)
    assert canaries_in(readable(system, everything_on(system))) == set()
