"""Decisions of people on identity: ours from the moment they are taken, others' once the gate has let them in."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.identity.records import PersonRef

SOURCE = "urn:send:identity-review"
"""The source of the decisions that are taken here; only these can be taken back here."""

DECIDING_LOCK = 8210006
"""Advisory lock: one decision at a time is written, so that nobody decides unaware of another."""


class Word(NamedTuple):
    """A decision as others are told of it; `same` is None for one that takes another back."""

    event_id: str
    by: str
    at: datetime
    why: str
    same: bool | None


class Said(NamedTuple):
    """A decision as an event, and whether the gate has carried it out."""

    event: Event
    carried_out: bool


class Taken(NamedTuple):
    """A decision as it is about to be kept: on which pair of records, if on one, and whose children it touches."""

    event_id: str
    body: Mapping[str, object]
    pair: tuple[int, int] | None
    children: Collection[str]


_DECISION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

UNDER_WAY = (
    "SELECT d.event_id, d.body, d.one, d.other, d.children, d.decided_at,"
    " d.one IS NULL AND d.body -> 'data' -> 'pairs' @> '[{\"same\": true}]' AS joins_children"
    " FROM identity_decision d WHERE NOT d.carried_out"
)
"""The decisions that the gate has not carried out yet: it admits one and does what it says in one transaction."""

_NAMES_NOBODY_RESTRICTED = (
    "(:restricted OR NOT EXISTS (SELECT FROM jsonb_path_query(d.body, '$.data.pairs[*].*') AS ref"
    " JOIN person_record r ON r.source = ref ->> 'source' AND r.local_id = ref ->> 'local_id'"
    " LEFT JOIN child c ON c.child_id = r.child_id WHERE r.restricted OR c.restricted))"
)
"""Whether decision `d` may be shown: with `:restricted` off, none that names who is restricted now. Each is looked up by itself,
for they are few that are asked of, and those who are restricted may be many."""

_MAY_BE_KNOWN = (
    f"({_NAMES_NOBODY_RESTRICTED} AND (:restricted OR NOT EXISTS"
    " (SELECT FROM child c WHERE c.child_id = ANY(d.children) AND c.restricted)))"
)
"""Whether it may be known that there is decision `d`: with `:restricted` off, none that touched a child who is restricted now,
too."""

_WITH = (
    "WITH RECURSIVE found (source, event_id, names) AS ("
    "SELECT d.source, d.event_id, d.names FROM unnest(cast(:patterns AS jsonb[])) AS p(pattern)"
    " JOIN identity_decision d ON d.body #> '{data,pairs}' @> p.pattern"
    " UNION SELECT n.source, n.event_id, n.names FROM found f CROSS JOIN LATERAL ("
    "SELECT * FROM identity_decision n WHERE n.source = f.source AND n.names = f.event_id"
    " UNION ALL SELECT * FROM identity_decision n WHERE n.source = f.source AND n.names = f.names"
    " UNION ALL SELECT * FROM identity_decision n WHERE n.source = f.source AND n.event_id = f.names) AS n)"
    " SELECT d.body, d.carried_out FROM found JOIN identity_decision d USING (source, event_id)"
)
"""By what it names each decision hangs together with those of its source that it takes back or stands for, that do so to it, and
that name what it names, be that known or not."""


def is_decision_id(given: str) -> bool:
    """Whether a text has the shape of an id that is given to decisions here."""
    return _DECISION_ID.fullmatch(given) is not None


def lock_deciding(connection: Connection) -> None:
    """Wait until no other decision is being written; held until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DECIDING_LOCK})


def keep_decision(connection: Connection, taken: Taken) -> None:
    """Keep a decision that is taken here. Needs the lock."""
    one, other = sorted(taken.pair) if taken.pair else (None, None)
    connection.execute(
        text(
            "INSERT INTO identity_decision (source, event_id, recorded_at, body, one, other, children)"
            " SELECT :source, :id, cast(told ->> 'recordedtime' AS timestamptz), told, :one, :other, :children"
            " FROM cast(:body AS jsonb) AS told"
        ),
        {
            "source": SOURCE,
            "id": taken.event_id,
            "body": json.dumps(taken.body),
            "one": one,
            "other": other,
            "children": sorted(taken.children),
        },
    )


