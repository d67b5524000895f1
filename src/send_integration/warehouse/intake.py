"""Keeps the warehouse's copy of clean events, whose turn it is, and the day on which each child is to be restated."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, text

from send_integration.errors import BadSetting
from send_integration.store.bulk import copy_rows
from send_integration.store.chains import children_in_chains, events_with_chains
from send_integration.store.timelines import KEPT_COLUMNS, KeptEvent

CLEAN_EVENTS = "reporting_intake.clean_event"


def begin_restating(connection: Connection, key_check: str) -> datetime:
    """The moment of this restating, later than that of any other: one worker at a time restates, until its transaction ends.

    Raises BadSetting where the tables were filled under another key of pseudonyms: every child would be in them twice.
    """
    found = connection.execute(
        text(
            "UPDATE reporting_intake.restating SET key_check = coalesce(key_check, :key_check),"
            " stated_at = greatest(clock_timestamp(), stated_at + interval '1 microsecond') RETURNING stated_at, key_check"
        ),
        {"key_check": key_check},
    ).one()
    if found.key_check != key_check:
        raise BadSetting(
            "The warehouse was filled under another key of pseudonyms",
            where="the warehouse",
            next_step="Put back the key with which it was filled, or run once: send-integration reports --from-nothing",
        )
    moment: datetime = found.stated_at
    return moment


def keep_clean_events(connection: Connection, events: Sequence[KeptEvent]) -> set[str]:
    """Keep events, of each source and id the one by the highest decision; give every child that this touches."""
    connection.execute(text("CREATE TEMP TABLE arrived_clean (LIKE event) ON COMMIT DROP"))
    copy_rows(connection, "arrived_clean", KEPT_COLUMNS, (kept.row() for kept in events))
    chained = children_in_chains(connection, arrived="arrived_clean", kept=CLEAN_EVENTS, child="child_id")
    touched = connection.execute(
        text(
            "INSERT INTO reporting_intake.clean_event AS kept (source, event_id, child_id, decision, recorded_at, target, body)"
            " SELECT source, event_id, child_id, decision, recorded_at, target, body FROM arrived_clean"
            " ON CONFLICT (source, event_id) DO UPDATE SET child_id = excluded.child_id,"
            " decision = excluded.decision, recorded_at = excluded.recorded_at, target = excluded.target,"
            " body = excluded.body WHERE excluded.decision > kept.decision OR (excluded.decision = kept.decision"
            " AND (excluded.recorded_at, excluded.body) < (kept.recorded_at, kept.body))"
            " RETURNING old.child_id, new.child_id"
        )
    )
    children = {child_id for row in touched for child_id in row if child_id}
    return (
        children
        | chained
        | children_in_chains(connection, arrived="arrived_clean", kept=CLEAN_EVENTS, child="child_id")
    )


def clean_events_of(connection: Connection, children: Iterable[str]) -> list[tuple[str, bytes]]:
    """Every clean event of some children, and those of others that correct or retract one of theirs."""
    found = events_with_chains(connection, children, kept=CLEAN_EVENTS, child="child_id", mark="0")
    return [(child_id, body) for child_id, body, _ in found]


def children_due(connection: Connection, today: date, judged_by: str, most: int) -> list[str]:
    """Children whose day has come, or whom other rules judged."""
    rows = connection.execute(
        text(
            "SELECT child_id FROM reporting_intake.restated_child WHERE next_change_on <= :today OR judged_by <> :judged_by"
            " ORDER BY child_id LIMIT :most"
        ),
        {"today": today, "judged_by": judged_by, "most": most},
    )
    return list(rows.scalars())


def note_restated(connection: Connection, children: Mapping[str, date | None], judged_by: str) -> None:
    """Note of children who were restated when they are to be again."""
    connection.execute(
        text(
            "INSERT INTO reporting_intake.restated_child (child_id, next_change_on, judged_by)"
            " SELECT child_id, next_change_on, :judged_by FROM unnest(cast(:children AS text[]), cast(:days AS date[]))"
            " AS given (child_id, next_change_on) ON CONFLICT (child_id) DO UPDATE SET"
            " next_change_on = excluded.next_change_on, judged_by = excluded.judged_by"
        ),
        {"judged_by": judged_by, "children": list(children), "days": list(children.values())},
    )


def begin_anew(connection: Connection, key_check: str) -> None:
    """Let the tables be filled under this key, whichever was before, and every child be restated."""
    connection.execute(text("UPDATE reporting_intake.restating SET key_check = NULL"))
    moment = begin_restating(connection, key_check)
    connection.execute(text("UPDATE reporting_intake.restating SET begun_at = :moment"), {"moment": moment})
    connection.execute(text("UPDATE reporting_intake.restated_child SET judged_by = ''"))
