"""Takes a child out of the warehouse, its past too, and leaves of each row its key, for those who took it out."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Table, text

from send_integration.contracts.event import EventKey
from send_integration.warehouse.history import CHILD, key_of, view_of
from send_integration.warehouse.tables import OF_A_CHILD


def holds_anything(connection: Connection) -> bool:
    """Whether the warehouse was ever filled."""
    found: bool = connection.execute(text("SELECT key_check IS NOT NULL FROM reporting_intake.restating")).scalar_one()
    return found


def forget_clean_events(connection: Connection) -> int:
    """Erase the reports' copy of the child's events, and when it is to be restated."""
    gone = connection.execute(
        text(
            "DELETE FROM reporting_intake.clean_event WHERE (source, event_id) IN (SELECT source, event_id FROM erasing_event)"
        )
    ).rowcount
    return (
        gone
        + connection.execute(
            text("DELETE FROM reporting_intake.restated_child WHERE child_id IN (SELECT child_id FROM erasing_child)")
        ).rowcount
    )


def forget_rows(connection: Connection, moment: datetime, keys: Collection[str], others: Collection[str]) -> int:
    """Erase every row that ever stood of a child, by its pseudonyms, and of `others`, who had its records once, the rows that
    stand no more: they can tell of the child. As from a moment, which is the reports' own; gives how many."""
    return sum(_forget(connection, table, moment, sorted(keys), sorted(others)) for table in OF_A_CHILD)


def _forget(connection: Connection, table: Table, moment: datetime, keys: list[str], others: list[str]) -> int:
    return connection.execute(
        text(
            f"WITH gone AS (DELETE FROM warehouse.{table.name} WHERE {CHILD} = ANY(:keys)"  # noqa: S608 - names of ours
            f" OR ({CHILD} = ANY(:others) AND unstated_at IS NOT NULL) RETURNING {key_of(table)}, stated_at, unstated_at)"
            " INSERT INTO reporting_intake.erased_row (view, row_key, stated_at, unstated_at)"
            f" SELECT :view, {key_of(table)}, stated_at, coalesce(unstated_at, :moment) FROM gone ON CONFLICT DO NOTHING"
        ),
        {"keys": keys, "others": others, "moment": moment, "view": view_of(table)},
    ).rowcount


def rewrite_clean_events(connection: Connection, bodies: Mapping[EventKey, bytes]) -> None:
    """Put other bodies in the place of some events' in the reports' copy."""
    connection.execute(
        text(
            "UPDATE reporting_intake.clean_event e SET body = u.body FROM unnest(cast(:sources AS text[]),"
            " cast(:ids AS text[]), cast(:bodies AS bytea[])) AS u(source, event_id, body)"
            " WHERE e.source = u.source AND e.event_id = u.event_id"
        ),
        {"sources": [key.source for key in bodies], "ids": [key.id for key in bodies], "bodies": list(bodies.values())},
    )
