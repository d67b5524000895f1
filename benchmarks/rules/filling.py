"""Fills a database with children whose histories are all of one length, quickly: rows are made, and nothing is judged."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from benchmarks.rules.histories import UNTIL, Shape, shapes
from send_integration.store.bulk import copy_rows
from send_integration.store.engine import open_database

COLUMNS = (
    ("source", "text"),
    ("event_id", "text"),
    ("child_id", "text"),
    ("decision", "int8"),
    ("recorded_at", "timestamptz"),
    ("target", "text"),
    ("body", "bytea"),
    ("shown_since", "timestamptz"),
)

ARRIVED = datetime(2025, 1, 16, 18, tzinfo=UTC)


def fill(address: str, children: int, seed: int) -> int:
    """Put so many children in, none of them evaluated and all of them due; gives how many shapes their histories have."""
    found = shapes(seed)
    engine = open_database(address)
    with engine.begin() as connection:
        copy_rows(connection, "event", COLUMNS, _events(found, children))
        _add_children(connection, children)
    engine.dispose()
    return len(found)


def _events(found: list[Shape], children: int) -> Iterator[tuple[object, ...]]:
    for number in range(children):
        for source, event_id, recorded_at, target, body in found[number % len(found)].of_child(number):
            yield source, event_id, f"child-{number}", 1, recorded_at, target, body, ARRIVED


def _add_children(connection: Connection, children: int) -> None:
    """Rows that say nothing yet and are due, for the first evaluation to write."""
    connection.execute(
        text(
            "INSERT INTO child (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags,"
            " restricted, evaluated_on, next_change_on) SELECT 'child-' || n, '{}', '[]', '', '', :until, 0, 0, false,"
            " :until, :until FROM generate_series(0, :last) AS n"
        ),
        {"until": UNTIL, "last": children - 1},
    )
