"""What stewards ask of the quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Items of one feed with one reason."""

    feed: str
    code: str
    field: str
    message: str
    items: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """One item, with its untouched bytes."""

    id: int
    feed: str
    raw: bytes
    reasons: list[dict[str, Any]]
    origin: dict[str, Any]
    position: str
    quarantined_at: datetime
    status: str


def groups(engine: Engine, feed: str | None = None) -> list[QuarantineGroup]:
    """Open items by feed and reason, the most first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT q.feed, r ->> 'code', r ->> 'field', min(r ->> 'message'), count(*), min(quarantined_at),"
                " max(quarantined_at) FROM quarantine q CROSS JOIN jsonb_array_elements(q.reasons) AS r"
                " WHERE status = 'open' AND (cast(:feed AS text) IS NULL OR q.feed = :feed)"
                " GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2, 3"
            ),
            {"feed": feed},
        )
        return [QuarantineGroup(*row) for row in rows]


def items(engine: Engine, feed: str | None, code: str | None, limit: int) -> list[QuarantineItem]:
    """Open items of a feed, with a reason where one is named, oldest first."""
    return _items(
        engine,
        "WHERE status = 'open' AND (cast(:feed AS text) IS NULL OR feed = :feed)"
        " AND (cast(:code AS text) IS NULL OR reasons @> jsonb_build_array(jsonb_build_object('code', :code)))"
        " ORDER BY id LIMIT :limit",
        {"feed": feed, "code": code, "limit": limit},
    )


def one_item(engine: Engine, item_id: int) -> QuarantineItem | None:
    """One item by its number; None where there is none."""
    found = _items(engine, "WHERE id = :id", {"id": item_id})
    return found[0] if found else None


def _items(engine: Engine, condition: str, values: dict[str, object]) -> list[QuarantineItem]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                'SELECT id, feed, raw, reasons, origin, topic, "partition", "offset", quarantined_at, status'  # noqa: S608 - ours
                f" FROM quarantine {condition}"
            ),
            values,
        )
        return [
            QuarantineItem(row[0], row[1], bytes(row[2]), row[3], row[4], f"{row[5]}/{row[6]}/{row[7]}", row[8], row[9])
            for row in rows
        ]
