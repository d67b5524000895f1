"""What schema drift is told from: refused messages, the fields that used to come, and columns that no mapping names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.drift import Refused

READ_AT_MOST = 20_000
"""Refused messages that one report reads, the latest; more of one kind say nothing new."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column that a mapping does not name ('new'), or that it names and the file lacks ('missing')."""

    mapping: str
    source: str
    column: str
    what: str
    type: str
    shapes: tuple[str, ...]
    likely_field: str
    files: int
    first_seen: datetime
    last_seen: datetime


def refused_by_contract(engine: Engine, feed: str | None) -> list[Refused]:
    """Open quarantined messages with a field, type or code that the contract does not know."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT feed, raw, quarantined_at FROM quarantine WHERE status = 'open'"
                " AND (cast(:feed AS text) IS NULL OR feed = :feed)"
                ' AND jsonb_path_exists(reasons, \'$[*] ? (@.code == "unknown-field" || @.code == "unknown-type"'
                ' || @.code == "unknown-code")\') ORDER BY id DESC LIMIT :most'
            ),
            {"feed": feed, "most": READ_AT_MOST},
        )
        return [Refused(row[0], bytes(row[1]), row[2]) for row in rows]


def accepted_of(engine: Engine, sources: Iterable[str]) -> list[tuple[str, bytes]]:
    """Some sources' accepted events, as the bytes they were; of each source 500."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT s, told.raw FROM unnest(cast(:sources AS text[])) AS s"
                " CROSS JOIN LATERAL (SELECT raw FROM admitted WHERE source = s LIMIT 500) AS told"
            ),
            {"sources": sorted(set(sources))},
        )
        return [(row[0], bytes(row[1])) for row in rows]


def keep_columns(connection: Connection, columns: Iterable[CsvColumn]) -> None:
    """Count a file's new and missing columns with those of earlier files.

    They are taken in one order: two files of one source that have them in other orders do not wait in a ring.
    """
    for column in sorted(columns, key=lambda column: (column.mapping, column.source, column.column, column.what)):
        connection.execute(
            text(
                "INSERT INTO csv_column (mapping, source, column_name, what, type, shapes, likely_field, files, first_seen,"
                " last_seen) VALUES (:mapping, :source, :column, :what, :type, :shapes, :likely_field, :files, :first_seen,"
                " :last_seen) ON CONFLICT (mapping, source, column_name, what) DO UPDATE SET type = excluded.type,"
                " shapes = excluded.shapes, likely_field = excluded.likely_field, last_seen = excluded.last_seen,"
                " files = csv_column.files + excluded.files"
            ),
            {name: getattr(column, name) for name in CsvColumn.__slots__} | {"shapes": list(column.shapes)},
        )


def csv_columns(engine: Engine) -> list[CsvColumn]:
    """Every new and missing column, the latest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT mapping, source, column_name, what, type, shapes, likely_field, files, first_seen, last_seen"
                " FROM csv_column ORDER BY last_seen DESC, mapping, column_name, what"
            )
        )
        return [
            CsvColumn(row[0], row[1], row[2], row[3], row[4], tuple(row[5]), row[6], row[7], row[8], row[9])
            for row in rows
        ]
