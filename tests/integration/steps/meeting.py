"""Steps of several workers made to meet in the midst of their transactions."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine, text

Result = TypeVar("Result")

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def meet(
    engine: Engine, hold: str, steps: Sequence[Callable[[], Result]], meanwhile: Callable[[], object] = lambda: None
) -> list[Result]:
    """Start steps one after the other, each of which comes to wait while a transaction holds something, do something
    `meanwhile`; give what the steps gave once it is let go. `hold` is the statement that holds."""
    with ThreadPoolExecutor(len(steps)) as threads:
        started: list[Future[Result]] = []
        with engine.begin() as holding:
            holding.execute(text(hold))
            for number, step in enumerate(steps, start=1):
                started.append(threads.submit(step))
                _wait_until_waiting(engine, started[-1], number)
            meanwhile()
        return [step.result(timeout=30) for step in started]


def _wait_until_waiting(engine: Engine, last: Future[Result], locks: int) -> None:
    """Until so many transactions wait for a lock; a step that ended before tells why."""
    waiting = 0
    while waiting < locks:
        if last.done():
            raise AssertionError("The step did not wait") from last.exception()
        with engine.connect() as connection:
            waiting = connection.execute(WAITING).scalar_one()
