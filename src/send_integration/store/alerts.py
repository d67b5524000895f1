"""What the alert router asks and keeps: flags as they stand, alerts and what was done about them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from send_integration.alerts.route import Alert
from send_integration.rules.flags import Flag, flag_from_json

ROUTING_LOCK = 8210017
"""Advisory lock: shared by whoever locks all the alerts that it needs by one question, in the order of their ids; exclusive
for whoever locks them bit by bit, which would meet others in a ring, or routes all by a changed directory, for neither must
keep what it read before the other."""


@dataclass(frozen=True, slots=True)
class StandingFlag:
    """An open flag as it stands, with the child's named workers of now, the colleague to whom it was given, and the
    answer to it that came with it, as on send.flags."""

    flag: Flag
    named_workers: tuple[Mapping[str, Any], ...]
    handed_to: str | None
    handled: Mapping[str, Any] | None


class AlertRow(NamedTuple):
    """How an alert is to be kept."""

    alert: Alert
    sent_levels: tuple[str, ...] = ()
    digest_on: date | None = None
    waits_since: date | None = None
    snoozed_until: date | None = None
    handled: Mapping[str, Any] | None = None


class KeptAlert(NamedTuple):
    """An alert as it is kept, before something is done about it."""

    alert: Alert
    closed_at: datetime | None
    sent_levels: tuple[str, ...]
    digest_on: date | None
    waits_since: date | None
    snoozed_until: date | None
    handled: Mapping[str, Any] | None

    def row(self) -> AlertRow | None:
        """How it would be kept where nothing changed; None where it is closed."""
        if self.closed_at is not None:
            return None
        return AlertRow(
            self.alert, self.sent_levels, self.digest_on, self.waits_since, self.snoozed_until, self.handled
        )


def lock_routing(connection: Connection, *, alone: bool) -> None:
    """Wait until nobody routes otherwise, and hold that off until this transaction ends."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    connection.execute(text(f"SELECT {function}(:lock)"), {"lock": ROUTING_LOCK})


def alert_content(alert: Alert) -> dict[str, Any]:
    """What an alert says: our references, a kind, a date; nothing of the child."""
    return {
        "alert_id": alert.alert_id,
        "flag_id": alert.flag_id,
        "child_id": alert.child_id,
        "kind": alert.kind,
        "rule": alert.rule,
        "level": alert.level,
        "due_on": alert.due_on.isoformat() if alert.due_on else None,
        "basis": alert.basis,
        "of": alert.of,
        "rung": alert.rung,
    }


def alert_of(content: Mapping[str, Any], recipient: str, email: str | None, escalated_from: str | None) -> Alert:
    """The alert that `alert_content` wrote."""
    due_on = content["due_on"]
    known = {name: value for name, value in content.items() if name in Alert.__slots__}
    return Alert(
        **{
            **known,
            "due_on": date.fromisoformat(due_on) if due_on else None,
            "recipient": recipient,
            "email": email,
            "escalated_from": escalated_from,
        }
    )


def standing_flags(connection: Connection, flag_ids: Iterable[str]) -> list[StandingFlag]:
    """Those of some flags that are open, in the order of their ids."""
    rows = connection.execute(
        text(
            "SELECT f.content, c.named_workers, h.to_worker FROM flag f JOIN child c ON c.child_id = f.child_id"
            " LEFT JOIN alert_hand_over h ON h.flag_id = f.flag_id"
            " WHERE f.flag_id = ANY(:ids) AND f.status = 'open' ORDER BY f.flag_id"
        ),
        {"ids": list(flag_ids)},
    )
    return [StandingFlag(flag_from_json(row[0]), tuple(row[1]), row[2], row[0].get("handled")) for row in rows]


