"""Writes many rows at once with COPY in its binary form."""

from collections.abc import Iterable, Sequence

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
