"""Opens the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from send_integration.errors import NotReady

CONNECTIONS = 8
IDLE_SECONDS = 10
"""A connection that nobody used for so long is asked whether the server is still there, before it is used again."""


class PageEngine(Engine):
    """An engine for pages, which read much and write little: `begin` is a transaction as ever; what only connects sees each
    statement's own moment, as it would in a transaction of PostgreSQL's own isolation, and saves its beginning and its end."""

    def connect(self) -> Connection:
        """A connection without a transaction around its statements."""
        return super().connect().execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction."""
        with super().connect() as connection, connection.begin():
            yield connection


def open_database(address: str) -> Engine:
    """An engine for a PostgreSQL address. Raises NotReady, without the address's password, where none answers."""
    engine = create_engine(_url(address), pool_size=4, max_overflow=4, pool_pre_ping=True)
    _send_lists_in_binary_form(engine)
    _require_answer(engine)
    return engine


def open_database_for_pages(address: str) -> Engine:
    """The same for pages: a page asks up to twenty questions, and each way to the server and back is to be worth it.

    The connection that was used last is used next: a few do most of the work, and those have what is asked planned already,
    where in turn each of many would meet a question too seldom to keep its plan.
    """
    plain = create_engine(_url(address), pool_size=CONNECTIONS, max_overflow=CONNECTIONS, pool_use_lifo=True)
    _send_lists_in_binary_form(plain)
    _ask_the_idle(plain)
    engine = PageEngine(plain.pool, plain.dialect, plain.url)
    _require_answer(engine)
    return engine


def _url(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def _require_answer(engine: Engine) -> None:
    try:
        engine.connect().close()
    except OperationalError:
        raise NotReady(
            "The database does not answer", where=str(engine.url), next_step="Check SEND_DATABASE and the server."
        ) from None


def _send_lists_in_binary_form(engine: Engine) -> None:
    """As text, which is the driver's choice, each quote of a list's texts is escaped by itself: a flag's JSON took 100 µs."""

    @event.listens_for(engine, "connect")
    def register(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's
        connection.adapters.register_dumper(list, ListBinaryDumper)


def _ask_the_idle(engine: Engine) -> None:
    """Let the pool replace connections that broke while nobody used them; asking each time would cost as much as a query."""

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's
        entry.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 - the driver's
        if time.monotonic() - entry.info.get("used_at", time.monotonic()) > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as fault:
                raise DisconnectionError from fault
