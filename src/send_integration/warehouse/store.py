"""Keeps the warehouse's copy of clean events and rewrites the rows of children."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Boolean, Connection, Date, Integer, Table, Text, text

from send_integration.store.bulk import copy_rows
from send_integration.store.chains import children_in_chains, events_with_chains
from send_integration.store.timelines import KEPT_COLUMNS, KeptEvent
from send_integration.warehouse.facts import ChildFacts
from send_integration.warehouse.tables import OF_A_CHILD

CLEAN_EVENTS = "warehouse.clean_event"

POSTGRESQL_TYPES: dict[type[object], str] = {Text: "text", Date: "date", Integer: "int4", Boolean: "bool"}
"""The types of the fact tables' columns, as COPY names them."""


def lock_warehouse(connection: Connection) -> None:
    """One worker at a time restates; held until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(8210004)"))


def keep_clean_events(connection: Connection, events: Sequence[KeptEvent]) -> set[str]:
    """Keep events, of each source and id the one by the highest decision; give every child that this touches."""
    connection.execute(text("CREATE TEMP TABLE arrived_clean (LIKE event) ON COMMIT DROP"))
    copy_rows(connection, "arrived_clean", KEPT_COLUMNS, (kept.row() for kept in events))
    chained = children_in_chains(connection, arrived="arrived_clean", kept=CLEAN_EVENTS, child="child_key")
    touched = connection.execute(
        text(
            "INSERT INTO warehouse.clean_event AS kept (source, event_id, child_key, decision, recorded_at, target, body)"
            " SELECT source, event_id, child_id, decision, recorded_at, target, body FROM arrived_clean"
            " ON CONFLICT (source, event_id) DO UPDATE SET child_key = excluded.child_key,"
            " decision = excluded.decision, recorded_at = excluded.recorded_at, target = excluded.target,"
            " body = excluded.body WHERE excluded.decision > kept.decision OR (excluded.decision = kept.decision"
            " AND (excluded.recorded_at, excluded.body) < (kept.recorded_at, kept.body))"
            " RETURNING old.child_key, new.child_key"
        )
    )
    children = {key for row in touched for key in row if key}
    return (
        children
        | chained
        | children_in_chains(connection, arrived="arrived_clean", kept=CLEAN_EVENTS, child="child_key")
    )


def clean_events_of(connection: Connection, children: Iterable[str]) -> list[tuple[str, bytes]]:
    """Every clean event of some children, and those of others that correct or retract one of theirs."""
    found = events_with_chains(connection, children, kept=CLEAN_EVENTS, child="child_key", mark="0")
    return [(key, body) for key, body, _ in found]


def restate_children(connection: Connection, children: Iterable[str], facts: Sequence[ChildFacts]) -> None:
    """Write every row of some children anew; one of whom nothing is left keeps none."""
    keys = sorted(children)
    for table in OF_A_CHILD:
        connection.execute(table.delete().where(table.c.child_key.in_(keys)))
        rows = [row for found in facts for row in getattr(found, table.name)]
        copy_rows(connection, f"warehouse.{table.name}", _columns(table), rows)


def _columns(table: Table) -> list[tuple[str, str]]:
    return [(column.name, POSTGRESQL_TYPES[type(column.type)]) for column in table.columns]
