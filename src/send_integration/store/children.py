"""What lists and pages ask of the database about children."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, text


@dataclass(frozen=True, slots=True)
class ListedChild:
    """A row of the panel's list."""

    child_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    need: int
    open_flags: int
    high_risks: int
    missed: int


@dataclass(frozen=True, slots=True)
class StoredChild:
    """All that is kept of one child: the answer of contracts.md 4, names, and named workers."""

    child_id: str
    given_name: str
    family_name: str
    answer: Mapping[str, Any]
    named_workers: tuple[Mapping[str, Any], ...]
    evaluated_on: date


def list_by_need(engine: Engine, *, limit: int, offset: int) -> tuple[list[ListedChild], int]:
    """One page of children, those in most need first, and how many children there are."""
    with engine.connect() as connection:
        total: int = connection.execute(text("SELECT count(*) FROM child")).scalar_one()
        rows = connection.execute(
            text(
                "SELECT child_id, given_name, family_name, date_of_birth, need, open_flags,"
                " jsonb_array_length(jsonb_path_query_array(answer, '$.risks[*] ? (@.level == \"high\")')),"
                " jsonb_array_length(jsonb_path_query_array(answer, '$.milestones[*] ? (@.status == \"missed\")'))"
                " FROM child ORDER BY need DESC, child_id LIMIT :limit OFFSET :offset"
            ),
            {"limit": limit, "offset": offset},
        )
        return [ListedChild(*row) for row in rows], total


def find_child(engine: Engine, reference: str) -> str | None:
    """The child id for an exact reference: a child id, 'nhs:…', 'upn:…' or 'local:…'; never for a part of one."""
    kind, _, value = reference.partition(":")
    columns = {"nhs": "nhs_number", "upn": "upn", "local": "local_id"}
    with engine.connect() as connection:
        if not value:
            query, wanted = "SELECT child_id FROM child WHERE child_id = :value", kind
        elif kind in columns:
            query = f"SELECT min(child_id) FROM person_record WHERE {columns[kind]} = :value"  # noqa: S608 - ours
            query += " HAVING count(DISTINCT child_id) = 1"
            wanted = value
        else:
            return None
        found: str | None = connection.execute(text(query), {"value": wanted}).scalar()
        return found


def one_child(engine: Engine, child_id: str) -> StoredChild | None:
    """One child by child id; None where there is none."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT child_id, given_name, family_name, answer, named_workers, evaluated_on FROM child"
                " WHERE child_id = :child"
            ),
            {"child": child_id},
        ).one_or_none()
    if row is None:
        return None
    return StoredChild(row[0], row[1], row[2], row[3], tuple(row[4]), row[5])


@dataclass(frozen=True, slots=True)
class NamedChild:
    """A child's name, and the ids of the workers who have a role for the child."""

    given_name: str
    family_name: str
    workers: frozenset[str]


def children_named(engine: Engine, children: Iterable[str]) -> dict[str, NamedChild]:
    """Those of some children of whom something is known, in one query."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT child_id, given_name, family_name, named_workers FROM child WHERE child_id = ANY(:children)"),
            {"children": sorted(children)},
        )
        return {row[0]: NamedChild(row[1], row[2], frozenset(worker["worker_id"] for worker in row[3])) for row in rows}
