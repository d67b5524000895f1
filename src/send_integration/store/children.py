"""What lists and pages ask of the database about children."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, text

from send_integration.store.changes import VERSION
from send_integration.store.former_ids import ids_of

_CHILD_ID = re.compile(r"c[0-9a-f]{15}", re.ASCII)
"""As `identity.records.child_id_of` makes them: nothing else is looked up, kept in the audit, or quoted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who may see a child: which it is, whether it is restricted, the ids of its named workers, the last meeting
    for which it is listed, and who sees it by broken glass. Where the last two are not asked, they grant nothing."""

    restricted: bool
    worker_ids: frozenset[str]
    child_id: str = ""
    listed_on: date | None = None
    glass: frozenset[str] = frozenset()


# It is listed also while the listing is on its way to the timeline.
STANDING = (
    "c.child_id, c.restricted, c.named_workers, (SELECT max(l.meeting_on) FROM (SELECT meeting_on FROM panel_listing"  # noqa: S608 - ours
    " WHERE child_id = c.child_id UNION ALL SELECT meeting_on FROM panel_word WHERE child_id = c.child_id"
    " AND what = 'listed' AND body IS NOT NULL) AS l), ARRAY(SELECT g.actor FROM broken_glass g"
    f" WHERE g.child_id IN {ids_of('c.child_id')} AND g.ended_at IS NULL AND g.until > clock_timestamp())"
)
"""The columns that `standing_of` takes, of child `c`."""


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
    restricted: bool
    years_above: int


@dataclass(frozen=True, slots=True)
class StoredChild:
    """All that is kept of one child: the answer of contracts.md 4, names, named workers, and the panel's record."""

    child_id: str
    given_name: str
    family_name: str
    answer: Mapping[str, Any]
    named_workers: tuple[Mapping[str, Any], ...]
    evaluated_on: date
    restricted: bool
    panel: Mapping[str, Any]
    unjudged: bool
    """Whether a fault of ours keeps it without what came since."""
    version: str
    """As `store.changes.version_of` gives it."""
    years_above: int
    """How far above the year group of their age, as a school told."""


def is_child_id(given: str) -> bool:
    """Whether a text has a child id's shape."""
    return _CHILD_ID.fullmatch(given) is not None


def standings(engine: Engine, child_ids: Iterable[str]) -> dict[str, Standing]:
    """The standing of those of some children who are known; of anything that is no child id, nothing."""
    wanted = sorted({child_id for child_id in child_ids if is_child_id(child_id)})
    if not wanted:
        return {}
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT {STANDING} FROM child c WHERE child_id = ANY(:children)"),  # noqa: S608 - ours
            {"children": wanted},
        )
        return {row[0]: standing_of(*row) for row in rows}


def present_standing(engine: Engine, child_id: str) -> Standing | None:
    """The standing of a child by its id; one that it had once is as good as its present one."""
    if not is_child_id(child_id):
        return None
    with engine.connect() as connection:
        row = connection.execute(
            text(f"SELECT {STANDING} FROM child c WHERE c.child_id = {_PRESENT}"),  # noqa: S608 - ours
            {"value": child_id},
        ).one_or_none()
    return standing_of(*row) if row else None


_PRESENT = (
    "coalesce((SELECT n.child_id FROM child n WHERE n.child_id = :value), (SELECT r.child_id FROM former_child_id f"
    " JOIN person_record r ON r.id = f.person_record_id WHERE f.child_id = :value))"
)


def list_by_need(engine: Engine, *, restricted: bool, limit: int, offset: int) -> tuple[list[ListedChild], int]:
    """One page of children, those in most need first, and how many there are; with `restricted` off, none who is."""
    seen = "true" if restricted else "NOT restricted"
    with engine.connect() as connection:
        total = _how_many(connection, restricted=restricted)
        rows = connection.execute(
            text(
                "SELECT c.child_id, c.given_name, c.family_name, c.date_of_birth, c.need, c.open_flags, f.high, f.missed,"  # noqa: S608 - ours
                f" c.restricted, c.years_above FROM (SELECT child_id FROM child WHERE {seen} ORDER BY need DESC, child_id"
                " LIMIT :limit OFFSET :offset) AS chosen JOIN child c USING (child_id) CROSS JOIN LATERAL (SELECT"
                " count(*) FILTER (WHERE content ->> 'kind' = 'risk' AND content ->> 'level' = 'high') AS high,"
                " count(*) FILTER (WHERE content ->> 'status' = 'missed') AS missed"
                " FROM flag WHERE flag.child_id = c.child_id AND status = 'open') AS f ORDER BY c.need DESC, c.child_id"
            ),
            {"limit": limit, "offset": offset},
        )
        return [ListedChild(*row) for row in rows], total


