"""Workers killed at the very moments that matter, on real brokers: nothing is lost, nothing doubled, each replay ends once.

A trigger in the database stops a transaction as it commits; so each kill falls where it is said to, not anywhere near.
Seen to catch: a gate that does not say again what was kept before; a replay whose mark stays once it was refused again.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text

from send_integration.broker.produce import start_producer
from send_integration.contracts import topics
from send_integration.contracts.event import Reason
from send_integration.steps.batch import Outgoing
from send_integration.steps.stewarding import Steward, replay
from send_integration.store.outbox import RELAY_LOCK
from send_integration.store.sessions import Session
from send_integration.store.stewards import Choice
from tests.integration.streams.conftest import System
from tests.integration.streams.forks import Forked
from tests.integration.streams.history import HOSTILE, lines, produce
from tests.integration.streams.test_whole_flow import check_answers

GATE_COMMITS, RELAY_FORGETS = 1, 2
"""What the trigger can be made to wait at: locks of these numbers."""

WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 77 AND objid = :place AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
SAM = Steward(Session("sam", "data-steward", ""), "the adapter was mended")
OF_OTHERS = re.compile(rb'"id": "(3[0-9]|4[0-4])-')
"""Tells lines of the children after the thirtieth."""

FAULT = (("adapter-reasons", json.dumps([Reason("cin-8500", "data.person", "As it was.")._asdict()]).encode()),)


@pytest.fixture
def held_up(system: System) -> System:
    """A system whose gates wait as they commit a batch, and its relay as it forgets what it sent to a raw topic, for as
    long as somebody holds the lock of that number."""
    with system.engine.begin() as connection:
        for place, table, when in (
            (GATE_COMMITS, "UPDATE ON stream_position", "NEW.reader = 'gate' AND NEW.next_offset > OLD.next_offset"),
            (RELAY_FORGETS, "DELETE ON outbox", "OLD.topic LIKE 'send.raw.%'"),
        ):
            connection.execute(
                text(
                    f"CREATE FUNCTION wait_{place}() RETURNS trigger LANGUAGE plpgsql AS"
                    f" $$BEGIN PERFORM pg_advisory_xact_lock_shared(77, {place}); RETURN NULL; END$$"
                )
            )
            connection.execute(
                text(
                    f"CREATE CONSTRAINT TRIGGER wait_{place} AFTER {table} DEFERRABLE INITIALLY DEFERRED"
                    f" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION wait_{place}()"
                )
            )
    return system


@contextmanager
def holding(system: System, place: int) -> Iterator[Connection]:
    """Let whatever comes to a place wait there until the block ends."""
    with system.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(77, :place)"), {"place": place})
        yield connection
        connection.execute(text("SELECT pg_advisory_unlock(77, :place)"), {"place": place})


def waiting(system: System, place: int) -> list[int]:
    """The database's processes that wait at a place."""
    with system.engine.connect() as connection:
        return list(connection.execute(text(WAITING), {"place": place}).scalars())


def stop_at(system: System, worker: Forked, place: int) -> list[int]:
    """Stop a worker once it has come to a place, in the midst of its commit; gives the database's processes."""
    system.wait_for(lambda: bool(waiting(system, place)), "the worker's coming there")
    os.kill(worker.pid, signal.SIGSTOP)
    return waiting(system, place)


def unpublished(system: System) -> int:
    """Messages that the gate has kept, and that nobody has heard of yet."""
    with system.engine.connect() as connection:
        return int(
            connection.execute(
                text(
                    "SELECT coalesce(sum(next_offset - published_offset), 0) FROM stream_position WHERE reader = 'gate'"
                )
            ).scalar_one()
        )


def kill_between_commit_and_publish(system: System) -> None:
    """A worker's first batches are kept, and it is killed before it can say anything of them."""
    with holding(system, GATE_COMMITS):
        worker = system.start_worker()
        stop_at(system, worker, GATE_COMMITS)
    system.wait_for(lambda: not waiting(system, GATE_COMMITS) and unpublished(system) > 0, "the commit")
    worker.kill()


