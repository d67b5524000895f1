"""What reviewers ask: which pairs wait, what both records say and why, who else is affected."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, text

from send_integration.identity.records import PersonRef
from send_integration.store.children import Standing, is_child_id
from send_integration.store.decisions import UNDER_WAY

Part = tuple[str, str, float]
"""A field, how it agrees, and the weight of that."""

HELD = "one record leads to more than one child"
"""Why a pair waits where no condition holds it down: the record is held, whatever the pair's own weight."""

_PAIR_NAME = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReviewedRecord:
    """One side of a pair. `child_id` is None for a record that is held, and leads to the children in `held_between`."""

    number: int
    source: str
    local_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    nhs_number: str
    upn: str
    postcode: str
    address: str
    gender: str
    restricted: bool
    child_id: str | None
    held_between: tuple[str, ...]

    @property
    def ref(self) -> PersonRef:
        """The source and its local id, of which a decision speaks."""
        return PersonRef(self.source, self.local_id)

    @property
    def children(self) -> tuple[str, ...]:
        """The child whose record it is, or those it leads to."""
        return (self.child_id,) if self.child_id else self.held_between


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Two records of which a person is asked, since when and why."""

    one: ReviewedRecord
    other: ReviewedRecord
    why: str
    weight: float
    parts: tuple[Part, ...]
    since: datetime

    @property
    def name(self) -> str:
        """By which the pair is asked for."""
        return f"{self.one.number}-{self.other.number}"

    @property
    def children(self) -> tuple[str, ...]:
        """Everybody whom a decision on the pair can touch, sorted."""
        return tuple(sorted({*self.one.children, *self.other.children}))


class PairUnderWay(NamedTuple):
    """A pair on which somebody has decided, and the gate has not carried it out yet."""

    name: str
    event_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """A child whom a decision would touch: what is kept of the child, and who works with them."""

    child_id: str
    name: str
    born_on: date | None
    records: int
    events: int
    open_flags: int
    restricted: bool
    named_workers: tuple[str, ...]


class JoinedBy(NamedTuple):
    """Why two records are one child's; weight and parts where it is by what they say."""

    one: int
    other: int
    why: str
    weight: float | None
    parts: tuple[Part, ...]


_RECORD = (
    "{0}.id, {0}.source, {0}.local_id, {0}.given_name, {0}.family_name, {0}.date_of_birth, {0}.nhs_number, {0}.upn,"
    " {0}.postcode, {0}.address, {0}.gender, {0}.restricted, {0}.child_id, {0}.held_between"
)
_WIDTH = _RECORD.count(",") + 1
_FROM = "identity_review v JOIN person_record a ON a.id = v.one JOIN person_record b ON b.id = v.other"
# OFFSET 0 has the records of a pair looked up for it (store.secrecy); else all records of people are read to count some pairs.
_FROM_ONE_BY_ONE = (
    "identity_review v CROSS JOIN LATERAL (SELECT * FROM person_record r WHERE r.id = v.one OFFSET 0) AS a"
    " CROSS JOIN LATERAL (SELECT * FROM person_record r WHERE r.id = v.other OFFSET 0) AS b"
)
_PAIR = f"SELECT {_RECORD.format('a')}, {_RECORD.format('b')}, v.why, v.weight, v.parts, v.decided_at FROM {_FROM}"  # noqa: S608 - ours
_SECRET = "SELECT child_id FROM child WHERE restricted"  # noqa: S105 - no password
_SHOWN = (
    " NOT {0}.restricted AND ({0}.child_id IS NULL OR {0}.child_id NOT IN (" + _SECRET + "))"
    " AND ({0}.held_between IS NULL OR NOT {0}.held_between && ARRAY(" + _SECRET + "))"
)
_SEEN = f"(:restricted OR ({_SHOWN.format('a')} AND {_SHOWN.format('b')}))"
_DECIDES = (
    "(u.one = v.one AND u.other = v.other)"
    " OR (u.joins_children AND a.child_id = ANY(u.children) AND b.child_id = ANY(u.children))"
)
_WAITS = f"NOT EXISTS (SELECT FROM under_way u WHERE {_DECIDES})"
_WITH = f"WITH under_way AS MATERIALIZED ({UNDER_WAY})"


MOST_COUNTED = 1000
"""Pairs beyond which it is only said that there are more: counting them all would take longer than showing a page."""


def counted(total: int) -> str:
    """How many pairs wait, in words."""
    if total > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} pairs wait"
    return f"{total:,} {'pair waits' if total == 1 else 'pairs wait'}"


