"""One run of a backfill in a process of its own, which kills itself at a given moment: `ADDRESS FOLDER STEP`."""

import os
import signal
import sys
import time
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.topics import FEEDS
from send_integration.identity.model import default_model
from send_integration.steps import backfill, backfill_reading
from send_integration.steps.backfill import Backfill, Loaded
from send_integration.steps.backfill_reading import HistoryFile
from send_integration.steps.backfill_saying import say_history
from send_integration.steps.backfill_work import Work, expectations_of
from send_integration.steps.batch import Outgoing
from send_integration.steps.catalogue import load_rules
from send_integration.store.backfill import BACKFILL_LOCK, holders
from send_integration.store.engine import open_database
from tests.builders import NOW
from tests.record_keys import KEYS

TODAY = date(2025, 1, 16)
NOTICED_WITHIN_SECONDS = 30


class Left(Exception):
    """A load was left half way, as this process goes on."""


def load(
    address: str,
    folder: Path,
    kill_at: str = "",
    said: list[Outgoing] | None = None,
    *,
    processes: int = 2,
    leave_at: str = "",
) -> Loaded:
    """Load a folder; at the first word on step `kill_at` the process ends as by kill -9, and on `leave_at` raises Left.

    'said' is the step when all is said and nobody is evaluated.
    """

    def told(step: str, _count: int) -> None:
        if step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == leave_at:
            raise Left

    def publish() -> int:
        count = say_history(engine, KEYS, messages.extend, lambda count: told("say", count))
        told("said", count)
        return count

    engine = open_database(address)
    work = Work(address, expectations_of, load_rules(), TODAY, NOW)
    files = [HistoryFile(folder / f"{feed}.jsonl", feed) for feed in FEEDS if (folder / f"{feed}.jsonl").exists()]
    messages = [] if said is None else said
    try:
        return Backfill(engine, work, default_model(), KEYS, processes, told).load(files, publish)
    finally:
        engine.dispose()


def killed(loading: Connection, engine: Engine) -> None:
    """Break off the connection that a load holds its lock by, as a kill does; returns once the database has noticed."""
    loading.invalidate()
    deadline = time.monotonic() + NOTICED_WITHIN_SECONDS
    while _is_loading(engine):
        assert time.monotonic() < deadline, "the database still takes the load for running"
        time.sleep(0.02)  # between two looks at the condition


def _is_loading(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(text(holders(BACKFILL_LOCK))).first() is not None


if __name__ == "__main__":
    backfill_reading.CHUNK_BYTES = 100_000
    backfill.RECORDS_AT_ONCE = 200
    backfill.REST_AT_ONCE = 50
    load(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
