"""By what else than their role somebody came to see a child: glass that they broke, and who was told of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from send_integration.store.former_ids import ids_of, present_id
from send_integration.store.sessions import Session


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """Somebody sees a child who is not theirs, until a moment, and says why."""

    glass_id: int
    actor: str
    name: str
    role: str
    child_id: str
    why: str
    broken_at: datetime
    until: datetime


_GLASS = f"g.id, g.actor, g.name, g.role, {present_id('g.child_id')}, g.why, g.broken_at, coalesce(g.ended_at, g.until)"
"""The child by its id of now: so it is asked of that child whether it is restricted, and a link leads there."""


def keep_broken_glass(
    connection: Connection, by: Session, child_id: str, why: str, *, lasts: timedelta, told: Collection[str]
) -> BrokenGlass:
    """Let a person see a child for a while, and tell some recipients."""
    row = connection.execute(
        text(
            "INSERT INTO broken_glass AS g (actor, name, role, child_id, why, broken_at, until)"  # noqa: S608 - ours
            " SELECT :actor, :name, :role, :child, :why, n.now, n.now + :lasts FROM clock_timestamp() AS n(now)"
            f" RETURNING {_GLASS}"
        ),
        {"actor": by.actor, "name": by.name, "role": by.role, "child": child_id, "why": why, "lasts": lasts},
    ).one()
    connection.execute(
        text("INSERT INTO glass_told (glass_id, recipient) SELECT :glass, unnest(cast(:recipients AS text[]))"),
        {"glass": row[0], "recipients": sorted(set(told))},
    )
    return BrokenGlass(*row)


def open_glass_of_child(engine: Engine, child_id: str) -> list[BrokenGlass]:
    """Whoever sees a child by broken glass now."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT {_GLASS} FROM broken_glass g WHERE g.child_id IN {ids_of(':child')}"  # noqa: S608 - ours
                " AND g.ended_at IS NULL AND g.until > clock_timestamp() ORDER BY g.broken_at, g.id"
            ),
            {"child": child_id},
        )
        return [BrokenGlass(*row) for row in rows]


def end_glass(connection: Connection, actor: str, child_id: str) -> int:
    """End what a person sees of a child by broken glass; gives how much there was to end."""
    return connection.execute(
        text(
            f"UPDATE broken_glass g SET ended_at = clock_timestamp() WHERE g.child_id IN {ids_of(':child')}"  # noqa: S608 - ours
            " AND actor = :actor AND ended_at IS NULL AND until > clock_timestamp()"
        ),
        {"child": child_id, "actor": actor},
    ).rowcount


def managers_of_named_workers(connection: Connection, child_id: str, today: date) -> list[str]:
    """The managers, by worker id, of those who work with a child, by the directory; not one who has left by today."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT m.worker_id FROM child c CROSS JOIN jsonb_array_elements(c.named_workers) AS v"
            " JOIN worker w ON w.worker_id = v ->> 'worker_id' JOIN worker m ON m.worker_id = w.manager_id"
            " WHERE c.child_id = :child AND (m.left_on IS NULL OR m.left_on > :today) ORDER BY 1"
        ),
        {"child": child_id, "today": today},
    )
    return [row[0] for row in rows]


def unread_glass(engine: Engine, recipients: Sequence[str], limit: int) -> list[BrokenGlass]:
    """What some recipients have not read of broken glass, the latest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT {_GLASS} FROM broken_glass g WHERE g.id IN (SELECT t.glass_id FROM glass_told t"  # noqa: S608 - ours
                " WHERE t.recipient = ANY(:recipients) AND t.read_at IS NULL) ORDER BY g.broken_at DESC, g.id LIMIT :limit"
            ),
            {"recipients": list(recipients), "limit": limit},
        )
        return [BrokenGlass(*row) for row in rows]


def mark_glass_read(connection: Connection, glass_id: int, recipients: Sequence[str], by: str) -> str | None:
    """Close what some recipients were told of broken glass; gives the child, or None where they were told nothing of it."""
    child: str | None = connection.execute(
        text(
            "WITH told AS (UPDATE glass_told SET read_at = coalesce(read_at, clock_timestamp()),"
            " read_by = coalesce(read_by, :by) WHERE glass_id = :glass AND recipient = ANY(:recipients) RETURNING glass_id)"
            " SELECT g.child_id FROM broken_glass g WHERE g.id IN (SELECT glass_id FROM told)"
        ),
        {"glass": glass_id, "recipients": list(recipients), "by": by},
    ).scalar()
    return child