def pair_numbers(name: str) -> tuple[int, int] | None:
    """The two records of a pair's name ('12-57'), the lower number first; None for what is no such name."""
    found = _PAIR_NAME.fullmatch(name)
    if found is None or int(found[1]) == int(found[2]):
        return None
    one, other = sorted((int(found[1]), int(found[2])))
    return one, other


def waiting_pairs(engine: Engine, *, restricted: bool, limit: int, offset: int = 0) -> tuple[list[WaitingPair], int]:
    """The pairs that wait, the likeliest first, and how many there are, as far as MOST_COUNTED and one more; one on which
    somebody has decided waits no more.

    With `restricted` off, none that touches a restricted record or child.
    """
    with engine.connect() as connection:
        total: int = connection.execute(
            text(
                f"{_WITH} SELECT count(*) FROM (SELECT FROM {_FROM_ONE_BY_ONE} WHERE {_SEEN} AND {_WAITS}"  # noqa: S608 - ours
                " LIMIT :most) AS w"
            ),
            {"restricted": restricted, "most": MOST_COUNTED + 1},
        ).scalar_one()
        rows = connection.execute(
            text(
                f"{_WITH} {_PAIR} WHERE {_SEEN} AND {_WAITS}"
                " ORDER BY v.weight DESC, v.one, v.other LIMIT :limit OFFSET :offset"
            ),
            {"restricted": restricted, "limit": limit, "offset": offset},
        )
        return [_pair(row) for row in rows], total


def pairs_under_way(engine: Engine, *, restricted: bool) -> list[PairUnderWay]:
    """The pairs on which somebody has decided and that the gate has yet to carry out, the latest decision first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"{_WITH} SELECT DISTINCT ON (u.decided_at, v.one, v.other) v.one, v.other, u.event_id,"  # noqa: S608 - ours
                f" u.body #>> '{{data,by}}', u.decided_at FROM {_FROM} JOIN under_way u ON {_DECIDES}"
                f" WHERE {_SEEN} ORDER BY u.decided_at DESC, v.one, v.other"
            ),
            {"restricted": restricted},
        )
        return [PairUnderWay(f"{row[0]}-{row[1]}", *row[2:]) for row in rows]


def waiting_pair(engine: Engine, one: int, other: int, *, restricted: bool) -> WaitingPair | None:
    """One pair by its records' numbers, decided or not, until the gate has carried it out; None where it does not wait
    (any more), or may not be seen."""
    with engine.connect() as connection:
        row = connection.execute(
            text(f"{_PAIR} WHERE v.one = :one AND v.other = :other AND {_SEEN}"),
            {"one": min(one, other), "other": max(one, other), "restricted": restricted},
        ).one_or_none()
    return None if row is None else _pair(row)


def pairs_of_child(engine: Engine, child_id: str, *, restricted: bool) -> list[WaitingPair]:
    """The pairs that wait and touch a child, the likeliest first."""
    its_records = (
        "ARRAY(SELECT id FROM person_record WHERE child_id = :child"
        " UNION ALL SELECT id FROM person_record WHERE held_between @> ARRAY[cast(:child AS text)])"
    )
    touches = f"v.one = ANY({its_records}) OR v.other = ANY({its_records})"
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"{_WITH} {_PAIR} WHERE ({touches}) AND {_SEEN} AND {_WAITS} ORDER BY v.weight DESC, v.one, v.other"),
            {"child": child_id, "restricted": restricted},
        )
        return [_pair(row) for row in rows]


def records_may_be_seen(connection: Connection, records: Iterable[ReviewedRecord], *, restricted: bool) -> bool:
    """Whether somebody may see some records, by the same rule as their pairs."""
    numbers = sorted({record.number for record in records})
    hidden: bool = connection.execute(
        text(
            f"SELECT EXISTS (SELECT FROM person_record r WHERE r.id = ANY(:numbers) AND NOT ({_SHOWN.format('r')}))"  # noqa: S608 - ours
        ),
        {"numbers": numbers},
    ).scalar_one()
    return restricted or not hidden


def records_standing(engine: Engine, child_id: str) -> Standing | None:
    """Who may see a child's records: restricted where any of them, or the child, is; None where there are none."""
    if not is_child_id(child_id):
        return None
    with engine.connect() as connection:
        restricted: bool | None = connection.execute(
            text("SELECT bool_or(restricted) FROM person_record WHERE child_id = :child"), {"child": child_id}
        ).scalar()
        row = connection.execute(
            text("SELECT restricted, named_workers FROM child WHERE child_id = :child"), {"child": child_id}
        ).one_or_none()
    if restricted is None:
        return None
    workers = row.named_workers if row else ()
    secret = restricted or (row is not None and row.restricted)
    return Standing(secret, frozenset(worker["worker_id"] for worker in workers), child_id)


