"""Asks the database whose record could be old enough, and for all that retention rules are asked of."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text


class Retained(NamedTuple):
    """A child, the birth dates that its sources give, and the bodies of all its events."""

    child_id: str
    born_on: tuple[date, ...]
    bodies: tuple[bytes, ...]


def born_before(connection: Connection, day: date, placeholders: Sequence[date]) -> list[str]:
    """Every child with a record whose latest birth date, but for placeholders, is no later than a day."""
    rows = connection.execute(
        text(
            "SELECT child_id FROM person_record WHERE child_id IS NOT NULL AND date_of_birth <> ALL(cast(:no_days AS date[]))"
            " GROUP BY child_id HAVING max(date_of_birth) <= :day ORDER BY child_id"
        ),
        {"day": day, "no_days": list(placeholders)},
    )
    return list(rows.scalars())


def retained(connection: Connection, children: Sequence[str], placeholders: Sequence[date]) -> list[Retained]:
    """All of some children, in two queries."""
    given = {"children": list(children), "no_days": list(placeholders)}
    born: dict[str, list[date]] = {}
    for child_id, day in connection.execute(
        text(
            "SELECT child_id, date_of_birth FROM person_record WHERE child_id = ANY(:children)"
            " AND date_of_birth <> ALL(cast(:no_days AS date[]))"
        ),
        given,
    ):
        born.setdefault(child_id, []).append(day)
    bodies: dict[str, list[bytes]] = {}
    for child_id, raw in connection.execute(
        text(
            "SELECT r.child_id, a.raw FROM admitted a JOIN person_record r ON r.id = a.person_record_id"
            " WHERE r.child_id = ANY(:children)"
        ),
        given,
    ):
        bodies.setdefault(child_id, []).append(bytes(raw))
    return [Retained(child, tuple(born.get(child, ())), tuple(bodies.get(child, ()))) for child in children]
