"""What the alert router keeps and what inboxes ask: alerts, deliveries, the directory of workers."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.route import Alert, DirectoryEntry


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """An alert that is to be sent by a channel now."""

    alert_id: str
    channel: str
    address: str
    attempts: int
    content: dict[str, Any]


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


def keep_alerts(connection: Connection, alerts: Sequence[Alert], at: datetime) -> list[Alert]:
    """Keep alerts; gives those that are new. An alert for a flag that was cleared and raised again is open again."""
    new: list[Alert] = []
    for alert in alerts:
        inserted = connection.execute(
            text(
                "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at)"
                " VALUES (:alert_id, :flag_id, :child_id, :recipient, cast(:content AS jsonb), :at)"
                " ON CONFLICT (alert_id) DO UPDATE SET content = excluded.content, cleared_at = NULL"
                " RETURNING old.alert_id IS NULL OR old.cleared_at IS NOT NULL"
            ),
            {
                "alert_id": alert.alert_id,
                "flag_id": alert.flag_id,
                "child_id": alert.child_id,
                "recipient": alert.recipient,
                "content": json.dumps(alert_content(alert)),
                "at": at,
            },
        ).scalar_one()
        if inserted:
            new.append(alert)
    return new


def clear_alerts(connection: Connection, flag_ids: Iterable[str], at: datetime) -> None:
    """Close the alerts of flags that are cleared, and send what is not yet sent no more."""
    ids = list(flag_ids)
    connection.execute(
        text("UPDATE alert SET cleared_at = :at WHERE flag_id = ANY(:ids) AND cleared_at IS NULL"),
        {"ids": ids, "at": at},
    )
    connection.execute(
        text(
            "DELETE FROM delivery d USING alert a WHERE a.alert_id = d.alert_id AND a.flag_id = ANY(:ids)"
            " AND d.sent_at IS NULL"
        ),
        {"ids": ids},
    )


def add_deliveries(connection: Connection, rows: Sequence[tuple[str, str, str]], due_at: datetime) -> None:
    """Ask for alerts to be sent: alert id, channel and address of each."""
    connection.execute(
        text(
            "INSERT INTO delivery (alert_id, channel, address, due_at) SELECT a, c, d, :due_at FROM"
            " unnest(cast(:alerts AS text[]), cast(:channels AS text[]), cast(:addresses AS text[])) AS u(a, c, d)"
            " ON CONFLICT (alert_id, channel) DO UPDATE SET sent_at = NULL, due_at = excluded.due_at, attempts = 0"
        ),
        {
            "alerts": [row[0] for row in rows],
            "channels": [row[1] for row in rows],
            "addresses": [row[2] for row in rows],
            "due_at": due_at,
        },
    )


def due_deliveries(engine: Engine, now: datetime, limit: int) -> list[DueDelivery]:
    """What is to be sent now, oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT d.alert_id, d.channel, d.address, d.attempts, a.content FROM delivery d"
                " JOIN alert a ON a.alert_id = d.alert_id WHERE d.sent_at IS NULL AND d.due_at <= :now"
                " ORDER BY d.due_at, d.alert_id LIMIT :limit"
            ),
            {"now": now, "limit": limit},
        )
        return [DueDelivery(*row) for row in rows]


def delivered(engine: Engine, due: DueDelivery, now: datetime) -> None:
    """Record that a channel has taken an alert."""
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE delivery SET sent_at = :now, failure = NULL WHERE alert_id = :alert AND channel = :channel"),
            {"now": now, "alert": due.alert_id, "channel": due.channel},
        )


def not_delivered(engine: Engine, due: DueDelivery, failure: str, next_try: datetime) -> None:
    """Record why a channel did not take an alert, and when it is tried again."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE delivery SET attempts = attempts + 1, failure = :failure, due_at = :next_try"
                " WHERE alert_id = :alert AND channel = :channel"
            ),
            {"failure": failure, "next_try": next_try, "alert": due.alert_id, "channel": due.channel},
        )


def inbox(engine: Engine, recipients: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Open alerts of some recipients with their flags, the most urgent first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT a.recipient, a.raised_at, f.content FROM alert a JOIN flag f ON f.flag_id = a.flag_id"
                " WHERE a.recipient = ANY(:recipients) AND a.cleared_at IS NULL ORDER BY"
                " array_position(ARRAY['high', 'raise', 'watch'], f.content ->> 'level'),"
                " f.content ->> 'due_on' NULLS LAST, a.alert_id LIMIT :limit"
            ),
            {"recipients": list(recipients), "limit": limit},
        )
        return [{"recipient": row[0], "raised_at": row[1], "flag": row[2]} for row in rows]
