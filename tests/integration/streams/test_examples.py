"""The consumer's guide's examples, run as they stand against real brokers: a reader ends with what the product itself has."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from sqlalchemy import text

from send_integration import clock
from send_integration.contracts.event import EventKey
from send_integration.contracts.registry import read
from send_integration.embedded.processes import running
from send_integration.steps.batch import RawMessage
from send_integration.steps.protecting import opened
from send_integration.store.master_keys import read_master_keys
from send_integration.store.people import records_of_child
from send_integration.store.record_keys import RecordKeys, destroy_keys
from send_integration.timeline.fold import standing
from tests.builders import ANNA, sent
from tests.integration.brokers import require
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce

EXAMPLES = Path(__file__).parents[3] / "examples"
PYTHON_EXAMPLE = [sys.executable, str(EXAMPLES / "clean_events_kafka_python.py")]
COMMAND = str(Path(sys.executable).parent / "send-integration")
KCAT_EXAMPLE = str(EXAMPLES / "clean_events_kcat.sh")
ANNA_THERE = {**ANNA, "local_id": "one", "nhs_number": None, "given_name": "Nora", "postcode": "LU1 1AA"}
ANNA_HERE = {**ANNA, "local_id": "other", "nhs_number": None, "given_name": "Eleonora", "family_name": "Sample"}
PAIR = {
    "one": {"source": "clinic", "local_id": "one"},
    "other": {"source": "college", "local_id": "other"},
    "same": True,
}

Kept = dict[EventKey, tuple[str, int]]


def kept_by_the_product(system: System) -> tuple[Kept, set[tuple[str, str, str]]]:
    """Every event that is a child's with its child and decision, and those that stand."""
    with system.engine.connect() as connection:
        rows = connection.execute(text("SELECT child_id, decision, body FROM event WHERE child_id <> ''")).all()
    events = {read(bytes(body)): (child, decision) for child, decision, body in rows}
    stand = {(event.source, event.id, events[event][0]) for event in standing(events)}
    return {event.key: told for event, told in events.items()}, stand


def kept_in(file: Path) -> Kept:
    with sqlite3.connect(file) as own:
        rows = own.execute("SELECT source, id, child, decision FROM clean_event WHERE child <> ''")
        return {EventKey(source, event_id): (child, decision) for source, event_id, child, decision in rows}


def say(system: System, feed: str, raw: bytes) -> None:
    produce(system.broker, [(feed, raw)])


def tell_a_story(system: System) -> None:
    """A history with corrections and repeats; two children who become one and two again, and two others who stay one."""
    produce(system.broker, lines(children=25))
    say(system, "camhs", sent("camhs.referred", "2024-03-01", event_id="m1", source="clinic", person=ANNA_THERE))
    say(system, "school", sent("school.suspended", "2024-03-02", event_id="m2", source="college", person=ANNA_HERE))
    system.wait_until_balanced()


def join_and_part(system: System) -> set[str]:
    """Join two and part them; gives the children of whom the two events were, at each stage."""
    found: list[frozenset[str]] = []

    def children() -> frozenset[str]:
        with system.engine.connect() as connection:
            rows = connection.execute(text("SELECT child_id FROM event WHERE event_id IN ('m1', 'm2')"))
            return frozenset(row[0] for row in rows)

    found.append(children())
    say(
        system,
        "identity",
        sent("identity.decided", "2024-04-01", event_id="d1", source="page", by="w1", why="seen", pairs=[PAIR]),
    )
    system.wait_for(lambda: len(children()) == 1, "the merge")
    found.append(children())
    say(
        system,
        "identity",
        sent("identity.withdrawn", "2024-04-02", event_id="d2", source="page", by="w1", why="no", retracts="d1"),
    )
    system.wait_for(lambda: len(children()) == 2, "the split")
    system.wait_until_balanced()
    assert [len(stage) for stage in found] == [2, 1]
    return set().union(*found)


def take_keys(system: System, file: Path) -> list[str]:
    """What whoever runs the system gives a reader: a file of keys."""
    command = [COMMAND, "keys", "export", "--consumer", "example", "--to", str(file)]
    subprocess.run(command, env={**os.environ, **system.environment}, check=True, capture_output=True)
    return ["--keys", str(file)]


