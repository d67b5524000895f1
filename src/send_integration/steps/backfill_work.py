"""What one process of a backfill does: reads parts of files, lets them in, evaluates children; each in its own transactions."""

import os
import threading
from collections.abc import Callable
from datetime import date, datetime
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.rules.model import RuleBook
from send_integration.steps.backfill_reading import ReadPart, read_part
from send_integration.steps.collecting import collect_seldom
from send_integration.steps.gate_judging import Checks, Judge
from send_integration.steps.many_processes import CHILDREN_AT_ONCE, heed_no_terminal
from send_integration.steps.snapshots import pseudonyms_of_the_topic
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.backfill import ChunkKey, take_chunk
from send_integration.store.backfill_children import children_to_evaluate, strike_children_off
from send_integration.store.backfill_letting_in import let_chunk_in
from send_integration.store.engine import open_database
from send_integration.store.erased import Erased
from send_integration.store.timelines import LOCK_BUCKETS, Part, lock_children


class Work(NamedTuple):
    """What every process is to do: in this database, by these expectations and rules, on this day."""

    address: str
    checks_of: Callable[[str], Checks]
    rules: RuleBook
    today: date
    now: datetime
    keys: Path | None = None
    """The folder of the keys by which children stand under pseudonyms; None: their state is said nowhere."""

    def pseudonyms(self) -> Pseudonyms | None:
        """The names of children on send.child-snapshot."""
        return pseudonyms_of_the_topic(self.keys) if self.keys else None


def expectations_of(feed: str) -> Checks:
    """A feed's row expectations, as the gate asks them."""
    from send_integration.quality.checks import RowChecks  # noqa: PLC0415 - takes seconds: a wrong folder is told at once

    return RowChecks(feed).checked


class _Process:
    """What a process keeps from task to task."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.engine: Engine = open_database(work.address)
        self.judge = Judge(work.checks_of)
        self.keeper = TimelineKeeper(self.engine, work.rules, work.pseudonyms(), erased=Erased(work.keys))


_processes: list[_Process] = []
"""The one of this process, once it has begun."""


def begin(work: Work) -> None:
    """Make a process ready; it ends with the one that started it, however that ends."""
    heed_no_terminal()
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    _processes.append(_Process(work))
    collect_seldom()


def _end_with_the_first() -> None:
    first = parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def read(part: ReadPart) -> int:
    """Read a part of a file; gives how many messages there were."""
    mine = _processes[0]
    return read_part(mine.engine, mine.judge, part, mine.work.now)


def let_in(chunk: ChunkKey, feed: str) -> int:
    """Let a part in, unless another was faster; gives how many messages were admitted."""
    mine = _processes[0]
    with mine.engine.begin() as connection:
        if not take_chunk(connection, chunk, "read"):
            return 0
        return let_chunk_in(connection, chunk, feed, mine.work.today)


def evaluate(part: Part) -> int:
    """Evaluate some children of a part whom history has touched; gives how many there were: none, once all are done."""
    mine = _processes[0]
    with mine.engine.begin() as connection:
        due = children_to_evaluate(connection, CHILDREN_AT_ONCE, part.number, part.of, LOCK_BUCKETS)
        if due:
            lock_children(connection, due)
            still = strike_children_off(connection, due)
            mine.keeper.evaluate_history(connection, still, mine.work.today, mine.work.now)
        return len(due)
