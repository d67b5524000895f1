"""What a new record costs in the stream when ten thousand and when a hundred thousand children are known.

`python -m benchmarks.identity.stream [--children N …]`: batches go through the worker's own step into a real PostgreSQL.
What counts is processor time, of Python and of PostgreSQL together: so many records one core would resolve in a second.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from random import Random
from statistics import median, median_low
from typing import NamedTuple

from sqlalchemy import Connection, text

from benchmarks.identity.corpus import Corpus
from benchmarks.identity.simulated import simulated_corpus
from benchmarks.one_core import Measured, measured_database, take_one_core
from send_integration.identity import compare, features, judge, pairs, records
from send_integration.identity.model import default_model
from send_integration.identity.records import FirstSeen, PersonRecord
from send_integration.steps.identity import resolve
from send_integration.store.engine import open_database
from send_integration.store.people import asserted_before, lock_identity

NEW_RECORDS = 10_000
"""The last of so many children: one of each, for a second record of a child would find warm what the first brought, and
of ten thousand children more come twice than of a hundred thousand."""

BATCH = 2_500
"""Records; the worker takes what waits, and where there is much this many and more."""

TIMES = 15
"""So often the same new records are measured in each town, each time undone; the middle one counts. The growth of one round
differs from the next one's by a tenth, for a machine that others use too is faster at one time than at another."""

SHARED_BUFFERS = "1GB"
"""As for a server of 4 GB."""


class Town(NamedTuple):
    """A filled database: of how many children, how many records it holds, and which are to be measured."""

    children: int
    known: int
    new: list[PersonRecord]
    filled_a_second: float
    database: Measured


class Cost(NamedTuple):
    """What a new record costs, in millionths of a second of processor time; costs sort by `each`, which is the sum."""

    each: float
    python: float
    postgres: float


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity.stream", description=__doc__)
    parser.add_argument("--children", type=int, action="append", help="children known; may be repeated")
    parser.add_argument("--seed", type=int, default=821, help="seed of the simulated authority")
    given = parser.parse_args()
    take_one_core()
    with ExitStack() as stack:
        towns = [stack.enter_context(_town(children, given.seed)) for children in given.children or (10_000, 100_000)]
        costs = [[_cost_of_new(town) for town in towns] for _ in range(TIMES)]
    _print(towns, costs)


def _print(towns: Sequence[Town], costs: Sequence[Sequence[Cost]]) -> None:
    """A line for each number of children, of the round in the middle; and how the cost grows, by the rounds' own."""
    print(
        f"{'children':>10}{'known':>10}{'new':>8}{'records/s':>11}{'µs each':>9}{'Python':>8}{'PostgreSQL':>12}{'filled/s':>10}"
    )
    for number, town in enumerate(towns):
        cost = median_low(of_round[number] for of_round in costs)
        print(
            f"{town.children:>10,}{town.known:>10,}{len(town.new):>8,}{1e6 / cost.each:>11,.0f}{cost.each:>9.0f}"
            f"{cost.python:>8.0f}{cost.postgres:>12.0f}{town.filled_a_second:>10,.0f}"
        )
    for number, town in enumerate(towns[1:], start=1):
        growth = [of_round[number].each / of_round[0].each - 1 for of_round in costs]
        print(
            f"{town.children:,} against {towns[0].children:,}: {median(growth):+.0%} ({', '.join(f'{g:+.0%}' for g in growth)})"
        )


@contextmanager
def _town(children: int, seed: int) -> Iterator[Town]:
    """A database with what a simulated authority's agencies wrote, but for some children's last records.

    Another process fills it: a worker does not hold all records that there are, which makes all that Python does slower.
    """
    with measured_database(SHARED_BUFFERS) as database:
        address = database.engine.url.render_as_string(hide_password=False)
        with ProcessPoolExecutor(1, get_context("spawn")) as filler:
            known, new, filled = filler.submit(_fill, address, children, seed).result()
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("ALTER SYSTEM SET autovacuum = off"))  # it would clear up after what is undone
            connection.execute(text("SELECT pg_reload_conf()"))
        yield Town(children, known, new, filled, database)


def _fill(address: str, children: int, seed: int) -> tuple[int, list[PersonRecord], float]:
    """Resolve all records but those to be measured; how many these were, which are left, and how many a second."""
    known, new = _all_but_some_last(simulated_corpus(children, seed=seed, dirt="usual", nhs_share=0.5), Random(seed))
    engine = open_database(address)
    began = time.perf_counter()
    for first in range(0, len(known), BATCH):
        with engine.begin() as connection:
            _resolve(connection, known[first : first + BATCH], first)
    return len(known), new, len(known) / (time.perf_counter() - began)


def _cost_of_new(town: Town) -> Cost:
    """What new records cost that are seen for the first time, as in a worker that has just started; they are undone."""
    _forget_what_was_compared()
    with town.database.engine.connect() as connection:
        spent = town.database.seconds(lambda: _resolve(connection, town.new, town.known))
        connection.rollback()
    return Cost(*(seconds / len(town.new) * 1e6 for seconds in (spent.python + spent.postgres, *spent)))


def _all_but_some_last(corpus: Corpus, random: Random) -> tuple[list[PersonRecord], list[PersonRecord]]:
    whose: dict[PersonRecord, str] = {}
    for known in corpus:
        whose.setdefault(known.record, known.truth)
    last = {child: record for record, child in whose.items()}
    new = set(random.sample(list(last.values()), min(NEW_RECORDS, len(last))))
    return [record for record in whose if record not in new], [record for record in whose if record in new]


def _resolve(connection: Connection, found: Sequence[PersonRecord], before: int) -> None:
    """Resolve records in batches, in one transaction that the caller ends."""
    model = default_model()
    for asserted in _batches(found, before):
        lock_identity(connection, exclusive=True)
        resolve(connection, asserted, asserted_before(connection, asserted), model)


def _batches(found: Sequence[PersonRecord], before: int) -> Iterator[Mapping[PersonRecord, FirstSeen]]:
    start = datetime(2025, 1, 16, tzinfo=UTC)
    for first in range(0, len(found), BATCH):
        yield {
            record: FirstSeen(
                start + timedelta(seconds=before + first + number), record.source, str(before + first + number)
            )
            for number, record in enumerate(found[first : first + BATCH])
        }


def _forget_what_was_compared() -> None:
    """Empty every cache of what records are and how they compare."""
    for module in (compare, features, judge, pairs, records):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


if __name__ == "__main__":
    main()