def run_to_the_end(
    system: System, file: Path, *more: str, group: str = "g", keys: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*PYTHON_EXAMPLE, system.broker, str(file), "--until-end", "--group", group, *more, *keys]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def test_the_python_example_ends_as_the_product_does_though_killed_and_shared(system: System, tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    system.start_worker()
    tell_a_story(system)
    keys = take_keys(system, tmp_path / "keys.jsonl")
    command = [*PYTHON_EXAMPLE, system.broker, str(file), "--group", "g", *keys]
    with running("a reader", command, environment={}, log=tmp_path / "reader.log") as first:
        system.wait_for(lambda: file.exists() and has_begun(file), "the reader's first write")
        first.send_signal(signal.SIGKILL)
        first.wait()
    with running("a reader", command, environment={}, log=tmp_path / "second.log"):
        join_and_part(system)  # while the second takes over, and a third takes some of its partitions
        ended = run_to_the_end(system, file, keys=keys)
        kept, stand = kept_by_the_product(system)
        system.wait_for(lambda: kept_in(file) == kept, "the second reader's end")

    assert ended.returncode == 0, ended.stderr
    other = tmp_path / "another.db"  # of the same group, which has committed all: a new file begins at the beginning
    last = run_to_the_end(system, other, keys=keys)
    assert last.returncode == 0, last.stderr
    assert kept_in(other) == kept
    assert {tuple(line.split(" ")) for line in last.stdout.splitlines()} == stand
    assert len(kept) > len(stand) > 200

    # who is erased is gone from a reader's file as well, once it takes its keys anew, and from a new one
    child = kept[EventKey("clinic", "m1")][0]
    with system.engine.begin() as connection:
        assert destroy_keys(connection, records_of_child(connection, child)) == 1
    gone = {key for key, (of, _) in kept.items() if of == child}
    keys = take_keys(system, tmp_path / "keys-of-the-next-day.jsonl")
    for again in (other, tmp_path / "anew.db"):
        assert run_to_the_end(system, again, keys=keys).returncode == 0
        assert kept_in(again) == {key: told for key, told in kept.items() if key not in gone}


def has_begun(file: Path) -> bool:
    with sqlite3.connect(file) as own:
        there = own.execute("SELECT count(*) FROM sqlite_master WHERE name = 'clean_event'").fetchone()[0]
        return bool(there and own.execute("SELECT count(*) FROM clean_event").fetchone()[0])


MIDNIGHT = datetime(2025, 5, 31, 23, tzinfo=UTC)
"""When 1 June 2025 began in London."""


def publish_at(system: System, moments: dict[str, datetime]) -> None:
    """Clean events as if the gate had published them then; they happened long before."""
    producer = KafkaProducer(bootstrap_servers=system.broker, enable_idempotence=False, acks=1)
    for event_id, moment in moments.items():
        body = json.loads(sent("camhs.referred", "2024-03-01", event_id=event_id, source="clinic"))
        headers = [("content-type", b"application/cloudevents+json"), ("decision", b"7"), ("child", b"c1")]
        producer.send(
            "send.clean.camhs",
            json.dumps(body).encode(),
            key=b"c1",
            headers=headers,
            partition=0,
            timestamp_ms=int(moment.timestamp() * 1000),
        ).get(10)
    producer.close()


PUBLISHED = {"early": MIDNIGHT - timedelta(milliseconds=1), "on time": MIDNIGHT, "late": MIDNIGHT + timedelta(days=3)}


def test_since_a_day_is_what_was_published_from_its_first_moment_in_london(system: System, tmp_path: Path) -> None:
    publish_at(system, PUBLISHED)

    for day, wanted in (("2025-06-01", {"on time", "late"}), ("2025-06-05", set())):
        file = tmp_path / f"{day}.db"
        ended = run_to_the_end(system, file, "--since", day, "--feeds", "camhs", group=f"since-{day}")
        assert ended.returncode == 0, ended.stderr
        assert {key.id for key in kept_in(file)} == wanted


on_kafka = pytest.mark.parametrize("system", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)
"""kcat cannot speak with the embedded broker, whose list of versions it does not understand."""


def run_kcat(system: System, *more: str) -> list[list[str]]:
    require("kcat", "jq")
    ended = subprocess.run(
        [KCAT_EXAMPLE, system.broker, *more],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={**os.environ, **system.environment, "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}"},
    )
    assert ended.returncode == 0, ended.stderr
    return [line.split("\t") for line in ended.stdout.splitlines()]


def read_clean(system: System, feed: str) -> list[Any]:
    consumer = KafkaConsumer(
        f"send.clean.{feed}", bootstrap_servers=system.broker, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    told = [RawMessage(m.topic, m.partition, m.offset, b"", m.value, timestamp=m.timestamp) for m in consumer]
    keys = RecordKeys(partial(read_master_keys, system.folder / "pseudonym-keys"))
    with system.engine.begin() as connection:
        return opened(connection, keys, told, "a test")


@on_kafka
def test_the_kcat_example_ends_as_the_product_does(system: System) -> None:
    began = clock.now().timestamp()
    system.start_worker()
    tell_a_story(system)
    told = clock.now().timestamp()
    join_and_part(system)

    found = run_kcat(system)

    moved = [
        m for feed in ("camhs", "school") for m in read_clean(system, feed) if json.loads(m.value)["id"] in ("m1", "m2")
    ]
    again = [message for message in moved if message.timestamp > told * 1000]
    assert len(moved) - len(again) == 2
    assert again
    # now, though both happened in 2024 and the worker is told that it is 2024 still; what is said again, when it is
    assert all(began * 1000 - 1 <= message.timestamp <= clock.now().timestamp() * 1000 for message in moved)

    kept, _ = kept_by_the_product(system)
    assert {EventKey(source, event_id): child for source, event_id, child, _ in found} == {
        key: child for key, (child, _) in kept.items()
    }
    assert all(json.loads(body)["id"] == event_id for _, event_id, _, body in found)


@on_kafka
def test_kcat_since_a_day(system: System) -> None:
    publish_at(system, PUBLISHED)

    assert {row[1] for row in run_kcat(system)} == {"early", "on time", "late"}
    assert {row[1] for row in run_kcat(system, "2025-06-01")} == {"on time", "late"}
    assert run_kcat(system, "2025-06-05") == []
