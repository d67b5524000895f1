"""What the alert router keeps and what inboxes ask: alerts, and the directory of workers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.route import Alert, DirectoryEntry
from send_integration.rules.flags import Flag, flag_from_json
from send_integration.store.flags import BECAUSE
from send_integration.store.notices import Reader, asked_by
from send_integration.store.secrecy import RECIPIENT_WORKS_THERE, works_with


@dataclass(frozen=True, slots=True)
class StandingFlag:
    """An open flag as it stands, with the child's named workers of now."""

    flag: Flag
    named_workers: tuple[Mapping[str, Any], ...]


def directory(connection: Connection) -> dict[str, DirectoryEntry]:
    """Every worker that the directory knows."""
    rows = connection.execute(text("SELECT worker_id, email, left_on, hands_over_to FROM worker"))
    return {row[0]: DirectoryEntry(*row) for row in rows}


def keep_worker(connection: Connection, values: dict[str, object]) -> None:
    """Keep what a source says of a worker; what was recorded later stands."""
    connection.execute(
        text(
            "INSERT INTO worker (worker_id, name, role, team, sector, email, manager_id, left_on, hands_over_to,"
            " as_recorded_at) VALUES (:worker_id, :name, :role, :team, :sector, :email, :manager_id, :left_on,"
            " :hands_over_to, :as_recorded_at) ON CONFLICT (worker_id) DO UPDATE SET name = excluded.name,"
            " role = excluded.role, team = excluded.team, sector = coalesce(excluded.sector, worker.sector),"
            " email = coalesce(excluded.email, worker.email),"
            " manager_id = coalesce(excluded.manager_id, worker.manager_id), left_on = excluded.left_on,"
            " hands_over_to = excluded.hands_over_to, as_recorded_at = excluded.as_recorded_at"
            " WHERE worker.as_recorded_at <= excluded.as_recorded_at"
        ),
        values,
    )


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
    }


def standing_flags(connection: Connection, flag_ids: Iterable[str]) -> list[StandingFlag]:
    """Those of some flags that are open, in the order of their ids."""
    rows = connection.execute(
        text(
            "SELECT f.content, c.named_workers FROM flag f JOIN child c ON c.child_id = f.child_id"
            " WHERE f.flag_id = ANY(:ids) AND f.status = 'open' ORDER BY f.flag_id"
        ),
        {"ids": list(flag_ids)},
    )
    return [StandingFlag(flag_from_json(row[0]), tuple(row[1])) for row in rows]


def keep_alerts(connection: Connection, alerts: Sequence[Alert]) -> list[Alert]:
    """Keep alerts; gives those that are new. An alert for a flag that was cleared and raised again is open again."""
    if not alerts:
        return []
    rows = connection.execute(
        text(
            "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at)"
            " SELECT a, f, c, r, cast(t AS jsonb), clock_timestamp() FROM unnest(cast(:alerts AS text[]),"
            " cast(:flags AS text[]), cast(:children AS text[]), cast(:recipients AS text[]), cast(:contents AS text[]))"
            " AS u(a, f, c, r, t) ON CONFLICT (alert_id) DO UPDATE SET content = excluded.content, cleared_at = NULL,"
            " raised_at = CASE WHEN alert.cleared_at IS NULL THEN alert.raised_at ELSE excluded.raised_at END,"
            " stood_before = CASE WHEN alert.cleared_at IS NULL THEN alert.stood_before ELSE alert.stood_before"
            " + tstzmultirange(tstzrange(alert.raised_at, alert.cleared_at, '[]')) END"
            " RETURNING new.alert_id, old.alert_id IS NULL OR old.cleared_at IS NOT NULL"
        ),
        {
            "alerts": [alert.alert_id for alert in alerts],
            "flags": [alert.flag_id for alert in alerts],
            "children": [alert.child_id for alert in alerts],
            "recipients": [alert.recipient for alert in alerts],
            "contents": [json.dumps(alert_content(alert)) for alert in alerts],
        },
    )
    new = {row[0] for row in rows if row[1]}
    return [alert for alert in alerts if alert.alert_id in new]


def close_alerts(connection: Connection, flag_ids: Iterable[str], *, but: Iterable[str]) -> None:
    """Close the alerts of some flags except some, and send what is not yet sent no more."""
    given = {"ids": list(flag_ids), "but": list(but)}
    closed = "SELECT alert_id FROM alert WHERE flag_id = ANY(:ids) AND alert_id <> ALL(:but)"
    connection.execute(
        text(
            f"UPDATE alert SET cleared_at = clock_timestamp() WHERE alert_id IN ({closed}) AND cleared_at IS NULL"  # noqa: S608 - ours
        ),
        given,
    )
    connection.execute(
        text(f"DELETE FROM delivery WHERE message_id IN ({closed}) AND sent_at IS NULL"),  # noqa: S608 - ours
        given,
    )


_OPEN = "SELECT a.alert_id, a.flag_id, a.child_id, a.recipient, a.raised_at FROM alert a"
_TO_A_READER = f"{_OPEN} WHERE a.recipient = ANY(:recipients) AND a.cleared_at IS NULL"
_TO_NOBODY_WHO_MAY_KNOW = (
    f"{_OPEN} JOIN child c ON c.child_id = a.child_id WHERE :restricted AND c.restricted AND a.cleared_at IS NULL"
    f" AND NOT {RECIPIENT_WORKS_THERE}"
)


def inbox(engine: Engine, reader: Reader, *, today: date, limit: int) -> list[dict[str, Any]]:
    """Open alerts for a reader with their flags, the most urgent first; none on a child of whom they may not know.

    Whoever may know of every restricted child has those alerts too of which the recipient may not know.
    """
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT a.recipient, a.raised_at, f.content, {BECAUSE}, coalesce(c.restricted, false)"  # noqa: S608 - ours
                f" FROM ({_TO_A_READER} UNION {_TO_NOBODY_WHO_MAY_KNOW}) AS a JOIN flag f ON f.flag_id = a.flag_id"
                " LEFT JOIN child c ON c.child_id = a.child_id"
                f" WHERE :restricted OR c.restricted IS FALSE OR {works_with('c', ':worker')}"
                " ORDER BY array_position(ARRAY['high', 'raise', 'watch'], f.content ->> 'level'),"
                " f.content ->> 'due_on' NULLS LAST, a.alert_id LIMIT :limit"
            ),
            {**asked_by(reader), "today": today, "limit": limit},
        )
        return [
            {"recipient": row[0], "raised_at": row[1], "flag": {**row[2], "because": row[3]}, "restricted": row[4]}
            for row in rows
        ]