def flags_with_alerts(connection: Connection, after: str, limit: int) -> list[str]:
    """The ids of flags that have an open alert, in their order, from the one after some id."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT flag_id FROM alert WHERE cleared_at IS NULL AND flag_id > :after ORDER BY flag_id LIMIT :limit"
        ),
        {"after": after, "limit": limit},
    )
    return [row[0] for row in rows]


def workers_of_events(connection: Connection, flags: Sequence[Flag]) -> dict[str, list[tuple[str, str | None]]]:
    """For each of some flags the workers of the events on which it rests, with their addresses, the latest event first."""
    rows = connection.execute(
        text(
            "SELECT u.flag, b.body -> 'data' -> 'worker' ->> 'id', b.body -> 'data' -> 'worker' ->> 'email'"
            " FROM unnest(cast(:flags AS text[]), cast(:children AS text[]), cast(:sources AS text[]), cast(:events AS text[]))"
            " AS u(flag, child, source, event) JOIN event e ON e.child_id = u.child AND e.event_id = u.event"
            " AND u.source IN ('', e.source),"  # a flag kept by an earlier release names no sources
            " LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) AS b"
            " WHERE b.body -> 'data' -> 'worker' IS NOT NULL ORDER BY u.flag, b.body ->> 'time' DESC, e.event_id"
        ),
        {
            "flags": [flag.flag_id for flag in flags for _ in flag.evidence],
            "children": [flag.child_id for flag in flags for _ in flag.evidence],
            "sources": [key.source for flag in flags for key in flag.evidence],
            "events": [key.id for flag in flags for key in flag.evidence],
        },
    )
    found: dict[str, list[tuple[str, str | None]]] = {}
    for flag_id, worker, email in rows:
        found.setdefault(flag_id, []).append((worker, email))
    return found


_KEPT = (
    "SELECT content, recipient, email, escalated_from, cleared_at, sent_levels, digest_on, waits_since,"
    " snoozed_until, handled FROM alert"
)


def alerts_of_flags(connection: Connection, flag_ids: Iterable[str]) -> list[KeptAlert]:
    """Every alert that some flags ever had, locked."""
    return kept_alerts(connection, "flag_id = ANY(:ids)", ids=list(flag_ids))


def flag_of_alert(connection: Connection, alert_id: str) -> str | None:
    """The flag of an alert; None where there is no such alert."""
    found: str | None = connection.execute(
        text("SELECT flag_id FROM alert WHERE alert_id = :id"), {"id": alert_id}
    ).scalar()
    return found


def kept_alerts(connection: Connection, condition: str, **given: Any) -> list[KeptAlert]:  # noqa: ANN401 - of a query
    """The alerts that meet a condition in SQL, locked, in the order of their ids."""
    rows = connection.execute(text(f"{_KEPT} WHERE {condition} ORDER BY alert_id FOR UPDATE"), given)
    return [KeptAlert(alert_of(row[0], row[1], row[2], row[3]), row[4], tuple(row[5]), *row[6:]) for row in rows]


def is_there_an_alert(connection: Connection, condition: str, **given: Any) -> bool:  # noqa: ANN401 - of a query
    """Whether any alert meets a condition in SQL; nothing is locked."""
    found = connection.execute(text(f"SELECT EXISTS (SELECT FROM alert WHERE {condition})"), given)  # noqa: S608 - ours
    return bool(found.scalar_one())


def keep_alerts(connection: Connection, rows: Sequence[AlertRow]) -> None:
    """Keep alerts as given. An alert for a flag that was cleared and raised again is open again."""
    if not rows:
        return
    connection.execute(
        text(
            "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at, email, sent_levels, digest_on,"
            " waits_since, snoozed_until, handled, escalated_from) SELECT alert_id, flag_id, child_id, recipient,"
            " content, clock_timestamp(), email, sent_levels, digest_on, waits_since, snoozed_until, handled,"
            " escalated_from FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS u(alert_id text, flag_id text, child_id text,"
            " recipient text, content jsonb, email text, sent_levels text[], digest_on date, waits_since date,"
            " snoozed_until date, handled jsonb, escalated_from text) ORDER BY alert_id ON CONFLICT (alert_id) DO UPDATE SET"
            " content = excluded.content, email = excluded.email, sent_levels = excluded.sent_levels,"
            " digest_on = excluded.digest_on, waits_since = excluded.waits_since,"
            " snoozed_until = excluded.snoozed_until, handled = excluded.handled,"
            " escalated_from = excluded.escalated_from, cleared_at = NULL,"
            " raised_at = CASE WHEN alert.cleared_at IS NULL THEN alert.raised_at ELSE excluded.raised_at END,"
            " stood_before = CASE WHEN alert.cleared_at IS NULL THEN alert.stood_before ELSE alert.stood_before"
            " + tstzmultirange(tstzrange(alert.raised_at, alert.cleared_at, '[]')) END"
        ),
        {"rows": json.dumps([_as_columns(row) for row in rows])},
    )


def _as_columns(row: AlertRow) -> dict[str, object]:
    alert = row.alert
    return {
        "alert_id": alert.alert_id,
        "flag_id": alert.flag_id,
        "child_id": alert.child_id,
        "recipient": alert.recipient,
        "content": alert_content(alert),
        "email": alert.email,
        "sent_levels": row.sent_levels,
        "digest_on": _written(row.digest_on),
        "waits_since": _written(row.waits_since),
        "snoozed_until": _written(row.snoozed_until),
        "handled": row.handled,
        "escalated_from": alert.escalated_from,
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def close_alerts(connection: Connection, alert_ids: Iterable[str]) -> None:
    """Close some alerts, and send what is not yet sent no more; at the level of that they were never sent."""
    given = {"ids": list(alert_ids)}
    connection.execute(
        text(
            "UPDATE alert SET cleared_at = clock_timestamp(), digest_on = NULL, waits_since = NULL,"
            " snoozed_until = NULL WHERE alert_id = ANY(:ids) AND cleared_at IS NULL"
        ),
        given,
    )
    drop_unsent_alerts(connection, given["ids"])


def drop_unsent_alerts(connection: Connection, alert_ids: Iterable[str]) -> set[str]:
    """Send no more what is not yet sent of some alerts; gives the alerts of which something was not."""
    rows = connection.execute(
        text(
            "WITH dropped AS (DELETE FROM delivery WHERE message_id = ANY(:ids) AND sent_at IS NULL RETURNING message_id)"
            " UPDATE alert SET sent_levels = array_remove(sent_levels, content ->> 'level')"
            " WHERE alert_id IN (SELECT message_id FROM dropped) RETURNING alert_id"
        ),
        {"ids": list(alert_ids)},
    )
    return {row[0] for row in rows}


def hand_over_flag(connection: Connection, flag_id: str, to_worker: str, by: str, at: datetime) -> None:
    """Keep that a person gave a flag's alert to a colleague; the last word stands."""
    connection.execute(
        text(
            'INSERT INTO alert_hand_over (flag_id, to_worker, "by", at) VALUES (:flag, :to, :by, :at)'
            " ON CONFLICT (flag_id) DO UPDATE SET to_worker = excluded.to_worker,"
            ' "by" = excluded."by", at = excluded.at'
        ),
        {"flag": flag_id, "to": to_worker, "by": by, "at": at},
    )