def records_of_child(connection: Connection, child_id: str) -> list[ReviewedRecord]:
    """Every record of a child, in the order in which agencies wrote them down."""
    return _records(connection, "r.child_id = :child", {"child": child_id})


def records_of_refs(connection: Connection, refs: Iterable[PersonRef]) -> list[ReviewedRecord]:
    """Every record that some sources keep under some local ids; not indexed, and asked only about a decision."""
    wanted = sorted(set(refs))
    return _records(
        connection,
        "(r.source, r.local_id) IN (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))",
        {"sources": [ref.source for ref in wanted], "ids": [ref.local_id for ref in wanted]},
    )


def children_of(connection: Connection, refs: Iterable[PersonRef]) -> set[str]:
    """The children whose records some sources keep under some local ids."""
    return {child for record in records_of_refs(connection, refs) for child in record.children}


def links_of_child(connection: Connection, child_id: str) -> list[JoinedBy]:
    """Why a child's records are joined: links that hang all of them together."""
    rows = connection.execute(
        text(
            "SELECT l.one, l.other, l.why, l.weight, l.parts FROM identity_link l JOIN person_record r ON r.id = l.one"
            " WHERE r.child_id = :child ORDER BY l.one, l.other"
        ),
        {"child": child_id},
    )
    return [JoinedBy(row[0], row[1], row[2], row[3], _parts(row[4])) for row in rows]


def one_record(connection: Connection, number: int) -> ReviewedRecord | None:
    """A record by its number; None where there is none."""
    return next(iter(_records(connection, "r.id = :id", {"id": number})), None)


def events_of_records(engine: Engine, numbers: Iterable[int]) -> dict[int, int]:
    """How many events each of some records was asserted by; those of a held one wait in quarantine."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT person_record_id, count(*) FROM admitted WHERE person_record_id = ANY(:numbers) GROUP BY 1"),
            {"numbers": sorted(set(numbers))},
        )
        return {row[0]: row[1] for row in rows}


def affected(engine: Engine, child_ids: Iterable[str]) -> list[Affected]:
    """Who would be touched by a decision on some children."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT i.id, concat_ws(' ', c.given_name, c.family_name), c.date_of_birth,"
                " (SELECT count(*) FROM person_record r WHERE r.child_id = i.id),"
                " (SELECT count(*) FROM event e WHERE e.child_id = i.id), coalesce(c.open_flags, 0),"
                " coalesce(c.restricted, false)"
                " OR EXISTS (SELECT FROM person_record r WHERE r.child_id = i.id AND r.restricted), c.named_workers"
                " FROM unnest(cast(:children AS text[])) AS i(id) LEFT JOIN child c ON c.child_id = i.id ORDER BY i.id"
            ),
            {"children": sorted(set(child_ids))},
        )
        return [_affected(tuple(row)) for row in rows]


def _records(connection: Connection, condition: str, given: dict[str, object]) -> list[ReviewedRecord]:
    rows = connection.execute(
        text(
            f"SELECT {_RECORD.format('r')} FROM person_record r WHERE {condition}"  # noqa: S608 - constants of ours
            " ORDER BY r.first_recorded_at, r.first_source, r.first_event_id, r.id"
        ),
        given,
    )
    return [_record(tuple(row)) for row in rows]


def _affected(values: Sequence[Any]) -> Affected:
    return Affected(*values[:-1], *[tuple(f"{worker['name']}, {worker['role']}" for worker in values[-1] or ())])


def _pair(row: Row[Any]) -> WaitingPair:
    values: tuple[Any, ...] = tuple(row)
    why, weight, parts, since = values[2 * _WIDTH :]
    one, other = _record(values[:_WIDTH]), _record(values[_WIDTH : 2 * _WIDTH])
    return WaitingPair(one, other, why or HELD, weight, _parts(parts), since)


def _parts(given: Iterable[Sequence[Any]] | None) -> tuple[Part, ...]:
    return tuple((str(field), str(level), float(share)) for field, level, share in given or ())


def _record(values: Sequence[Any]) -> ReviewedRecord:
    return ReviewedRecord(*values[:-1], *[tuple(values[-1] or ())])
