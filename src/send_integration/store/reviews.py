"""What reviewers ask: which pairs wait, what both records say and why, who else is affected, what was decided before."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from send_integration.identity.records import PersonRef


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


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Two records of which a person is asked; `parts` are (field, level, weight)."""

    one: ReviewedRecord
    other: ReviewedRecord
    why: str
    weight: float
    parts: tuple[tuple[str, str, float], ...]
    since: datetime

    @property
    def name(self) -> str:
        """By which the pair is asked for."""
        return f"{self.one.number}-{self.other.number}"


@dataclass(frozen=True, slots=True)
class Affected:
    """A child whom a decision would touch: how many records and events, and who works with the child."""

    child_id: str
    records: int
    events: int
    named_workers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that a person took; `withdrawn` where another took it back."""

    event_id: str
    recorded_at: datetime
    by: str
    why: str
    joined: int
    parted: int
    withdrawn: bool


_RECORD = (
    "{0}.id, {0}.source, {0}.local_id, {0}.given_name, {0}.family_name, {0}.date_of_birth, {0}.nhs_number, {0}.upn,"
    " {0}.postcode, {0}.address, {0}.gender, {0}.restricted, {0}.child_id, {0}.held_between"
)
_WIDTH = _RECORD.count(",") + 1
_PAIR = (
    f"SELECT {_RECORD.format('a')}, {_RECORD.format('b')}, v.why, v.weight, v.parts, v.decided_at"  # noqa: S608 - ours
    " FROM identity_review v JOIN person_record a ON a.id = v.one JOIN person_record b ON b.id = v.other"
)
_SEEN = "(:restricted OR NOT (a.restricted OR b.restricted))"


def waiting_pairs(engine: Engine, *, restricted: bool, limit: int, offset: int = 0) -> tuple[list[WaitingPair], int]:
    """The pairs that wait, the likeliest first, and how many there are; with `restricted` off, none of a restricted record."""
    with engine.connect() as connection:
        total: int = connection.execute(
            text(f"SELECT count(*) FROM ({_PAIR} WHERE {_SEEN}) AS seen"),  # noqa: S608 - constants of ours
            {"restricted": restricted},
        ).scalar_one()
        rows = connection.execute(
            text(f"{_PAIR} WHERE {_SEEN} ORDER BY v.weight DESC, v.one, v.other LIMIT :limit OFFSET :offset"),
            {"restricted": restricted, "limit": limit, "offset": offset},
        )
        return [_pair(row) for row in rows], total


def waiting_pair(engine: Engine, one: int, other: int, *, restricted: bool) -> WaitingPair | None:
    """One pair by its records' numbers; None where it does not wait, or may not be seen."""
    with engine.connect() as connection:
        row = connection.execute(
            text(f"{_PAIR} WHERE v.one = :one AND v.other = :other AND {_SEEN}"),
            {"one": min(one, other), "other": max(one, other), "restricted": restricted},
        ).one_or_none()
    return None if row is None else _pair(row)


def records_of_child(connection: Connection, child_id: str) -> list[ReviewedRecord]:
    """Every record of a child, in the order in which agencies wrote them down."""
    rows = connection.execute(
        text(
            f"SELECT {_RECORD.format('r')} FROM person_record r WHERE r.child_id = :child"  # noqa: S608 - ours
            " ORDER BY r.first_recorded_at, r.first_source, r.first_event_id"
        ),
        {"child": child_id},
    )
    return [_record(tuple(row)) for row in rows]


def one_record(connection: Connection, number: int) -> ReviewedRecord | None:
    """A record by its number; None where there is none."""
    row = connection.execute(
        text(f"SELECT {_RECORD.format('r')} FROM person_record r WHERE r.id = :id"),  # noqa: S608 - ours
        {"id": number},
    ).one_or_none()
    return None if row is None else _record(tuple(row))


def affected(engine: Engine, child_ids: Iterable[str]) -> list[Affected]:
    """Who would be touched by a decision on some children."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.id, (SELECT count(*) FROM person_record r WHERE r.child_id = c.id),"
                " (SELECT count(*) FROM event e WHERE e.child_id = c.id),"
                " (SELECT named_workers FROM child WHERE child_id = c.id)"
                " FROM unnest(cast(:children AS text[])) AS c(id) ORDER BY c.id"
            ),
            {"children": sorted(set(child_ids))},
        )
        return [
            Affected(row[0], row[1], row[2], tuple(f"{w['name']}, {w['role']}" for w in row[3] or ())) for row in rows
        ]


def past_decisions(engine: Engine, limit: int) -> list[PastDecision]:
    """What people decided, the latest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT event_id, raw FROM admitted WHERE feed = 'identity' ORDER BY recorded_at DESC, event_id LIMIT :n"
            ),
            {"n": limit},
        )
        told = [json.loads(bytes(row.raw)) for row in rows]
    taken_back = {body["data"]["retracts"] for body in told if body["data"].get("retracts")}
    return [_past(body, taken_back) for body in told if "pairs" in body["data"]]


def _past(body: dict[str, Any], taken_back: set[str]) -> PastDecision:
    data = body["data"]
    joined = sum(pair["same"] for pair in data["pairs"])
    return PastDecision(
        body["id"],
        datetime.fromisoformat(body["recordedtime"]),
        data["by"],
        data["why"],
        joined,
        len(data["pairs"]) - joined,
        body["id"] in taken_back,
    )


def _pair(row: Row[Any]) -> WaitingPair:
    values: tuple[Any, ...] = tuple(row)
    why, weight, parts, since = values[2 * _WIDTH :]
    told = tuple((str(field), str(level), float(share)) for field, level, share in parts)
    return WaitingPair(_record(values[:_WIDTH]), _record(values[_WIDTH : 2 * _WIDTH]), why, weight, told, since)


def _record(values: Sequence[Any]) -> ReviewedRecord:
    return ReviewedRecord(*values[:-1], *[tuple(values[-1] or ())])
