"""What a new record costs in the stream when ten thousand and when a hundred thousand children are known.

`python -m benchmarks.identity.stream [--children N …]`: batches go through the worker's own step into a real PostgreSQL.
What counts is processor time, of Python and of PostgreSQL together: so many records one core would resolve in a second.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine, text

from benchmarks.identity.corpus import Corpus
from benchmarks.identity.simulated import simulated_corpus
from benchmarks.one_core import measured_database, take_one_core
from send_integration.identity import compare, features, judge, pairs, records
from send_integration.identity.model import default_model
from send_integration.identity.records import FirstSeen, PersonRecord
from send_integration.steps.identity import resolve
from send_integration.store.people import asserted_before, lock_identity

NEW_RECORDS = 10_000
"""The last of so many children: one of each, for a second record of a child would find warm what the first brought, and
of ten thousand children more come twice than of a hundred thousand."""

BATCH = 2_500
"""Records; the worker takes what waits, and where there is much this many and more."""

SHARED_BUFFERS = "1GB"
"""As for a server of 4 GB."""


class Cost(NamedTuple):
    """What new records cost, in seconds of processor time, where `known` others were there before."""

    known: int
    new: int
    python: float
    postgres: float
    filled_a_second: float

    @property
    def each(self) -> float:
        """Seconds for one record."""
        return (self.python + self.postgres) / self.new


def main() -> None:
    """Measure and print a line for each number of children, and how the cost grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity.stream", description=__doc__)
    parser.add_argument("--children", type=int, action="append", help="children known; may be repeated")
    parser.add_argument("--seed", type=int, default=821, help="seed of the simulated authority")
    given = parser.parse_args()
    take_one_core()
    print(
        f"{'children':>10}{'known':>10}{'new':>8}{'records/s':>11}{'µs each':>9}{'Python':>8}{'PostgreSQL':>12}{'filled/s':>10}"
    )
    first: Cost | None = None
    for children in given.children or (10_000, 100_000):
        cost = measured(children, given.seed)
        print(
            f"{children:>10,}{cost.known:>10,}{cost.new:>8,}{1 / cost.each:>11,.0f}{cost.each * 1e6:>9.0f}"
            f"{cost.python / cost.new * 1e6:>8.0f}{cost.postgres / cost.new * 1e6:>12.0f}{cost.filled_a_second:>10,.0f}",
            flush=True,
        )
        first = first or cost
        if cost is not first:
            print(f"cost of a record against the first line: {cost.each / first.each - 1:+.0%}")


def measured(children: int, seed: int) -> Cost:
    """Fill a database with what a simulated authority's agencies wrote, but for some children's last, and measure these."""
    known, new = _all_but_some_last(simulated_corpus(children, seed=seed, dirt="usual", nhs_share=0.5), Random(seed))
    with measured_database(SHARED_BUFFERS) as database:
        engine = database.engine
        began = time.perf_counter()
        _resolve(engine, known, 0)
        filled = len(known) / (time.perf_counter() - began)
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        _forget_what_was_compared()
        spent = database.seconds(lambda: _resolve(engine, new, len(known)))
    return Cost(len(known), len(new), spent.python, spent.postgres, filled)


def _all_but_some_last(corpus: Corpus, random: Random) -> tuple[list[PersonRecord], list[PersonRecord]]:
    whose: dict[PersonRecord, str] = {}
    for known in corpus:
        whose.setdefault(known.record, known.truth)
    last = {child: record for record, child in whose.items()}
    new = set(random.sample(list(last.values()), min(NEW_RECORDS, len(last))))
    return [record for record in whose if record not in new], [record for record in whose if record in new]


def _resolve(engine: Engine, found: Sequence[PersonRecord], before: int) -> None:
    model = default_model()
    for asserted in _batches(found, before):
        with engine.begin() as connection:
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
    """The next records are seen for the first time, as in a worker that has just started."""
    for module in (compare, features, judge, pairs, records):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


if __name__ == "__main__":
    main()
