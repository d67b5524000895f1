"""How fast history is loaded: events a second, step by step, beside reading and parsing the same files in the same run.

`python -m benchmarks.backfill [--events N] [--processes N] [--folder DIR]`: a simulated authority is written once (it is kept in
the folder), read and parsed by one process, and loaded into an empty PostgreSQL of its own. Processor time counts where others
use the machine too; both are printed.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.one_core import Measured, measured_database
from benchmarks.record_keys import KEYS
from send_integration import clock
from send_integration.contracts.registry import parse
from send_integration.contracts.topics import FEEDS
from send_integration.identity.model import default_model
from send_integration.ingest.jsonl import read_lines
from send_integration.ingest.raw_event import RawEvent
from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.backfill import Backfill, Loaded
from send_integration.steps.backfill_reading import HistoryFile
from send_integration.steps.backfill_saying import say_history
from send_integration.steps.backfill_work import Work, expectations_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.collecting import collect_seldom

UNTIL = date(2025, 1, 16)
EVENTS_A_CHILD = 45.8
"""Of the simulated authority, faults of senders and all."""


class Lap(NamedTuple):
    """How long a step took, by the clock and in processor time of all processes."""

    seconds: float
    processor: float


class Stopwatch:
    """Seconds by the clock and by the processor, of this process, those that it starts, and the database's."""

    def __init__(self, database: Measured) -> None:
        self._server = psutil.Process(
            int((database.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        )
        self._last: dict[int, float] = {}
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self.peak = max(self.peak, sum(_memory(process) for process in self._own()))

    def stop(self) -> None:
        """Watch memory no longer."""
        self._over.set()
        self._thread.join()

    def _own(self) -> list[psutil.Process]:
        me = psutil.Process()
        server = {self._server.pid, *(child.pid for child in self._server.children(recursive=True))}
        return [me, *(child for child in me.children(recursive=True) if child.pid not in server)]

    def processor(self) -> float:
        """Processor time so far; of processes that have ended too."""
        for process in (*self._own(), self._server, *self._server.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            self._last[process.pid] = times.user + times.system
        return sum(self._last.values())


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def main() -> None:
    """Make history, read it, load it, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backfill", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "send-bench-backfill")
    given = parser.parse_args()
    files = history(given.folder, given.events)
    size = sum(file.path.stat().st_size for file in files)
    raw, events = reading(files)
    print(f"{events:,} events in {size / 2**20:,.0f} MB; {given.processes} processes; {psutil.cpu_count()} cores")
    print(f"{'step':<34}{'seconds':>9}{'processor':>11}{'events/s':>11}{'µs each':>9}")
    report("read and parse alone, one process", raw, events)
    with measured_database("1GB") as database:
        laps, peak, loaded = load(database, files, given.processes)
    for step, lap in laps.items():
        report(step, lap, events)
    total = Lap(sum(lap.seconds for lap in laps.values()), sum(lap.processor for lap in laps.values()))
    report("all", total, events)
    report("all but saying it on the topics", _without(total, laps["say"]), events)
    print(
        f"{loaded.let_in:,} let in by sets, {loaded.by_gate:,} by the gate, {loaded.children:,} children;"
        f" memory of all processes but the database's at most {peak / 2**20:,.0f} MB"
    )


def history(folder: Path, events: int) -> list[HistoryFile]:
    """The files of an authority with about so many events, written once."""
    kept = folder / f"{events}"
    if not (kept / "whole.json").exists():
        made = simulate_authority(
            load_profile("luton-2024"), children=round(events / EVENTS_A_CHILD), seed=821, until=UNTIL, dirt="usual",
            statutory_dates=True, whole_lives=True, panel_meetings=True,
        )  # fmt: skip
        kept.mkdir(parents=True, exist_ok=True)
        summary = write_authority(made, kept)
        (kept / "whole.json").write_text(json.dumps(summary["lines"]), encoding="utf-8")
    return [HistoryFile(kept / f"{feed}.jsonl", feed) for feed in FEEDS]


def reading(files: Sequence[HistoryFile]) -> tuple[Lap, int]:
    """Read and parse every line, as the gate does first, and nothing else."""
    began, processor, events, now = time.monotonic(), time.process_time(), 0, clock.now()
    for file in files:
        with file.path.open("rb") as lines:
            for line in read_lines(file.feed, lines, file.path.name):
                if isinstance(line, RawEvent):
                    parse(line.value, not_after=now, feed=file.feed)
                    events += 1
    return Lap(time.monotonic() - began, time.process_time() - processor), events


class _Laps:
    """Whatever happens until a step's last word is that step's."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch
        self._last = (time.monotonic(), watch.processor())
        self.of: dict[str, Lap] = {}

    def told(self, step: str, _count: int) -> None:
        """A step has got further."""
        now = (time.monotonic(), self._watch.processor())
        before = self.of.get(step, Lap(0, 0))
        self.of[step] = Lap(before.seconds + now[0] - self._last[0], before.processor + now[1] - self._last[1])
        self._last = now


@contextmanager
def watching(database: Measured) -> Iterator[Stopwatch]:
    """A stopwatch that ends with the block."""
    watch = Stopwatch(database)
    try:
        yield watch
    finally:
        watch.stop()


def load(database: Measured, files: Sequence[HistoryFile], processes: int) -> tuple[dict[str, Lap], int, Loaded]:
    """Load all; what is said goes nowhere, for a broker's own time is not ours."""
    address = database.engine.url.render_as_string(hide_password=False)
    work = Work(address, expectations_of, load_rules(), UNTIL, clock.now())
    collect_seldom()
    with watching(database) as watch:
        laps = _Laps(watch)
        loading = Backfill(database.engine, work, default_model(), KEYS, processes, laps.told)
        loaded = loading.load(
            files, lambda: say_history(database.engine, KEYS, lambda _: None, lambda count: laps.told("say", count))
        )
    return laps.of, watch.peak, loaded


def _without(total: Lap, lap: Lap) -> Lap:
    return Lap(total.seconds - lap.seconds, total.processor - lap.processor)


def report(step: str, lap: Lap, events: int) -> None:
    """One line of the table."""
    each = lap.processor / events * 1e6
    print(f"{step:<34}{lap.seconds:>9.1f}{lap.processor:>11.1f}{events / lap.seconds:>11,.0f}{each:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
