"""What stewards ask of the quarantine: its groups, their items, an item with its history, and what a child waits for."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.mentions import Somebody, mentions
from send_integration.store.stewards import AGENCY, CHOSEN, FIELD, Choice

TREND_DAYS = 14


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Open items of one feed and agency with one reason; `days` are how many came on each of the last days, today's last.

    `agency` is '' where nobody can tell whose they are.
    """

    feed: str
    agency: str
    code: str
    field: str
    message: str
    items: int
    first_seen: datetime
    last_seen: datetime
    days: tuple[int, ...]

    @property
    def choice(self) -> Choice:
        """What chooses its items."""
        return Choice(self.feed, self.agency, self.code, self.field)

    @property
    def token(self) -> str:
        """Names the group in an address, where nothing that was sent may stand."""
        return sha256(json.dumps(self.choice).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """One item, with its untouched bytes. `secret` is whether it is, or could be, of a restricted child; `children` are
    those whom it is about, as far as is known; `held` is whether it waits for a decision on identity."""

    id: int
    feed: str
    agency: str
    reasons: list[dict[str, Any]]
    adapter_reasons: list[dict[str, Any]]
    origin: dict[str, Any]
    position: str
    quarantined_at: datetime
    status: str
    held: bool
    replay: int | None
    secret: bool
    children: list[str]
    raw: bytes


class ListedItem(NamedTuple):
    """An item in a list, without its bytes."""

    id: int
    quarantined_at: datetime
    origin: dict[str, Any]
    position: str
    codes: list[str]
    held: bool
    replay: int | None


class Act(NamedTuple):
    """Something that happened to an item; `reasons` are the item's at that time."""

    id: int
    act: str
    at: datetime
    by: str
    why: str
    reasons: list[dict[str, Any]]


class Awaiting(NamedTuple):
    """How many items of one agency wait, and since when."""

    agency: str
    items: int
    since: datetime


_HIDDEN = (
    "(q.restricted OR EXISTS (SELECT FROM person_record p LEFT JOIN child c ON c.child_id = p.child_id"
    " WHERE p.source = q.source AND p.local_id = q.local_id AND (p.restricted OR c.restricted))"
    " OR EXISTS (SELECT FROM person_record p WHERE p.id = q.person_record_id AND (p.restricted"
    " OR EXISTS (SELECT FROM child c WHERE c.restricted AND c.child_id = ANY(p.held_between)))))"
)
_CHILDREN = (
    "ARRAY(SELECT p.child_id FROM person_record p WHERE p.source = q.source AND p.local_id = q.local_id"
    " AND p.child_id IS NOT NULL UNION SELECT unnest(p.held_between) FROM person_record p WHERE p.id = q.person_record_id)"
)


def groups(engine: Engine, today: date, feed: str | None = None, agency: str | None = None) -> list[QuarantineGroup]:
    """Open items by feed, agency and reason, the most first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT q.feed, {AGENCY}, r ->> 'code', {FIELD}, min(r ->> 'message'),"  # noqa: S608 - ours
                " cast(q.quarantined_at AT TIME ZONE 'Europe/London' AS date), count(DISTINCT q.id),"
                " min(q.quarantined_at), max(q.quarantined_at)"
                " FROM quarantine q CROSS JOIN jsonb_array_elements(q.reasons) AS r"
                f" WHERE q.status = 'open' AND {CHOSEN} GROUP BY 1, 2, 3, 4, 6"
            ),
            Choice(feed, agency).as_values(),
        ).all()
    days: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in rows:
        days[tuple(row[:4])].append(row[4:])
    found = [_group(named, of_group, today) for named, of_group in days.items()]
    return sorted(found, key=lambda group: (-group.items, group.choice))


def _group(named: tuple[str, ...], rows: list[Any], today: date) -> QuarantineGroup:
    came: dict[date, int] = {day: items for _, day, items, _, _ in rows}
    feed, agency, code, field = named
    return QuarantineGroup(
        feed,
        agency,
        code,
        field,
        min(row[0] for row in rows),
        sum(came.values()),
        min(row[3] for row in rows),
        max(row[4] for row in rows),
        tuple(came.get(today - timedelta(back), 0) for back in reversed(range(TREND_DAYS))),
    )


def list_items(engine: Engine, choice: Choice, *, limit: int, offset: int = 0) -> list[ListedItem]:
    """Open items of a choice, the oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                'SELECT q.id, q.quarantined_at, q.origin, concat_ws(\'/\', q.topic, q."partition", q."offset"),'  # noqa: S608
                " ARRAY(SELECT r ->> 'code' FROM jsonb_array_elements(q.reasons) AS r), q.person_record_id IS NOT NULL,"
                f" q.replay FROM quarantine q WHERE q.status = 'open' AND {CHOSEN} ORDER BY q.id LIMIT :limit OFFSET :offset"
            ),
            {**choice.as_values(), "limit": limit, "offset": offset},
        )
        return [ListedItem(*fields) for fields in (tuple[Any, ...](row) for row in rows)]