_COUNTED: dict[tuple[str, bool], tuple[float, int]] = {}
MANY = 10_000
COUNTED_FOR_SECONDS = 60.0


def _how_many(connection: Connection, *, restricted: bool) -> int:
    """How many children there are. Counting many takes longer than all else on the list's page, and nobody minds a minute:
    such a number is counted again only after one."""
    key = (str(connection.engine.url), restricted)
    counted_at, found = _COUNTED.get(key, (0.0, 0))
    if found > MANY and time.monotonic() - counted_at < COUNTED_FOR_SECONDS:
        return found
    without = "" if restricted else " - (SELECT count(*) FROM child WHERE restricted)"
    total: int = connection.execute(text(f"SELECT (SELECT count(*) FROM child){without}")).scalar_one()  # noqa: S608 - ours
    _COUNTED[key] = (time.monotonic(), total)
    return total


def find_child(engine: Engine, reference: str, *, restricted: bool) -> str | None:
    """The child id for an exact reference: a child id, 'nhs:…', 'upn:…' or 'local:…'; never for a part of one.

    An id that a child had once is as good as its present one. With `restricted` off, a restricted child is not there at
    all: not even to make a reference doubtful.
    """
    kind, _, value = reference.partition(":")
    columns = {"nhs": "nhs_number", "upn": "upn", "local": "local_id"}
    if not value:
        query = f"SELECT c.child_id FROM child c WHERE (:restricted OR NOT c.restricted) AND c.child_id = {_PRESENT}"  # noqa: S608 - ours
        wanted = kind
    elif kind in columns:
        query = (
            "SELECT min(r.child_id) FROM person_record r LEFT JOIN child c ON c.child_id = r.child_id"  # noqa: S608 - ours
            f" WHERE r.{columns[kind]} = :value AND (:restricted OR NOT (r.restricted OR coalesce(c.restricted, false)))"
            " HAVING count(DISTINCT r.child_id) = 1"
        )
        wanted = value
    else:
        return None
    with engine.connect() as connection:
        found: str | None = connection.execute(text(query), {"value": wanted, "restricted": restricted}).scalar()
        return found


def one_child(engine: Engine, child_id: str) -> StoredChild | None:
    """One child by child id; None where there is none."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT child_id, given_name, family_name, answer, named_workers, evaluated_on, restricted, panel,"  # noqa: S608 - ours
                " EXISTS (SELECT FROM unjudged u WHERE u.child_id = c.child_id),"
                f" {VERSION}, c.years_above FROM child c WHERE child_id = :child"
            ),
            {"child": child_id},
        ).one_or_none()
    if row is None:
        return None
    return StoredChild(row[0], row[1], row[2], row[3], tuple(row[4]), *row[5:])


def bodies_shown(engine: Engine, child_id: str) -> list[bytes]:
    """The bodies of the events that stand on a child's answer, in no order."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT body FROM event WHERE child_id = :child AND shown_since IS NOT NULL"), {"child": child_id}
        )
        return [bytes(row[0]) for row in rows]


@dataclass(frozen=True, slots=True)
class NamedChild:
    """A child's name, and what decides who may see it."""

    given_name: str
    family_name: str
    standing: Standing


def children_named(engine: Engine, children: Iterable[str]) -> dict[str, NamedChild]:
    """Those of some children of whom something is known, in one query."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT c.given_name, c.family_name, {STANDING} FROM child c WHERE child_id = ANY(:children)"  # noqa: S608 - ours
            ),
            {"children": sorted(children)},
        )
        return {row[2]: NamedChild(row[0], row[1], standing_of(*row[2:])) for row in rows}


def standing_of(
    child_id: str,
    restricted: bool,  # noqa: FBT001 - a column
    named_workers: Iterable[Mapping[str, Any]],
    listed_on: date | None,
    glass: Iterable[str],
) -> Standing:
    """A child's standing from the columns of STANDING."""
    workers = frozenset(worker["worker_id"] for worker in named_workers)
    return Standing(restricted, workers, child_id, listed_on, frozenset(glass))