def keep_carried_out(connection: Connection, decided: Iterable[Event], gone: Iterable[EventKey]) -> None:
    """Keep the decisions that the gate lets in and carries out; those that are `gone` gave way to another event of their id."""
    left = list(gone)
    connection.execute(
        text(
            "DELETE FROM identity_decision WHERE (source, event_id) IN"
            " (SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
        ),
        {"sources": [key.source for key in left], "ids": [key.id for key in left]},
    )
    events = list(decided)
    connection.execute(
        text(
            "INSERT INTO identity_decision (source, event_id, recorded_at, body, children, carried_out)"
            " SELECT source, event_id, recorded_at, cast(body AS jsonb), '{}', true FROM unnest(cast(:sources AS text[]),"
            " cast(:ids AS text[]), cast(:recorded AS timestamptz[]), cast(:bodies AS text[]))"
            " AS told(source, event_id, recorded_at, body) ON CONFLICT (source, event_id) DO UPDATE"
            " SET recorded_at = excluded.recorded_at, body = excluded.body, carried_out = true"
        ),
        {
            "sources": [event.source for event in events],
            "ids": [event.id for event in events],
            "recorded": [event.recorded_at for event in events],
            "bodies": [event.body.decode() for event in events],
        },
    )


def last_recorded(connection: Connection, until: datetime) -> datetime | None:
    """When the latest decision of all says that it was recorded, of those no later than `until`. Needs the lock."""
    found: datetime | None = connection.execute(
        text("SELECT max(recorded_at) FROM identity_decision WHERE recorded_at <= :until"), {"until": until}
    ).scalar_one()
    return found


def latest_on_children(connection: Connection, child_ids: Iterable[str], *, restricted: bool) -> Word | None:
    """The latest decision that touches any of some children; with `restricted` off none that touches a restricted child,
    too. None where there is none."""
    return _one_word(
        connection,
        f"children && cast(:given AS text[]) AND {_MAY_BE_KNOWN}",
        {"given": sorted(set(child_ids)), "restricted": restricted},
    )


def latest_on_pair(connection: Connection, one: int, other: int) -> Word | None:
    """The latest decision on two records by their numbers; None where there is none."""
    first, second = sorted((one, other))
    return _one_word(connection, "one = :one AND other = :other", {"one": first, "other": second})


def decision_by_id(connection: Connection, event_id: str) -> Word | None:
    """A decision that was taken here, by its id; None where there is none."""
    return _one_word(connection, "source = :source AND event_id = :id", {"source": SOURCE, "id": event_id})


def is_under_way(connection: Connection, event_id: str) -> bool:
    """Whether the gate has yet to carry a decision out."""
    found: bool = connection.execute(
        text(f"SELECT EXISTS (SELECT FROM ({UNDER_WAY}) AS u WHERE u.event_id = :id)"),  # noqa: S608 - a constant of ours
        {"id": event_id},
    ).scalar_one()
    return found


def words_under_way(connection: Connection, child_id: str, *, restricted: bool) -> list[Word]:
    """The decisions that touch a child and that the gate has yet to carry out, the latest first; with `restricted` off
    none that touches a restricted child, too."""
    rows = connection.execute(
        text(
            f"SELECT event_id, body, decided_at FROM ({UNDER_WAY}) AS d WHERE :child = ANY(children)"  # noqa: S608 - ours
            f" AND {_MAY_BE_KNOWN} ORDER BY decided_at DESC"
        ),
        {"child": child_id, "restricted": restricted},
    )
    return [_word(*row) for row in rows]


def latest_decisions(connection: Connection, most: int, *, after: int, restricted: bool) -> list[Event]:
    """The latest decisions, of those after so many, but for such as only take one back; with `restricted` off none that
    speaks of a restricted record or child."""
    rows = connection.execute(
        text(
            f"SELECT d.body FROM identity_decision d WHERE d.body #>> '{{data,retracts}}' IS NULL AND {_NAMES_NOBODY_RESTRICTED}"  # noqa: S608 - ours
            " ORDER BY d.recorded_at DESC, d.event_id DESC, d.source DESC LIMIT :most OFFSET :after"
        ),
        {"most": most, "after": after, "restricted": restricted},
    )
    return [_event(row.body) for row in rows]


