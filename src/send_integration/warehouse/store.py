"""Restates children: of what every table says of them, the rows that changed, and no others."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Boolean, Connection, Date, Double, Integer, Table, Text, text

from send_integration.store.bulk import copy_rows
from send_integration.warehouse.history import CHILD, keys_of, told_columns, view_of
from send_integration.warehouse.row_keys import Rows
from send_integration.warehouse.tables import ALL, OF_A_CHILD, OF_ALL

POSTGRESQL_TYPES: dict[type[object], str] = {
    Text: "text", Date: "date", Integer: "int4", Boolean: "bool", Double: "float8",
}  # fmt: skip
"""The types of the tables' columns, as COPY names them."""


def restate_children(
    connection: Connection, moment: datetime, children: Collection[str], rows: Iterable[Mapping[str, Rows]]
) -> None:
    """From a moment on the rows of some children, by their pseudonyms, are these; of whom none is given, none stands."""
    told = list(rows)
    for table in OF_A_CHILD:
        _restate(connection, table, moment, [row for found in told for row in found[view_of(table)]], sorted(children))


def restate_shared(connection: Connection, moment: datetime, rows: Mapping[str, Rows]) -> None:
    """From a moment on the rows of the tables that are the same for every child are these."""
    for table in OF_ALL:
        _restate(connection, table, moment, rows[view_of(table)], None)


def _restate(
    connection: Connection, table: Table, moment: datetime, rows: Rows, children: Collection[str] | None
) -> None:
    """End what stands and is not given, as it is given, and let stand what is given and does not stand; of some children
    alone, where the table is of children."""
    new, columns = f"restated_{view_of(table)}", [column.name for column in told_columns(table)]
    whose = "" if children is None else f" AND h.{CHILD} = ANY(:children)"
    given = {"moment": moment} if children is None else {"moment": moment, "children": children}
    same_key = " AND ".join(f"n.{key} = h.{key}" for key in keys_of(table))
    same = f"{same_key} AND ({_of('n', columns)}) IS NOT DISTINCT FROM ({_of('h', columns)})"
    if rows:
        _bring(connection, table, new, rows)
    unless_given = f" AND NOT EXISTS (SELECT FROM {new} n WHERE {same})" if rows else ""
    connection.execute(
        text(
            f"UPDATE warehouse.{table.name} h SET unstated_at = :moment"  # noqa: S608 - names of ours
            f" WHERE h.unstated_at IS NULL{whose}{unless_given}"
        ),
        given,
    )
    if rows:
        connection.execute(
            text(
                f"INSERT INTO warehouse.{table.name} ({', '.join(columns)}, stated_at)"  # noqa: S608 - as above
                f" SELECT {_of('n', columns)}, :moment FROM {new} n WHERE NOT EXISTS (SELECT"
                f" FROM warehouse.{table.name} h WHERE h.unstated_at IS NULL{whose} AND {same_key})"
            ),
            given,
        )


def _bring(connection: Connection, table: Table, new: str, rows: Rows) -> None:
    """Copy rows to the database, to be compared there; they are gone with the transaction."""
    columns = told_columns(table)
    connection.execute(
        text(
            f"CREATE TEMP TABLE IF NOT EXISTS {new} ON COMMIT DELETE ROWS AS"  # noqa: S608 - as above
            f" SELECT {', '.join(column.name for column in columns)} FROM warehouse.{table.name} WITH NO DATA"
        )
    )
    copy_rows(connection, new, [(column.name, POSTGRESQL_TYPES[type(column.type)]) for column in columns], rows)


def forget_places(connection: Connection, children: Collection[str]) -> None:
    """Take from some children's rows, those that stood in the past too, whatever could lead to where they are."""
    for table in OF_A_CHILD:
        locating = [column.name for column in table.columns if column.info.get("locates")]
        if locating and children:
            connection.execute(
                text(
                    f"UPDATE warehouse.{table.name} SET {', '.join(f'{name} = NULL' for name in locating)}"  # noqa: S608 - as above
                    f" WHERE {CHILD} = ANY(:children) AND ({' OR '.join(f'{name} IS NOT NULL' for name in locating)})"
                ),
                {"children": sorted(children)},
            )


def forget_all(connection: Connection) -> None:
    """Empty every table, its past too."""
    tables = [f"warehouse.{table.name}" for table in ALL]
    connection.execute(text("TRUNCATE " + ", ".join([*tables, "reporting_intake.erased_row"])))


def _of(alias: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in columns)
