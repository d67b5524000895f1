"""Decisions of people on identity, kept from the moment they are taken, before and after the gate carries them out."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.identity.records import PersonRef
from send_integration.when.london import utc_text

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


class Taken(NamedTuple):
    """A decision as it is about to be kept: on which pair of records, if on one, and whose children it touches."""

    event_id: str
    body: Mapping[str, object]
    pair: tuple[int, int] | None
    children: Collection[str]


_DECISION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

UNDER_WAY = (
    "SELECT d.event_id, d.body, d.one, d.other, d.children, d.decided_at,"  # noqa: S608 - constants of ours
    " d.one IS NULL AND d.body -> 'data' -> 'pairs' @> '[{\"same\": true}]' AS joins_children"
    " FROM identity_decision d WHERE NOT d.carried_out AND NOT EXISTS"
    f" (SELECT FROM admitted m WHERE m.source = '{SOURCE}' AND m.event_id = d.event_id)"
)
"""The decisions that the gate has not carried out yet: it admits one and does what it says in one transaction."""

_RESTRICTED_REFS = (
    "SELECT source, local_id FROM person_record WHERE restricted UNION"
    " SELECT r.source, r.local_id FROM child c JOIN person_record r ON r.child_id = c.child_id WHERE c.restricted"
)
_MAY_BE_KNOWN = (
    "(:restricted OR NOT (d.children && ARRAY(SELECT child_id FROM child WHERE restricted) OR EXISTS"  # noqa: S608 - ours
    " (SELECT FROM jsonb_path_query(d.body, '$.data.pairs[*].*') AS ref"
    f" WHERE (ref ->> 'source', ref ->> 'local_id') IN ({_RESTRICTED_REFS}))))"
)
"""Whether decision `d` may be known: with `:restricted` off, none that touches a child who is restricted now."""


def is_decision_id(given: str) -> bool:
    """Whether a text has the shape of an id that is given to decisions here."""
    return _DECISION_ID.fullmatch(given) is not None


def lock_deciding(connection: Connection) -> None:
    """Wait until no other decision is being written; held until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DECIDING_LOCK})


def keep_decision(connection: Connection, taken: Taken) -> None:
    """Keep a decision, and note which of those before it have been carried out. Needs the lock."""
    connection.execute(
        text(
            "UPDATE identity_decision d SET carried_out = true WHERE NOT carried_out AND EXISTS"
            " (SELECT FROM admitted m WHERE m.source = :source AND m.event_id = d.event_id)"
        ),
        {"source": SOURCE},
    )
    one, other = sorted(taken.pair) if taken.pair else (None, None)
    connection.execute(
        text(
            "INSERT INTO identity_decision (event_id, body, one, other, children)"
            " VALUES (:id, cast(:body AS jsonb), :one, :other, :children)"
        ),
        {
            "id": taken.event_id,
            "body": json.dumps(taken.body),
            "one": one,
            "other": other,
            "children": sorted(taken.children),
        },
    )


def last_recorded(connection: Connection, until: datetime) -> datetime | None:
    """When the latest decision of all says that it was recorded, of those no later than `until`. Needs the lock."""
    found: str | None = connection.execute(
        text("SELECT max(body ->> 'recordedtime') FROM identity_decision WHERE body ->> 'recordedtime' <= :until"),
        {"until": utc_text(until)},
    ).scalar_one()
    return None if found is None else datetime.fromisoformat(found)


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
    return _one_word(connection, "event_id = :id", {"id": event_id})


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


def bodies_under_way(connection: Connection) -> list[bytes]:
    """The decisions that the gate has not carried out yet, as the bytes of their events."""
    return [json.dumps(row.body).encode() for row in connection.execute(text(UNDER_WAY))]


def answered_by_others(
    connection: Connection, actor: str, since: datetime, *, restricted: bool
) -> list[tuple[Word, Word]]:
    """Somebody's decisions that another overruled or took back after `since`: theirs, and the other's; with `restricted`
    off none that touches a child who is restricted by now."""
    rows = connection.execute(
        text(
            "SELECT d.event_id, d.body, d.decided_at, l.event_id, l.body, l.decided_at"  # noqa: S608 - constants of ours
            " FROM identity_decision l JOIN identity_decision d"
            " ON l.body #>> '{data,retracts}' = d.event_id OR (l.one = d.one AND l.other = d.other"
            " AND l.body -> 'data' -> 'pairs' @> '[{\"same\": true}]'"
            " <> (d.body -> 'data' -> 'pairs' @> '[{\"same\": true}]'))"
            " WHERE d.body #>> '{data,by}' = :actor AND l.body #>> '{data,by}' <> :actor"
            f" AND l.decided_at > greatest(d.decided_at, :since) AND {_MAY_BE_KNOWN} ORDER BY l.decided_at DESC"
        ),
        {"actor": actor, "since": since, "restricted": restricted},
    )
    return [
        (_word(mine, body, at), _word(theirs, answer, answered_at))
        for mine, body, at, theirs, answer, answered_at in rows
    ]


def restricted_refs(connection: Connection) -> set[PersonRef]:
    """Every source and local id of a restricted record, or of a restricted child's."""
    rows = connection.execute(text(_RESTRICTED_REFS))
    return {PersonRef(*row) for row in rows}


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
