"""Measures what work costs on one core: processor time of Python and of a PostgreSQL of its own, together."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from sqlalchemy import Engine, create_engine, text

from send_integration.embedded.database import embedded_database
from send_integration.steps.collecting import collect_seldom
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate

FOR_MANY_WRITES = {"max_wal_size": "8GB", "checkpoint_timeout": "30min"}
"""The first write to a page after a checkpoint puts the whole page into the log: so checkpoints are to be seldom."""


class Seconds(NamedTuple):
    """Processor time."""

    python: float
    postgres: float


class Measured(NamedTuple):
    """A migrated database of its own, and the folder of its server's data."""

    engine: Engine
    data: Path

    def seconds(self, work: Callable[[], object]) -> Seconds:
        """What some work costs."""
        python, postgres = time.process_time(), self._seconds_of_postgres()
        work()
        return Seconds(time.process_time() - python, self._seconds_of_postgres() - postgres)

    def _seconds_of_postgres(self) -> float:
        """Of the server and of all its processes, those that have ended too."""
        server = psutil.Process(int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
        own = server.cpu_times()
        living = sum(times.user + times.system for one in server.children() for times in [one.cpu_times()])
        return float(own.user + own.system + own.children_user + own.children_system + living)


def take_one_core() -> None:
    """Python and the server that it starts share a core, so that none helps the other; and collect as the worker does."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    collect_seldom()


@contextmanager
def measured_database(shared_buffers: str) -> Iterator[Measured]:
    """An empty database whose server has as much memory as asked, for its default of 128 MB would measure the disk, and is set
    for many writes, as docker-compose.yml sets it."""
    with tempfile.TemporaryDirectory(prefix="send-bench-") as folder:
        data = Path(folder) / "postgresql"
        with embedded_database(data) as address:
            _set(address, {"shared_buffers": shared_buffers, **FOR_MANY_WRITES})
        with embedded_database(data) as address:
            engine = open_database(address)
            migrate(engine)
            yield Measured(engine, data)
            engine.dispose()


def _set(address: str, settings: Mapping[str, str]) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, value in settings.items():
            connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
    engine.dispose()
