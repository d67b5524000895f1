"""What a person's own page asks of the database: the children for whom they hold a role, and what they took on at the panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, RowMapping, text

from send_integration.store.children import Standing

WORKERS_OF_CHILD = "jsonb_path_query_array(named_workers, '$[*].\"worker_id\"')"
"""The ids of a child's named workers, as the index of table child has them."""

OWNERS_OF_ACTIONS = 'jsonb_path_query_array(panel, \'$."actions"[*]."owner"\')'
"""Who took on an action on a child at the panel, as the index of table child has them."""

# OFFSET 0 has a worker's children found by index and put in order then: whom PostgreSQL takes for the worker of a thousand,
# which for want of a better guess it does, it would else look for among all children in the order of their need.
_OF_WORKER = (
    "SELECT child_id, given_name, family_name, date_of_birth, years_above, restricted, named_workers, answer, need FROM child"  # noqa: S608 - ours
    f" WHERE {WORKERS_OF_CHILD} ? :worker OFFSET 0"
)

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
    years_above: int
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
                "SELECT c.child_id, c.given_name, c.family_name, c.date_of_birth, c.years_above, c.restricted, c.named_workers,"  # noqa: S608 - ours
                f" w.flags, n.what, n.on_day FROM (SELECT * FROM ({_OF_WORKER}) AS o"
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
        years_above=row["years_above"],
        restricted=row["restricted"],
        roles=tuple(worker["role"] for worker in held),
        last_involved_on=date.fromisoformat(max(heard)) if heard else None,
        flags=tuple(row["flags"] or ()),
        next_what=row["what"],
        next_on=row["on_day"],
    )


@dataclass(frozen=True, slots=True)
class OwnAction:
    """Something that a person took on at the panel and has not done; `said` is whether the page has heard that it is done,
    and the timeline not yet."""

    event_id: str
    what: str
    due_on: date
    agreed_on: date
    child_id: str
    given_name: str
    family_name: str
    standing: Standing
    said: bool


def own_actions(engine: Engine, worker_id: str, name: str, *, limit: int) -> list[OwnAction]:
    """What somebody has still to do, the first due first: by their worker id of the children with whom they work, and by the
    name under which the panel agreed it where it is not known whose that is."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT i ->> 'event_id' AS event_id, i ->> 'what' AS what, cast(i ->> 'due_on' AS date) AS due_on,"  # noqa: S608 - ours
                " cast(i ->> 'agreed_on' AS date) AS agreed_on, c.child_id, c.given_name, c.family_name, c.restricted,"
                " c.named_workers, EXISTS (SELECT FROM panel_word w WHERE w.child_id = c.child_id AND w.what ="
                " 'action_completed' AND w.body ->> 'action_id' = i ->> 'action_id') AS said"
                " FROM child c, jsonb_array_elements(c.panel -> 'actions') AS i"
                f" WHERE ({OWNERS_OF_ACTIONS} ? :owner OR {WORKERS_OF_CHILD} ? :worker)"
                " AND CASE WHEN i ->> 'owner_id' IS NULL THEN i ->> 'owner' = :owner ELSE i ->> 'owner_id' = :worker END"
                " AND i ->> 'completed_on' IS NULL"
                " ORDER BY i ->> 'due_on', c.child_id, i ->> 'event_id' LIMIT :limit"
            ),
            {"owner": name, "worker": worker_id, "limit": limit},
        )
        return [_own_action(row) for row in rows.mappings()]


def _own_action(row: RowMapping) -> OwnAction:
    workers = frozenset(worker["worker_id"] for worker in row["named_workers"])
    kept = {name: row[name] for name in ("event_id", "what", "due_on", "agreed_on", "child_id", "said")}
    names = {name: row[name] for name in ("given_name", "family_name")}
    return OwnAction(**kept, **names, standing=Standing(row["restricted"], workers, row["child_id"]))