def one_item(engine: Engine, item_id: int) -> QuarantineItem | None:
    """One item by its number; None where there is none."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                f"SELECT q.id, q.feed, {AGENCY}, q.reasons, q.adapter_reasons, q.origin,"  # noqa: S608 - ours
                ' concat_ws(\'/\', q.topic, q."partition", q."offset"), q.quarantined_at, q.status,'
                f" q.person_record_id IS NOT NULL, q.replay, {_HIDDEN}, {_CHILDREN}, q.raw FROM quarantine q WHERE q.id = :id"
            ),
            {"id": item_id},
        ).one_or_none()
        if row is None:
            return None
        named = {name: row[place] for place, name in enumerate(QuarantineItem.__slots__)}
        raw = bytes(named["raw"])
        secret = named["secret"] or mentions(raw, _restricted_people(connection))
    return QuarantineItem(**{**named, "raw": raw, "secret": secret})


_SOMEBODY = "p.source, p.local_id, p.given_name, p.family_name, p.nhs_number, p.upn"


def _restricted_people(connection: Connection) -> Iterator[Somebody]:
    """Everybody of whom only some may know, as each source knows them."""
    rows = connection.execute(
        text(
            f"SELECT {_SOMEBODY} FROM person_record p WHERE p.restricted UNION"  # noqa: S608 - ours
            f" SELECT {_SOMEBODY} FROM child c CROSS JOIN LATERAL (SELECT * FROM person_record r"
            " WHERE r.child_id = c.child_id OFFSET 0) AS p WHERE c.restricted"  # by index, however many records there are
        )
    )
    return (Somebody(*fields) for fields in (tuple[Any, ...](row) for row in rows))


def history_of(engine: Engine, item_id: int) -> list[Act]:
    """Everything that happened to an item, in order."""
    with engine.connect() as connection:
        rows = connection.execute(
            text('SELECT id, act, at, "by", why, reasons FROM quarantine_act WHERE item = :id ORDER BY id'),
            {"id": item_id},
        )
        return [Act(*fields) for fields in (tuple[Any, ...](row) for row in rows)]


def awaiting_checks(engine: Engine, child_id: str, *, restricted: bool) -> list[Awaiting]:
    """What of a child waits in quarantine, by agency: items that name it as a source knows it, and those held between it
    and others. With `restricted` off, nothing that could tell of another child who is restricted, or that this one is.
    """
    known = "EXISTS (SELECT FROM child c WHERE c.child_id = :child AND c.restricted)"
    other = (
        "EXISTS (SELECT FROM child c WHERE c.child_id = ANY(p.held_between) AND c.child_id <> :child AND c.restricted)"
    )
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT agency, count(*), min(quarantined_at) FROM ("  # noqa: S608 - ours
                f"SELECT {AGENCY} AS agency, q.quarantined_at FROM quarantine q WHERE q.status = 'open'"
                " AND q.person_record_id IS NULL AND (q.source, q.local_id) IN"
                " (SELECT source, local_id FROM person_record WHERE child_id = :child)"
                f" AND (:restricted OR NOT q.restricted OR {known})"
                f" UNION ALL SELECT {AGENCY}, q.quarantined_at FROM quarantine q JOIN person_record p"
                " ON p.id = q.person_record_id WHERE q.status = 'open'"
                " AND p.held_between @> ARRAY[cast(:child AS text)]"
                f" AND (:restricted OR NOT ((p.restricted AND NOT {known}) OR {other}))"
                ") AS w GROUP BY agency ORDER BY min(quarantined_at), agency"
            ),
            {"child": child_id, "restricted": restricted},
        )
        return [Awaiting(row[0], row[1], row[2]) for row in rows]


class Rejection(NamedTuple):
    """An item as its sender may be told of it."""

    feed: str
    origin: dict[str, Any]
    event_id: str | None
    quarantined_at: datetime
    reasons: list[dict[str, Any]]


def rejections_of(connection: Connection, agency: str, feed: str | None) -> list[Rejection]:
    """What an agency can mend: its open items that wait for no decision of ours. What the sender is known to be decides
    where the bytes do not say; where the two differ, it is nobody's."""
    rows = connection.execute(
        text(
            "SELECT q.feed, q.origin, q.event_id, q.quarantined_at, q.reasons FROM quarantine q"  # noqa: S608 - ours
            f" WHERE q.status = 'open' AND q.person_record_id IS NULL AND {AGENCY} = :agency"
            " AND coalesce(q.origin ->> 'sender', :agency) = :agency"
            " AND (cast(:feed AS text) IS NULL OR q.feed = :feed) ORDER BY q.feed, q.id"
        ),
        {"agency": agency, "feed": feed},
    )
    return [Rejection(*fields) for fields in (tuple[Any, ...](row) for row in rows)]
