"""Looks back over the histories of many children, in batches and with as many processes as are given; writes nothing."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from sqlalchemy import Connection

from send_integration.rules.history import ChildHistory, histories_of
from send_integration.steps.answering import known_of

BATCH_CHILDREN = 200
"""Children a query: enough that the way to the database is nothing, few enough that a progress bar moves every second."""

Found = TypeVar("Found")


def read_histories(connection: Connection, children: Iterable[str]) -> list[ChildHistory]:
    """The histories of some children, whose events they are by what is decided today: one query for all."""
    wanted = set(children)
    known = known_of(connection, wanted, {})
    return histories_of(known.events, known.child_of, wanted)


def in_batches(
    work: Callable[[Sequence[str]], Found], children: Sequence[str], processes: int
) -> Iterator[tuple[int, Found]]:
    """What `work` finds of each batch of children, and how many children those are, in the order in which it is done.

    With more than one process `work` goes to others, so it must be a plain function with plain arguments.
    """
    batches = [children[start : start + BATCH_CHILDREN] for start in range(0, len(children), BATCH_CHILDREN)]
    if processes == 1 or len(batches) < 2:
        for batch in batches:
            yield len(batch), work(batch)
        return
    # Started anew: a copy of this process would share its connections to the database.
    pool = ProcessPoolExecutor(min(processes, len(batches)), multiprocessing.get_context("spawn"))
    try:
        under_way = {pool.submit(work, batch): len(batch) for batch in batches}
        for done in as_completed(under_way):
            yield under_way[done], done.result()
    finally:
        pool.shutdown(cancel_futures=True)
