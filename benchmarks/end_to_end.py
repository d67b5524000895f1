"""Raw topic to committed timeline: events a second, latency to a visible flag, memory; beside an idiomatic Faust agent.

`python -m benchmarks.end_to_end [--children N] [--broker embedded|kafka|both]`
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psutil
from kafka.admin import KafkaAdminClient, NewTopic
from sqlalchemy import Engine, text

from send_integration.broker.offsets import extents
from send_integration.broker.produce import start_producer
from send_integration.broker.topics import create_missing_topics
from send_integration.contracts import topics
from send_integration.contracts.identifiers import nhs_number_with_check_digit
from send_integration.embedded.database import embedded_database
from send_integration.embedded.processes import running
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.batch import Outgoing
from send_integration.store.engine import open_database
from send_integration.store.master_keys import make_master_key
from send_integration.store.schema import migrate
from tests.builders import sent
from tests.integration.brokers import broker_of, kafka_libraries

UNTIL = date(2025, 1, 16)
PARTITIONS = 4
EVENTS_A_SECOND = 200
LATENCY_SECONDS = 30


def main() -> None:
    """Measure and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--children", type=int, default=1000)
    arguments.add_argument("--broker", choices=["embedded", "kafka", "both"], default="both")
    chosen = arguments.parse_args()
    kinds = ["embedded", "kafka"] if chosen.broker == "both" else [chosen.broker]
    print(f"{'broker':<10}{'what':<44}{'figure':>16}")
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="send-bench-") as folder, ExitStack() as stack:
            measure(kind, Path(folder), stack, chosen.children)


def measure(kind: str, folder: Path, stack: ExitStack, children: int) -> None:
    """All figures on one kind of broker."""
    libraries = kafka_libraries(folder / "libraries") if kind == "kafka" else None
    broker = stack.enter_context(broker_of(kind, folder, libraries))
    database = stack.enter_context(embedded_database(folder / "postgres"))
    engine = open_database(database)
    stack.callback(engine.dispose)
    migrate(engine)
    create_missing_topics(broker, partitions=PARTITIONS, replication=1)
    make_master_key(folder / "pseudonym-keys")
    made = simulate_authority(
        load_profile("luton-2024"), children=children, seed=1, until=UNTIL, dirt="none", statutory_dates=True
    )
    lines = [(item.line.feed, item.raw, item.line.body["subject"].encode()) for item in made.arrived]
    environment = {
        "SEND_KAFKA": broker,
        "SEND_DATABASE": database,
        "SEND_AS_OF": "2025-01-16",
        "SEND_HOME": str(folder),
    }

    asyncio.run(produce(broker, [Outgoing(topics.raw(feed).name, key, raw) for feed, raw, key in lines]))
    command = [str(Path(sys.executable).parent / "send-integration"), "worker"]
    with running("worker", command, environment=environment, log=folder / "worker.log") as worker:
        wait_until(lambda: rows(engine, "admitted") > 0)
        began = time.monotonic()
        before = rows(engine, "admitted")
        wait_until(lambda: rows(engine, "event") >= child_events(lines))
        seconds = time.monotonic() - began
        report(kind, "events a second, raw to timeline, one worker", f"{(len(lines) - before) / seconds:,.0f}")
        memory = psutil.Process(worker.pid).memory_info().rss
        report(kind, f"worker's memory with {children:,} children", f"{memory / 2**20:,.0f} MB")
        size = scalar(engine, "SELECT pg_database_size(current_database())")
        report(kind, "database a 1,000 children", f"{size / 2**20 / children * 1000:,.0f} MB")
        p50, p99 = latency(broker, engine)
        report(kind, f"raw to visible flag at {EVENTS_A_SECOND}/s, p50", f"{p50 * 1000:,.0f} ms")
        report(kind, f"raw to visible flag at {EVENTS_A_SECOND}/s, p99", f"{p99 * 1000:,.0f} ms")
    report(kind, "events a second, idiomatic Faust agent", f"{baseline(broker, folder, lines, environment):,.0f}")


