"""Databases that are filled once for a whole run: a test that begins from what a fill brought takes a copy of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration import clock
from send_integration.store.engine import open_database
from tests.integration.databases import READY, a_database, name_of
from tests.integration.steps.pipe import Pipe

Fill = Callable[[Engine], Pipe]
"""Sends a story through the steps into an empty database, and gives the stream that brought it."""


class Filled(NamedTuple):
    """The name of a database as a fill left it, and the stream that brought it there."""

    name: str
    pipe: Pipe


@contextmanager
def filled_database(server: str, fill: Fill) -> Iterator[Filled]:
    """A database for others to be copied from, to which nobody is connected: PostgreSQL copies no other."""
    with a_database(server, READY) as address:
        engine = open_database(address)
        try:
            pipe = fill(engine)
        finally:
            engine.dispose()
        yield Filled(name_of(address), pipe)


class Fills:
    """Every fill of a run, made when a test first asks for it."""

    def __init__(self, server: str, kept: ExitStack) -> None:
        self._server = server
        self._kept = kept
        self._made: dict[tuple[Fill, datetime], Filled] = {}

    def of(self, fill: Fill) -> Filled:
        """What a fill made within this hour.

        Pages say of some things that they came today. Every midnight, London's and Greenwich's, begins an hour: what was
        filled before it would have come yesterday.
        """
        hour = clock.now().replace(minute=0, second=0, microsecond=0)
        if (fill, hour) not in self._made:
            self._made[fill, hour] = self._kept.enter_context(filled_database(self._server, fill))
        return self._made[fill, hour]
