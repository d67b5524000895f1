"""The children whom history has touched since they were last evaluated: who is to evaluate them, and when."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, text

from send_integration.store.backfill import BACKFILL_LOCK, holders

_A_LOAD_RUNS = f"EXISTS ({holders(BACKFILL_LOCK)})"
LEFT_TO_A_LOAD = f"({_A_LOAD_RUNS} AND child_id IN (SELECT child_id FROM backfill_child))"  # noqa: S608 - constants of ours
"""Of a row with a child: a load is running, which evaluates the child once all of its history is in. Whatever a killed load
has let in is judged as it stands, for nobody knows when it is started again."""
_ALL_IS_IN = "NOT EXISTS (SELECT FROM backfill_chunk WHERE state = 'read') AND NOT EXISTS (SELECT FROM backfill_rest)"
"""Nothing is read that is not let in, and nothing put by: what a killed load has let in of a child is all that it will be."""


def children_to_evaluate(
    connection: Connection, limit: int, part: int, parts: int, buckets: int, *, besides: Collection[str] = ()
) -> list[str]:
    """Children of a part whom history has touched, lock by lock; none while only some of it is let in."""
    rows = connection.execute(
        text(
            "SELECT child_id FROM (SELECT child_id, abs(hashtext(child_id) % :buckets) AS bucket FROM backfill_child"  # noqa: S608 - ours
            f" WHERE {_ALL_IS_IN}) AS due"
            " WHERE bucket % :parts = :part AND child_id <> ALL(:besides) ORDER BY bucket, child_id LIMIT :limit"
        ),
        {"limit": limit, "part": part, "parts": parts, "buckets": buckets, "besides": sorted(besides)},
    )
    return [row[0] for row in rows]


def children_left(
    connection: Connection, limit: int, part: int, parts: int, buckets: int, *, besides: Collection[str]
) -> list[str]:
    """Those whom a killed load has left, to be evaluated by a sweep: none while a load is running, which does it itself."""
    if connection.execute(text(f"SELECT {_A_LOAD_RUNS}")).scalar_one():
        return []
    return children_to_evaluate(connection, limit, part, parts, buckets, besides=besides)


def strike_children_off(connection: Connection, children: Sequence[str]) -> set[str]:
    """Strike some locked children off, who are about to be evaluated; gives those whom nobody was faster to evaluate.

    Whoever comes to be touched by more history waits for this transaction, and is there again after it.
    """
    rows = connection.execute(
        text(
            f"DELETE FROM backfill_child WHERE child_id = ANY(:children) AND {_ALL_IS_IN} RETURNING child_id"  # noqa: S608 - ours
        ),
        {"children": list(children)},
    )
    return {row[0] for row in rows}


def let_evaluate(connection: Connection, children: Iterable[str]) -> None:
    """Have some children evaluated; in one order for all, so that two never wait for each other."""
    connection.execute(
        text(
            "INSERT INTO backfill_child (child_id) SELECT c FROM unnest(cast(:children AS text[])) AS u(c) ORDER BY c"
            " ON CONFLICT DO NOTHING"
        ),
        {"children": sorted(children)},
    )


def children_it_restricts(connection: Connection) -> list[str]:
    """The children who have an answer, and whom what was read and not let in yet says are to be restricted."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT r.child_id FROM person_record r JOIN child c ON c.child_id = r.child_id"
            " WHERE r.restricted AND NOT c.restricted AND r.digest IN (SELECT record FROM backfill_event)"
        )
    )
    return [row[0] for row in rows]


def restrict_children(connection: Connection, children: Collection[str]) -> None:
    """Let some locked children be restricted until they are evaluated."""
    connection.execute(
        text("UPDATE child SET restricted = true WHERE child_id = ANY(:children)"), {"children": sorted(children)}
    )


def children_waiting(connection: Connection) -> int:
    """How many children history has touched whom nobody has evaluated since."""
    waiting: int = connection.execute(text("SELECT count(*) FROM backfill_child")).scalar_one()
    return waiting
