"""Writes many rows at once with COPY, and reads many, in PostgreSQL's binary form: its text is twice as long."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection


def copy_rows(
    connection: Connection, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]
) -> None:
    """Copy `rows` into `table`; `columns` are pairs of name and PostgreSQL type."""
    names = ", ".join(f'"{name}"' for name, _ in columns)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has its driver's
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([kind for _, kind in columns])
        for row in rows:
            copy.write_row(row)


def read_rows(connection: Connection, query: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The rows of a query in the driver's own form, its parameters written as %(name)s."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has its driver's
    with driver.cursor(binary=True) as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