def kill_between_publish_and_forget(system: System) -> None:
    """A worker publishes what waits for a raw topic, and is killed before the database knows."""
    with holding(system, RELAY_FORGETS):
        worker = system.start_worker()
        for process in stop_at(system, worker, RELAY_FORGETS):
            with system.engine.begin() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": process})
        system.wait_for(lambda: not waiting(system, RELAY_FORGETS), "the end of the transaction")
        worker.kill()


def refuse_by_adapter(system: System, history: Sequence[tuple[str, bytes]]) -> None:
    """Send lines with which a file's adapter found fault."""

    async def send() -> None:
        producer, _ = await start_producer(system.broker)
        await producer.send_all(Outgoing(topics.raw(feed).name, raw[60:110], raw, FAULT) for feed, raw in history)
        await producer.stop()

    asyncio.run(send())


def test_a_gate_killed_between_its_commit_and_publishing_loses_and_doubles_nothing(held_up: System) -> None:
    history = lines(children=40)
    produce(held_up.broker, history)

    kill_between_commit_and_publish(held_up)
    assert held_up.kept() == 0, "nobody has heard of what was kept"
    held_up.start_worker()
    held_up.wait_until_balanced()

    check_answers(held_up, history)


def test_killed_in_the_midst_of_replays_everything_comes_in_once(held_up: System) -> None:
    history = lines(children=30)
    refused = [(feed, raw) for feed, raw in lines(children=45) if OF_OTHERS.search(raw)]
    produce(held_up.broker, history)
    refuse_by_adapter(held_up, refused)
    first = held_up.start_worker()
    held_up.wait_until_balanced()
    first.terminate()
    first.wait()
    everything = replay(held_up.engine, Choice(), SAM, adapter_mended=True).items
    assert len(everything) > 150

    kill_between_commit_and_publish(held_up)
    second = held_up.start_worker()
    held_up.wait_until_balanced()
    first_time = check_replays(held_up, [*history, *refused], at_least=len(everything))
    second.terminate()
    second.wait()
    hopeless = replay(held_up.engine, Choice(), SAM).items
    assert len(HOSTILE) <= len(hopeless) < len(everything)
    kill_between_publish_and_forget(held_up)
    with nobody_relaying(held_up):  # so that what comes twice comes in batches of its own
        held_up.start_worker()
        held_up.wait_for(lambda: not under_way(held_up), "the replays' end")
    held_up.wait_until_balanced()

    check_replays(held_up, [*history, *refused], at_least=first_time + 2 * len(hopeless))
    assert not under_way(held_up)
    assert replays_that_did_not_end_once(held_up) == []


def check_replays(system: System, history: list[tuple[str, bytes]], *, at_least: int) -> int:
    """Every replay at the broker is a repeat, whether the killed worker's relay had sent it already or not; gives how many
    there are."""
    sent = sum(feed.raw for feed in system.ledger().feeds) - len(history)
    assert sent >= at_least
    check_answers(system, history, replays=sent)
    return sent


@contextmanager
def nobody_relaying(system: System) -> Iterator[None]:
    """Let no worker publish the outbox until the block ends."""
    with system.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": RELAY_LOCK})
        yield
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": RELAY_LOCK})


def under_way(system: System) -> bool:
    """Whether any replay is still to be judged."""
    with system.engine.connect() as connection:
        rows = connection.execute(text("SELECT FROM quarantine WHERE replay IS NOT NULL LIMIT 1"))
        return rows.first() is not None


def replays_that_did_not_end_once(system: System) -> list[int]:
    """Items of whose replays not each was let in, or refused again, exactly once."""
    with system.engine.connect() as connection:
        return list(
            connection.execute(
                text(
                    "SELECT item FROM quarantine_act GROUP BY item HAVING count(*) FILTER (WHERE act = 'replayed')"
                    " <> count(*) FILTER (WHERE act IN ('released', 'refused-again'))"
                )
            ).scalars()
        )
