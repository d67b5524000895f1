"""What of others names a child that is erased: their events, people's decisions, and messages that wait to be published."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, text

from send_integration.contracts import topics
from send_integration.contracts.erasing import Ref, speaks_of, without
from send_integration.contracts.event import EventKey
from send_integration.contracts.registry import read
from send_integration.store.erasing_scope import Scope

CLEAN = frozenset(topics.clean(feed).name for feed in topics.FEEDS)
"""The topics on which others' events are said."""


def rewrite_events(connection: Connection, bodies: Mapping[EventKey, bytes]) -> int:
    """Put other bodies in the place of some admitted events', and of what the timeline has of them; gives how many."""
    given = {
        "sources": [key.source for key in bodies],
        "ids": [key.id for key in bodies],
        "bodies": list(bodies.values()),
        "hashes": [sha256(body).digest() for body in bodies.values()],
    }
    new = (
        "unnest(cast(:sources AS text[]), cast(:ids AS text[]), cast(:bodies AS bytea[]), cast(:hashes AS bytea[]))"
        " AS u(source, event_id, body, hash)"
    )
    written = connection.execute(
        text(
            f"UPDATE admitted a SET raw = u.body, body_hash = u.hash FROM {new}"  # noqa: S608 - a constant of ours
            " WHERE a.source = u.source AND a.event_id = u.event_id"
        ),
        given,
    )
    connection.execute(
        text(
            f"UPDATE event e SET body = u.body FROM {new}"  # noqa: S608 - as above
            " WHERE e.source = u.source AND e.event_id = u.event_id"
        ),
        given,
    )
    return written.rowcount


def forget_in_decisions(connection: Connection, scope: Scope) -> int:
    """Take the child's records and ids out of people's decisions; one of which nothing is left goes. Gives how many."""
    rows = connection.execute(
        text(
            "SELECT source, event_id, body, children FROM identity_decision d WHERE children && cast(:ids AS text[])"
            " OR (source, event_id) IN (SELECT source, event_id FROM erasing_event)"
            " OR EXISTS (SELECT FROM jsonb_path_query(d.body, '$.data.pairs[*].*') AS ref"
            " WHERE (ref ->> 'source', ref ->> 'local_id') IN (SELECT source, local_id FROM erasing_ref))"
        ),
        {"ids": list(scope.ids)},
    ).all()
    gone = {EventKey(*row) for row in connection.execute(text("SELECT source, event_id FROM erasing_event"))}
    for source, event_id, body, children in rows:
        left = None if EventKey(source, event_id) in gone else _without_pairs(body, scope)
        others = [child for child in children if child not in scope.ids]
        given = {"source": source, "id": event_id}
        if left is None or (children and not others):  # of another source's decision no children are known
            connection.execute(text("DELETE FROM identity_decision WHERE source = :source AND event_id = :id"), given)
        else:
            connection.execute(
                text(
                    "UPDATE identity_decision SET body = cast(:body AS jsonb), children = :children"
                    " WHERE source = :source AND event_id = :id"
                ),
                {**given, "body": json.dumps(left), "children": others},
            )
    return len(rows)


def _without_pairs(body: dict[str, Any], scope: Scope) -> dict[str, Any] | None:
    pairs = body["data"].get("pairs")
    if pairs is None:
        return body
    left = [
        pair
        for pair in pairs
        if not any((pair[side]["source"], pair[side]["local_id"]) in scope.refs for side in ("one", "other"))
    ]
    return {**body, "data": {**body["data"], "pairs": left}} if left else None


def forget_in_outbox(connection: Connection, scope: Scope) -> int:
    """Take out of what waits to be published whatever speaks of the child, but the audit's; others' events are said without
    its name. Gives how many messages changed or went. Nobody may publish meanwhile."""
    needles = [one.encode() for one in (*scope.ids, *sorted({ref[1] for ref in scope.refs}), *sorted(scope.numbers))]
    rows = connection.execute(
        text(
            "SELECT id, topic, key, value, records FROM outbox WHERE topic <> :audit AND EXISTS (SELECT FROM"
            " unnest(cast(:needles AS bytea[])) AS n WHERE position(n IN key) > 0 OR position(n IN value) > 0)"
        ),
        {"audit": topics.AUDIT.name, "needles": needles},
    ).all()
    changed = 0
    for number, topic, key, value, records in rows:
        before = bytes(value) if value is not None else b""
        after = _said_without(topic, bytes(key), before, scope)
        if after == before:
            continue
        changed += 1
        if after is None:
            connection.execute(text("DELETE FROM outbox WHERE id = :id"), {"id": number})
        else:  # and it is said under the keys of those alone whom it still names
            left = [one for one in records or () if tuple(one) not in scope.refs]
            connection.execute(
                text("UPDATE outbox SET value = :value, records = cast(:records AS jsonb) WHERE id = :id"),
                {"id": number, "value": after, "records": json.dumps(left) if left else None},
            )
    return changed


def _said_without(topic: str, key: bytes, value: bytes, scope: Scope) -> bytes | None:
    """What a message says without the child; None where nothing is left."""
    told = value.decode(errors="replace")
    if key.decode(errors="replace") in scope.ids or any(f'"{own}"' in told for own in scope.ids):
        return None
    if not speaks_of(value, scope.refs, scope.numbers):
        return value
    if topic != topics.CHILD_EVENTS.name and topic not in CLEAN:
        return None
    event = read(value)
    own: Ref | None = (event.source, event.person.local_id) if event.person is not None else None
    return None if own in scope.refs else without(value, scope.refs, topic)
