"""Evaluates every child anew, by several processes at once: what a change of the rules asks for.

Each process sweeps a part of the children by the stream's own step, so the answers are the stream's. Whatever a killed
process has not evaluated is still due, and the next run or a worker's sweep takes it up.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.errors import Broken
from send_integration.rules.model import RuleBook
from send_integration.steps.collecting import collect_seldom
from send_integration.steps.many_processes import CHILDREN_AT_ONCE, heed_no_terminal
from send_integration.steps.snapshots import pseudonyms_of_the_topic
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.engine import open_database
from send_integration.store.timelines import Part, make_all_due


class Work(NamedTuple):
    """What every process is to do: evaluate by these rules, on this day, what is due in this database. `keys` is the folder of
    pseudonyms' keys; without it nothing is told on send.child-snapshot."""

    address: str
    rules: RuleBook
    today: date
    now: datetime
    keys: Path | None = None


def make_everybody_due(engine: Engine, today: date) -> None:
    """Let the sweeps that follow evaluate every child."""
    with engine.begin() as connection:
        make_all_due(connection, today)


def reevaluate(work: Work, processes: int, told: Callable[[int], None]) -> int:
    """Evaluate every child who is due; gives how many there were, and tells each number as it is done.

    Raises Broken where a process did not come to its end.
    """
    running = [_start(work, Part(number, processes)) for number in range(processes)]
    done = 0
    faults: list[str] = []
    listening: list[Connection] = [said for _, said in running]
    while listening:
        for said in wait(listening):
            assert isinstance(said, Connection)  # noqa: S101 - nothing else is waited for
            try:
                word = said.recv()
            except EOFError:
                listening.remove(said)
                continue
            if isinstance(word, int):
                done += word
                told(word)
            else:
                faults.append(word)
    _check_ends([process for process, _ in running], faults)
    return done


def _start(work: Work, part: Part) -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")  # a forked process would share the connections of this one
    said, says = context.Pipe(duplex=False)
    process = context.Process(target=_sweep_part, args=(work, part, says), name=f"part {part.number}", daemon=True)
    process.start()
    says.close()  # the process has its own; without this, its end would not be seen
    return process, said


def _check_ends(processes: Sequence[SpawnProcess], faults: Sequence[str]) -> None:
    for process in processes:
        process.join()
    failed = [process.exitcode for process in processes if process.exitcode]
    if failed:
        raise Broken(
            f"{len(failed)} of {len(processes)} processes did not come to their end ({', '.join(faults) or 'killed'})",
            where="evaluating children anew",
            next_step="Start again: what was done is kept, and the rest is still due.",
        )


def _sweep_part(work: Work, part: Part, says: Connection) -> None:
    """Sweep one part, saying each number; of a fault its kind alone, for its text may quote what a source sent."""
    heed_no_terminal()
    collect_seldom()
    try:
        _sweep(work, part, says)
    except BrokenPipeError:
        sys.exit(1)  # the first process was killed: nobody listens any more, and the rest is left to the next run
    except Exception as fault:  # noqa: BLE001 - the last place of this process
        says.send(type(fault).__name__)
        sys.exit(1)


def _sweep(work: Work, part: Part, says: Connection) -> None:
    engine = open_database(work.address)
    pseudonyms = pseudonyms_of_the_topic(work.keys) if work.keys else None
    keeper = TimelineKeeper(engine, work.rules, pseudonyms)
    found = CHILDREN_AT_ONCE
    while found == CHILDREN_AT_ONCE:
        found = keeper.sweep(work.today, work.now, CHILDREN_AT_ONCE, part)
        says.send(found)
    engine.dispose()
