"""What the daily sweep and the evaluation of every child cost, as they really run, on two cores and a real PostgreSQL.

`python -m benchmarks.rules.cost [--children N] [--rules N]`: children of 30 events each, as a simulated authority's agencies
write them. Beside it, in the same run: reading the same events from the same database, and doing nothing with them.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import NamedTuple

from sqlalchemy import text

from benchmarks.one_core import Measured, measured_database
from benchmarks.rules.book import changed, rule_book
from benchmarks.rules.filling import fill
from benchmarks.rules.histories import LENGTH, UNTIL
from benchmarks.rules.stages import Stage, stages
from send_integration.contracts.registry import read
from send_integration.steps.collecting import collect_seldom
from send_integration.steps.many_processes import CHILDREN_AT_ONCE
from send_integration.steps.reevaluating import Work, make_everybody_due, reevaluate
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.engine import open_database
from send_integration.store.timelines import Part, events_of_children
from streams.clock import SWEEP_CHILDREN

CORES = 2
SHARED_BUFFERS = "1GB"
"""As for a server of 4 GB."""

DUE_SHARE = 0.02
NOW = datetime(2025, 1, 17, tzinfo=UTC)


class Cost(NamedTuple):
    """What some work on some children took: seconds on the wall, of Python, of PostgreSQL; and the most memory of a process."""

    children: int
    wall: float
    python: float
    postgres: float
    megabytes: float


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules.cost", description=__doc__)
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument(
        "--rules", type=int, default=74, help="copies of the catalogue's rules make up what it has fewer"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulated authority")
    given = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    book, copies = rule_book(given.rules)
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        _print_stages(*alone.submit(stages, given.rules, given.seed).result())
    with measured_database(SHARED_BUFFERS) as database:
        address = database.engine.url.render_as_string(hide_password=False)
        began = time.perf_counter()
        with ProcessPoolExecutor(1, get_context("spawn")) as filler:
            found = filler.submit(fill, address, given.children, given.seed).result()
        _settle(database)
        filled = time.perf_counter() - began
        print(
            f"{given.children:,} children of {LENGTH} events each in {found:,} shapes, filled in {filled:.0f} s;"
            f" {len(book.rules)} rules, {copies} of them copies; {CORES} cores"
        )
        _measure(database, Work(address, book, UNTIL, NOW))


def _print_stages(found: Sequence[Stage], of_rules: Sequence[Stage]) -> None:
    print("µs a child, in Python alone")
    for stage in found:
        print(f"  {stage.what:<44}{stage.each:>8,.0f}")
    print(f"µs a child, the ten dearest of {len(of_rules)} rules")
    for stage in of_rules[:10]:
        print(f"  {stage.what:<44}{stage.each:>8,.1f}")


def _measure(database: Measured, first: Work) -> None:
    print(
        f"{'what':<46}{'children':>10}{'flags':>9}{'wall s':>8}{'Python s':>10}{'PostgreSQL s':>14}{'µs/child':>10}{'MB':>6}"
    )
    _report(database, "reading the events alone", lambda: _in_processes(_read_alone, first))
    _report(database, "every child for the first time", lambda: _evaluate(first))
    _settle(database)
    day = _day_of_sweep(database)
    swept = first._replace(today=day)
    _report(database, f"the daily sweep, {day}, as a worker's leader", lambda: _sweep(database, swept))
    other, chosen = changed(first.rules)
    make_everybody_due(database.engine, day)
    _settle(database)
    again = swept._replace(rules=other)
    _report(database, f"every child anew, {len(chosen)} rules changed", lambda: _evaluate(again))


def _report(database: Measured, what: str, work: Callable[[], int]) -> None:
    """Do some work and print what it took."""
    flags = _flag_changes(database)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, done = time.perf_counter(), list[int]()
    spent = database.seconds(lambda: done.append(work()))
    wall = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    python = spent.python + usage.ru_utime + usage.ru_stime - ended.ru_utime - ended.ru_stime
    each = (python + spent.postgres) / max(1, done[0]) * 1e6
    print(
        f"{what:<46}{done[0]:>10,}{_flag_changes(database) - flags:>9,}{wall:>8.1f}{python:>10.1f}{spent.postgres:>14.1f}"
        f"{each:>10,.0f}{usage.ru_maxrss / 1024:>6.0f}",
        flush=True,
    )


def _evaluate(work: Work) -> int:
    return reevaluate(work, CORES, lambda _: None)


def _sweep(database: Measured, work: Work) -> int:
    """As streams/clock.py does: one thread, batch after batch until less than a batch is found."""
    keeper = TimelineKeeper(database.engine, work.rules)
    collect_seldom()
    done = 0
    found = SWEEP_CHILDREN
    while found == SWEEP_CHILDREN:
        found = keeper.sweep(work.today, work.now, SWEEP_CHILDREN)
        done += found
    return done


def _in_processes(task: Callable[[str, Part], int], work: Work) -> int:
    with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        return sum(pool.map(task, [work.address] * CORES, [Part(number, CORES) for number in range(CORES)]))


def _read_alone(address: str, part: Part) -> int:
    """Read the events of a part of all children, batch by batch; gives of how many children."""
    engine = open_database(address)
    collect_seldom()
    with engine.connect() as connection:
        children = list(connection.execute(text("SELECT child_id FROM child ORDER BY child_id")).scalars())
        own = children[part.number :: part.of]
        for first in range(0, len(own), CHILDREN_AT_ONCE):
            for _, body, _ in events_of_children(connection, own[first : first + CHILDREN_AT_ONCE]):
                read(body)
    return len(own)


def _day_of_sweep(database: Measured) -> date:
    """The first day on which the calendar alone has brought so many children to be evaluated."""
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT next_change_on, sum(count(*)) OVER (ORDER BY next_change_on) >= :share * (SELECT count(*) FROM child)"
                " FROM child WHERE next_change_on IS NOT NULL GROUP BY 1 ORDER BY 1"
            ),
            {"share": DUE_SHARE},
        )
        day: date = next(day for day, enough in rows if enough)
        return day


def _settle(database: Measured) -> None:
    """What a server does by itself in quiet hours, done at once, so that it falls into no measurement."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _flag_changes(database: Measured) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM flag_change")).scalar_one())


if __name__ == "__main__":
    main()
