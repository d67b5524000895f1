"""What a named worker's own page asks of the database: the children for whom they hold a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, RowMapping, text

WORKERS_OF_CHILD = "jsonb_path_query_array(named_workers, '$[*].\"worker_id\"')"
"""The ids of a child's named workers, as the index of table child has them."""

# What waits for nobody's answer any more is not what matters now; the rest, the most urgent first.
_FLAGS = (
    "SELECT jsonb_agg(f.content ORDER BY array_position(ARRAY['high', 'raise', 'watch'], f.content ->> 'level'),"
    " f.content ->> 'due_on' NULLS LAST, f.flag_id) AS flags FROM flag f WHERE f.child_id = c.child_id"
    " AND f.status = 'open' AND coalesce(f.content -> 'handled' ->> 'what', '') <> 'dismissed'"
)
_NEXT = (
    "SELECT m ->> 'milestone' AS what, cast(m ->> 'due_on' AS date) AS on_day"
    " FROM jsonb_array_elements(c.answer -> 'milestones') AS m"
    " WHERE m ->> 'status' IN ('pending', 'due-soon') AND m ->> 'due_on' >= cast(:today AS text)"
    " ORDER BY m ->> 'due_on', m ->> 'milestone' LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class OwnChild:
    """A child for whom a worker holds roles: what matters now, when that worker was last involved, and the next date."""

    child_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    restricted: bool
    roles: tuple[str, ...]
    last_involved_on: date | None
    flags: tuple[Mapping[str, Any], ...]
    next_what: str | None
    next_on: date | None


def own_children(engine: Engine, worker_id: str, *, today: date, limit: int, offset: int = 0) -> list[OwnChild]:
    """The children who have a worker for a named worker, those in most need first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.child_id, c.given_name, c.family_name, c.date_of_birth, c.restricted, c.named_workers,"  # noqa: S608 - ours
                " w.flags, n.what, n.on_day FROM (SELECT child_id, given_name, family_name, date_of_birth, restricted,"
                f" named_workers, answer, need FROM child WHERE {WORKERS_OF_CHILD} ? :worker"
                " ORDER BY need DESC, child_id LIMIT :limit OFFSET :offset) AS c"
                f" CROSS JOIN LATERAL ({_FLAGS}) AS w LEFT JOIN LATERAL ({_NEXT}) AS n ON true"
                " ORDER BY c.need DESC, c.child_id"
            ),
            {"worker": worker_id, "today": today.isoformat(), "limit": limit, "offset": offset},
        )
        return [_own_child(worker_id, row) for row in rows.mappings()]


def _own_child(worker_id: str, row: RowMapping) -> OwnChild:
    held = [worker for worker in row["named_workers"] if worker["worker_id"] == worker_id]
    heard = [worker["last_heard_on"] for worker in held if worker.get("last_heard_on")]
    return OwnChild(
        child_id=row["child_id"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        date_of_birth=row["date_of_birth"],
        restricted=row["restricted"],
        roles=tuple(worker["role"] for worker in held),
        last_involved_on=date.fromisoformat(max(heard)) if heard else None,
        flags=tuple(row["flags"] or ()),
        next_what=row["what"],
        next_on=row["on_day"],
    )
