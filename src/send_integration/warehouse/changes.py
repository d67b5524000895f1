"""What changed in the warehouse since a moment: rows to take in, and keys of rows to take out, as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from send_integration.errors import BadInput
from send_integration.warehouse.history import key_of, keys_of, told_columns

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
        return self._read(
            f"SELECT {columns} FROM warehouse.{table.name} WHERE unstated_at IS NULL"  # noqa: S608 - names of ours
            " AND stated_at > coalesce(cast(:since AS timestamptz), '-infinity')"
        )

    def gone(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """Of rows that stood at `since`, and under whose key none stands any more, key and moment."""
        key, name = key_of(table), f"warehouse.{table.name}"
        same_key = " AND ".join(f"n.{column} = h.{column}" for column in keys_of(table))
        return self._read(
            f"SELECT {key}, unstated_at FROM {name} h WHERE unstated_at > :since AND stated_at <= :since"  # noqa: S608 - as above
            f" AND NOT EXISTS (SELECT FROM {name} n WHERE n.unstated_at IS NULL AND {same_key})"
        )

    def _read(self, query: str) -> Iterator[tuple[Any, ...]]:
        rows = self._connection.execution_options(yield_per=ROWS_AT_ONCE).execute(text(query), {"since": self.since})
        return (tuple(row) for row in rows)


@contextmanager
def changes_since(engine: Engine, since: datetime | None) -> Iterator[Changes]:
    """What changed since a moment, or all. Raises BadInput for a moment of which the tables know nothing."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        begun_at, stated_at = connection.execute(
            text("SELECT begun_at, stated_at FROM reporting_intake.restating")
        ).one()
        if since is not None and since > stated_at:
            raise BadInput(
                f"Nothing is known yet of what comes after {stated_at.isoformat()}",
                where="--since",
                next_step="Give the watermark of the manifest that was written last.",
            )
        if since is not None and since < begun_at:
            raise BadInput(
                f"The tables were filled from nothing at {begun_at.isoformat()}",
                where="--since",
                next_step="Leave --since out, and put what is written in the place of all that you hold.",
            )
        yield Changes(since, stated_at, connection)