def latency(broker: str, engine: Engine) -> tuple[float, float]:
    """Seconds from producing an event that raises a flag to the flag's row, at a steady rate; p50 and p99."""
    sent_at: dict[str, float] = {}

    numbers = (found for n in range(999_999) if (found := nhs_number_with_check_digit(f"999{n:06d}")))

    async def stream() -> None:
        producer, _ = await start_producer(broker)
        began = now()
        for tick in range(LATENCY_SECONDS * 10):
            batch = []
            for number in range(EVENTS_A_SECOND // 10):
                local = f"bench-{tick}-{number}"
                raw = sent("ehcp.requested", "2024-01-08", event_id=local, person=somebody(local, next(numbers)))
                sent_at[local] = now()
                batch.append(Outgoing(topics.raw("ehcp").name, local.encode(), raw))
            await producer.send_all(batch)
            await asyncio.sleep(max(0.0, began + (tick + 1) / 10 - now()))  # a steady rate
        await producer.stop()

    seen: dict[str, float] = {}
    last = scalar(engine, "SELECT coalesce(max(id), 0) FROM flag_change")
    finished = threading.Event()
    watcher = threading.Thread(target=watch, args=(engine, last, seen, finished))
    watcher.start()
    asyncio.run(stream())
    wait_until(lambda: sent_at.keys() <= seen.keys())
    finished.set()
    watcher.join()
    waits = sorted(seen[local] - at for local, at in sent_at.items())
    return waits[len(waits) // 2], waits[int(len(waits) * 0.99)]


def somebody(local_id: str, number: str) -> dict[str, str]:
    """Somebody whom no other record resembles: a feed whose people nobody can match would be paused."""
    name = "".join(chr(ord("a") + int(digit)) for digit in number)
    return {"local_id": local_id, "nhs_number": number, "given_name": name[5:].title(), "family_name": name[:5].title()}


def watch(engine: Engine, last: int, seen: dict[str, float], finished: threading.Event) -> None:
    """Look at the flags' history every few milliseconds, as a reader would; the looks add to what is measured."""
    query = text("SELECT id, content -> 'evidence' ->> 0 FROM flag_change WHERE id > :last ORDER BY id")
    while not finished.wait(0.02):
        with engine.connect() as connection:
            for row in connection.execute(query, {"last": last}):
                last = row[0]
                seen.setdefault(row[1], now())


def now() -> float:
    """Seconds, on a clock that both threads share."""
    return time.monotonic()


def baseline(broker: str, folder: Path, lines: list[tuple[str, bytes, bytes]], environment: dict[str, str]) -> float:
    """Events a second of the idiomatic agent on the same lines."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics([NewTopic(name, 4, 1) for name in ("bench.raw", "bench.done", "baseline-counts-changelog")])
    admin.close()
    asyncio.run(produce(broker, [Outgoing("bench.raw", key, raw) for _, raw, key in lines]))
    command = [sys.executable, "-m", "benchmarks.idiomatic_agent", "worker"]
    with running("baseline", command, environment={**os.environ, **environment}, log=folder / "baseline.log"):
        wait_until(lambda: done(broker) > 0)
        began, before = time.monotonic(), done(broker)
        wait_until(lambda: done(broker) >= len(lines))
        return (len(lines) - before) / (time.monotonic() - began)


def done(broker: str) -> int:
    """How many events the baseline has counted."""
    return sum(extent.end for extent in extents(broker, ["bench.done"]))


def child_events(lines: list[tuple[str, bytes, bytes]]) -> int:
    """How many of the lines are about a child."""
    return sum("person" in json.loads(raw)["data"] for _, raw, _ in lines)


async def produce(broker: str, messages: list[Outgoing]) -> None:
    """Put messages on their topics."""
    producer, _ = await start_producer(broker)
    await producer.send_all(messages)
    await producer.stop()


def rows(engine: Engine, table: str) -> int:
    """How many rows a table has."""
    return scalar(engine, f"SELECT count(*) FROM {table}")


def scalar(engine: Engine, query: str) -> int:
    """One number."""
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once it holds; ten minutes are too long."""
    deadline = time.monotonic() + 600
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)  # between two looks at the condition; the database tells nobody


def report(kind: str, what: str, figure: str) -> None:
    """One line of the table."""
    print(f"{kind:<10}{what:<44}{figure:>16}", flush=True)


if __name__ == "__main__":
    main()