def own_decision(connection: Connection, event_id: str, *, restricted: bool) -> Event | None:
    """A decision that was taken here; with `restricted` off none that speaks of a restricted record or child."""
    if not is_decision_id(event_id):
        return None
    body = connection.execute(
        text(
            "SELECT d.body FROM identity_decision d WHERE d.source = :source AND d.event_id = :id"  # noqa: S608 - ours
            f" AND d.body #>> '{{data,retracts}}' IS NULL AND {_NAMES_NOBODY_RESTRICTED}"
        ),
        {"source": SOURCE, "id": event_id, "restricted": restricted},
    ).scalar_one_or_none()
    return None if body is None else _event(body)


def decisions_with(
    connection: Connection, pairs: Iterable[tuple[PersonRef, PersonRef]], refs: Iterable[PersonRef] = ()
) -> dict[EventKey, Said]:
    """Every decision on one of some pairs, or on anybody of some, and whatever names these or is named by them."""
    rows = connection.execute(text(_WITH), {"patterns": sorted({*_of_pairs(pairs), *_of_refs(refs)})})
    said = [Said(_event(row.body), row.carried_out) for row in rows]
    return {told.event.key: told for told in said}


def _of_pairs(pairs: Iterable[tuple[PersonRef, PersonRef]]) -> Iterator[str]:
    for one, other in pairs:
        for first, second in ((one, other), (other, one)):
            yield json.dumps([{"one": first._asdict(), "other": second._asdict()}])


def _of_refs(refs: Iterable[PersonRef]) -> Iterator[str]:
    for ref in refs:
        for side in ("one", "other"):
            yield json.dumps([{side: ref._asdict()}])


def _event(body: Mapping[str, object]) -> Event:
    return read(json.dumps(body).encode())


def answered_by_others(
    connection: Connection, actor: str, since: datetime, *, restricted: bool
) -> list[tuple[Word, Word]]:
    """Somebody's decisions that another overruled or took back after `since`: theirs, and the other's; with `restricted`
    off none that touches a child who is restricted by now."""
    rows = connection.execute(
        text(
            "SELECT d.event_id, d.body, d.decided_at, l.event_id, l.body, l.decided_at"  # noqa: S608 - constants of ours
            " FROM identity_decision l JOIN identity_decision d"
            " ON (l.source = d.source AND l.names = d.event_id) OR (l.one = d.one AND l.other = d.other"
            " AND l.body -> 'data' -> 'pairs' @> '[{\"same\": true}]'"
            " <> (d.body -> 'data' -> 'pairs' @> '[{\"same\": true}]'))"
            " WHERE d.body #>> '{data,by}' = :actor AND l.body #>> '{data,by}' <> :actor"
            f" AND l.decided_at > :since AND l.decided_at > d.decided_at AND {_MAY_BE_KNOWN} ORDER BY l.decided_at DESC"
        ),
        {"actor": actor, "since": since, "restricted": restricted},
    )
    return [
        (_word(mine, body, at), _word(theirs, answer, answered_at))
        for mine, body, at, theirs, answer, answered_at in rows
    ]


def _one_word(connection: Connection, condition: str, given: Mapping[str, object]) -> Word | None:
    row = connection.execute(
        text(
            f"SELECT event_id, body, decided_at FROM identity_decision d WHERE {condition}"  # noqa: S608 - constants of ours
            " ORDER BY decided_at DESC, event_id LIMIT 1"
        ),
        given,
    ).one_or_none()
    return None if row is None else _word(row[0], row[1], row[2])


def _word(event_id: str, body: Mapping[str, Any], at: datetime) -> Word:
    pairs = body["data"].get("pairs")
    same = any(pair["same"] for pair in pairs) if pairs else None
    return Word(event_id, body["data"]["by"], at, body["data"]["why"], same)
