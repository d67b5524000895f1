"""`send-integration backfill`: years of history from files, through the same core as the stream, many events at a time."""

import asyncio
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine

from send_integration import clock
from send_integration.broker.produce import start_producer
from send_integration.broker.topics import create_missing_topics
from send_integration.cli.ingest_sources import feed_files
from send_integration.cli.services import services
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps.backfill import Backfill
from send_integration.steps.backfill_reading import HistoryFile
from send_integration.steps.backfill_saying import say_history
from send_integration.steps.backfill_work import Work, expectations_of
from send_integration.steps.catalogue import load_model, load_rules
from send_integration.steps.collecting import collect_seldom
from send_integration.store.master_keys import read_master_keys
from send_integration.store.record_keys import RecordKeys
from send_integration.store.rule_books import put_in_force
from send_integration.store.schema import migrate


def backfill(
    path: Annotated[
        Path, typer.Argument(help="A folder of JSON Lines files whose names begin with a feed, or one file.")
    ],
    *,
    feed: Annotated[
        str | None, typer.Option(help="Only this feed, or the feed of a file that is called otherwise.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Cores to use; the database needs some as well.")] = 2,
) -> None:
    """Load history: files as `simulate` writes and `ingest` reads them, or the archive of a raw topic, one message a line.

    Ends with what the stream would end with. Start it again after an end of any kind; files that were loaded are left out.
    Workers may run; the gate waits while history is let in. Every child is evaluated once, as of today.
    """
    if feed is not None and feed not in FEEDS:
        raise BadInput(f"is none of {', '.join(FEEDS)}", where="--feed")
    files = [HistoryFile(*found) for found in feed_files(path, feed)]
    now, engine = services()
    migrate(engine)
    create_missing_topics(now.kafka, partitions=now.partitions, replication=now.replication)
    keys = RecordKeys(partial(read_master_keys, now.record_key_folder))
    rules = load_rules(now.rules)
    put_in_force(engine, rules.fingerprint())
    work = Work(now.database.get_secret_value(), expectations_of, rules, now.today(), clock.now(), now.pseudonym_folder)
    began = time.monotonic()
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        tasks = {step: bar.add_task(step, total=None) for step in STEPS}

        def told(step: str, count: int) -> None:
            bar.advance(tasks[step], count)

        collect_seldom()
        loading = Backfill(engine, work, load_model(now.identity_model), keys, processes, told)
        loaded = loading.load(files, lambda: _say(engine, keys, now.kafka, partial(told, "say")))
    typer.echo(
        f"{loaded.read:,} messages read, {loaded.let_in:,} let in many at a time, {loaded.by_gate:,} taken by the gate"
        f" one after the other, {loaded.children:,} children evaluated as of {work.today},"
        f" in {time.monotonic() - began:,.0f} seconds."
    )
    if loaded.too_long:
        raise BadInput(
            f"{loaded.too_long} lines are longer than any message may be, and were left out; all others were loaded",
            where=str(path),
        )


STEPS = ("read", "identify", "let in", "one by one", "say", "evaluate")


def _say(engine: Engine, keys: RecordKeys, bootstrap: str, told: Callable[[int], None]) -> int:
    """Connect to the broker, now that there is something to say, and say what was let in."""
    with asyncio.Runner() as runner:
        producer = runner.run(start_producer(bootstrap)).producer
        try:
            return say_history(engine, keys, lambda messages: runner.run(producer.send_all(messages)), told)
        finally:
            runner.run(producer.stop())