def pass_hand_over_on(connection: Connection, flag_id: str, heir: str) -> None:
    """Whoever was given a flag's alert has that of the flag which goes on from it, where nobody was given that."""
    connection.execute(
        text(
            'INSERT INTO alert_hand_over (flag_id, to_worker, "by", at) SELECT :heir, to_worker, "by", at'
            " FROM alert_hand_over WHERE flag_id = :flag ON CONFLICT (flag_id) DO NOTHING"
        ),
        {"flag": flag_id, "heir": heir},
    )


def flag_message(connection: Connection, flag_id: str, change: str) -> dict[str, Any]:
    """What send.flags is to say of a flag as it stands."""
    row = connection.execute(
        text(
            "SELECT f.content, coalesce(c.named_workers, '[]') FROM flag f LEFT JOIN child c ON c.child_id = f.child_id"
            " WHERE f.flag_id = :flag"
        ),
        {"flag": flag_id},
    ).one()
    return {"change": change, "because": None, "flag": row[0], "named_workers": row[1]}


def forget_hand_overs(connection: Connection, flag_ids: Iterable[str]) -> None:
    """Some flags were cleared: when they come again, they go to whose they are."""
    connection.execute(text("DELETE FROM alert_hand_over WHERE flag_id = ANY(:ids)"), {"ids": list(flag_ids)})


def taken_of_day(connection: Connection, recipients: Iterable[str], day: date) -> dict[str, int]:
    """How many alerts each recipient is sent at once on a day; held until this transaction ends."""
    names = sorted(set(recipients))
    connection.execute(
        text(
            "INSERT INTO alert_load (recipient, day, at_once) SELECT r, :day, 0 FROM unnest(cast(:names AS text[])) AS r"
            " ORDER BY r ON CONFLICT DO NOTHING"
        ),
        {"names": names, "day": day},
    )
    rows = connection.execute(
        text(
            "SELECT recipient, at_once FROM alert_load WHERE recipient = ANY(:names) AND day = :day"
            " ORDER BY recipient FOR UPDATE"
        ),
        {"names": names, "day": day},
    )
    return {row[0]: row[1] for row in rows}


def take_of_day(connection: Connection, taken: Mapping[str, int], day: date) -> None:
    """Some recipients are sent so many more at once on a day."""
    connection.execute(
        text(
            "UPDATE alert_load l SET at_once = l.at_once + u.more FROM unnest(cast(:names AS text[]), cast(:more AS int[]))"
            " AS u(name, more) WHERE l.recipient = u.name AND l.day = :day"
        ),
        {"names": list(taken), "more": list(taken.values()), "day": day},
    )
