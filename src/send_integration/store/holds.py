"""Legal holds: of whom nothing may be erased, whatever becomes of their records."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

# A hold is on an id, and on whoever has, or since ever had, a record of that id's: who was joined with it, and who was parted
# from it again. It rather holds one too many, who was parted before it was placed, than one too few.
_HELD = (
    "WITH RECURSIVE reach(hold, child_id) AS (SELECT id, child_id FROM legal_hold WHERE lifted_at IS NULL"
    " UNION SELECT h.hold, f.child_id FROM reach h JOIN LATERAL ("
    "SELECT w.child_id FROM person_record r JOIN record_was_of w ON w.person_record_id = r.id WHERE r.child_id = h.child_id"
    " UNION ALL SELECT r.child_id FROM record_was_of w JOIN person_record r ON r.id = w.person_record_id"
    " WHERE w.child_id = h.child_id AND r.child_id IS NOT NULL"
    " UNION ALL SELECT r.child_id FROM former_child_id o JOIN person_record r ON r.id = o.person_record_id"
    " WHERE o.child_id = h.child_id AND r.child_id IS NOT NULL) AS f ON true)"
)


class Hold(NamedTuple):
    """A hold that stands: on which id, since when, by whom and why, and the children whom it holds now."""

    id: int
    child_id: str
    placed_at: datetime
    placed_by: str
    why: str
    children: tuple[str, ...]


def place_hold(connection: Connection, child_id: str, by: str, why: str) -> None:
    """Let nothing of a child be erased."""
    connection.execute(
        text("INSERT INTO legal_hold (child_id, placed_by, why) VALUES (:child, :by, :why)"),
        {"child": child_id, "by": by, "why": why},
    )


def lift_holds(connection: Connection, ids: Collection[int], by: str, why: str) -> None:
    """Lift some holds; that they stood stays."""
    connection.execute(
        text(
            "UPDATE legal_hold SET lifted_at = clock_timestamp(), lifted_by = :by, lifted_why = :why"
            " WHERE id = ANY(:ids) AND lifted_at IS NULL"
        ),
        {"ids": list(ids), "by": by, "why": why},
    )


def standing_holds(connection: Connection) -> list[Hold]:
    """Every hold that stands, the oldest first."""
    rows = connection.execute(
        text(
            f"{_HELD} SELECT l.id, l.child_id, l.placed_at, l.placed_by, l.why, array_agg(DISTINCT h.child_id"  # noqa: S608 - ours
            " ORDER BY h.child_id) FILTER (WHERE h.child_id = l.child_id OR EXISTS (SELECT FROM person_record r"
            " WHERE r.child_id = h.child_id)) FROM legal_hold l JOIN reach h ON h.hold = l.id GROUP BY l.id ORDER BY l.id"
        )
    )
    return [Hold(row[0], row[1], row[2], row[3], row[4], tuple(row[5] or ())) for row in rows]


def holds_on(connection: Connection, child_id: str) -> list[int]:
    """The holds that stand on a child."""
    rows = connection.execute(
        text(f"{_HELD} SELECT DISTINCT hold FROM reach WHERE child_id = :child ORDER BY 1"),  # noqa: S608 - ours
        {"child": child_id},
    )
    return list(rows.scalars())


def held_children(connection: Connection) -> set[str]:
    """Every id on which a hold stands."""
    return set(connection.execute(text(f"{_HELD} SELECT DISTINCT child_id FROM reach")).scalars())  # noqa: S608 - ours


def every_hold(engine: Engine) -> list[Hold]:
    """The holds that stand."""
    with engine.connect() as connection:
        return standing_holds(connection)
