"""What is taken out of the warehouse: what stands, or stood at a moment, and what changed since one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from send_integration.errors import BadInput
from send_integration.warehouse.history import CHILD, key_of, keys_of, told_columns, view_of

ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after `since`, which is None for all that stands, up to `watermark`; read within one transaction.

    Whoever holds what stood at `since`, takes out the rows that are gone and takes in the rows that are told, in the place
    of those with their keys, holds what stands at `watermark`. No key is in both.
    """

    since: datetime | None
    watermark: datetime
    _connection: Connection

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows that stand and did not at `since`, in the order of the view's columns."""
        columns = ", ".join(column.name for column in told_columns(table))
        return _read(
            self._connection,
            f"SELECT {columns} FROM warehouse.{table.name} WHERE unstated_at IS NULL"  # noqa: S608 - names of ours
            " AND stated_at > coalesce(cast(:since AS timestamptz), '-infinity')",
            {"since": self.since},
        )

    def gone(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """Of rows that stood at `since`, and under whose key none stands any more, key and moment; those too that were
        erased with their child, of which nothing else is left."""
        key, name = key_of(table), f"warehouse.{table.name}"
        same_key = " AND ".join(f"n.{column} = h.{column}" for column in keys_of(table))
        erased = (
            " UNION ALL SELECT row_key, unstated_at FROM reporting_intake.erased_row h WHERE view = :view"  # noqa: S608 - as above
            " AND unstated_at > :since AND stated_at <= :since"
            f" AND NOT EXISTS (SELECT FROM {name} n WHERE n.unstated_at IS NULL AND n.{key} = h.row_key)"
        )
        of_children = CHILD in table.columns
        return _read(
            self._connection,
            f"SELECT {key}, unstated_at FROM {name} h WHERE unstated_at > :since AND stated_at <= :since"  # noqa: S608 - as above
            f" AND NOT EXISTS (SELECT FROM {name} n WHERE n.unstated_at IS NULL AND {same_key}){erased if of_children else ''}",
            {"since": self.since, **({"view": view_of(table)} if of_children else {})},
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands, or stood at `moment`; read within one transaction."""

    moment: datetime
    connection: Connection

    def rows(self, table: Table, day: str, first: date | None, last: date | None) -> Iterator[tuple[Any, ...]]:
        """The rows of a view, in the order of its columns; where a column `day` is named, those of some days alone."""
        columns = ", ".join(column.name for column in told_columns(table))
        within = f" WHERE {day} BETWEEN coalesce(cast(:first AS date), '-infinity') AND coalesce(cast(:last AS date), 'infinity')"
        return _read(
            self.connection,
            f"SELECT {columns} FROM warehouse.{view_of(table)}{within if day else ''}",  # noqa: S608 - as above
            {"first": first, "last": last} if day else {},
        )


@contextmanager
def changes_since(engine: Engine, since: datetime | None) -> Iterator[Changes]:
    """What changed since a moment, or all. Raises BadInput for a moment of which the tables know nothing."""
    with _at_one_moment(engine) as connection:
        yield Changes(since, _known(connection, since, "--since"), connection)


@contextmanager
def standing_at(engine: Engine, as_was: datetime | None) -> Iterator[Standing]:
    """What stands, or stood at a moment. Raises BadInput for a moment of which the tables know nothing."""
    with _at_one_moment(engine) as connection:
        watermark = _known(connection, as_was, "--as-was")
        moment = as_was or watermark
        connection.execute(text("SELECT set_config('send.as_was', :moment, true)"), {"moment": moment.isoformat()})
        yield Standing(moment, connection)


def _at_one_moment(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def _known(connection: Connection, asked: datetime | None, where: str) -> datetime:
    """The moment up to which the tables are worked out."""
    begun_at, stated_at = connection.execute(text("SELECT begun_at, stated_at FROM reporting_intake.restating")).one()
    if asked is not None and asked > stated_at:
        raise BadInput(
            f"Nothing is known yet of what comes after {stated_at.isoformat()}",
            where=where,
            next_step="Give the watermark of a manifest that was written.",
        )
    if asked is not None and asked < begun_at:
        raise BadInput(
            f"The tables were filled from nothing at {begun_at.isoformat()}",
            where=where,
            next_step="Leave it out, and put what is written in the place of all that you hold.",
        )
    moment: datetime = stated_at
    return moment


def _read(connection: Connection, query: str, given: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(text(query), given)
    return (tuple(row) for row in rows)
