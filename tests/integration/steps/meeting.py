"""Steps of several workers made to meet in the midst of their transactions."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine, text

from send_integration.store.engine import open_database

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


@contextmanager
def never_waiting(engine: Engine) -> Iterator[Engine]:
    """The same database for a step that is not to wait for what somebody holds: there it fails, if it does."""
    address = engine.url.update_query_dict({"options": "-c lock_timeout=2s"})
    opened = open_database(address.render_as_string(hide_password=False))
    try:
        yield opened
    finally:
        opened.dispose()
