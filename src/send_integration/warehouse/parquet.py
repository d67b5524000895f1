"""Writes the warehouse's rows as Parquet, which every engine of analysts reads, with DuckDB."""

from pathlib import Path

import duckdb
from sqlalchemy import Boolean, Date, Double, Integer, Table, Text

from send_integration.warehouse.history import told_columns

DUCKDB_TYPES: dict[type[object], str] = {
    Text: "VARCHAR", Date: "DATE", Integer: "INTEGER", Boolean: "BOOLEAN", Double: "DOUBLE",
}  # fmt: skip

DAY_OF_FACT = {
    "fact_event": "happened_on",
    "fact_ehc_request": "requested_on",
    "fact_review": "held_on",
    "fact_milestone": "due_on",
    "fact_flag": "stands_since",
    "fact_episode": "opened_on",
    "fact_appointment": "happened_on",
    "fact_attendance": "from_on",
    "fact_exclusion": "happened_on",
    "fact_support": "",
    "fact_panel_decision": "decided_on",
    "fact_destination": "recorded_for_on",
    "fact_involvement": "since_on",
}
"""The day by which a fact is asked for; support has several, and is written whole, as dimensions are."""


def to_parquet(table: Table, written: Path, to: Path) -> None:
    """Write the rows of a table, which stand in a CSV file with a header, as Parquet, typed as the table is."""
    columns = {column.name: DUCKDB_TYPES[type(column.type)] for column in told_columns(table)}
    with duckdb.connect(":memory:") as connection:
        rows = connection.read_csv(
            str(written), header=True, columns=columns, delimiter=",", quotechar='"', escapechar='"', parallel=False
        )
        rows.write_parquet(str(to), compression="zstd")
    to.chmod(0o600)
