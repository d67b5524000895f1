"""What an inbox shows: the alerts of whoever reads it, and one of them with all that became of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, text

from send_integration.store.flags import BECAUSE
from send_integration.store.notices import Reader, asked_by
from send_integration.store.secrecy import RECIPIENT_WORKS_THERE, works_with

CLOSED_ARE_SHOWN = "5 days"
"""For so long an inbox says of an alert that its cause is gone."""

_ALERT = "SELECT a.* FROM alert a"
_TO_A_READER = f"{_ALERT} WHERE a.recipient = ANY(:recipients)"
_OF_RESTRICTED = f"{_ALERT} JOIN child c ON c.child_id = a.child_id WHERE :restricted AND c.restricted"
_TO_NOBODY_WHO_MAY_KNOW = f"{_OF_RESTRICTED} AND NOT {RECIPIENT_WORKS_THERE}"
_SHOWN = (
    "SELECT a.alert_id, a.flag_id, a.child_id, a.recipient, a.raised_at, a.cleared_at, a.snoozed_until, a.handled,"  # noqa: S608 - ours
    " a.escalated_from, a.content ->> 'rung' AS rung, a.content AS alert, f.status AS flag_status, f.content AS flag,"
    f" {BECAUSE} AS because, coalesce(c.restricted, false) AS restricted,"
    " (SELECT coalesce(array_agg(e.recipient ORDER BY e.raised_at), '{}') FROM alert e WHERE e.flag_id = a.flag_id"
    " AND e.escalated_from IS NOT NULL AND e.cleared_at IS NULL AND e.alert_id <> a.alert_id) AS passed_on,"
    " coalesce((SELECT w.name FROM worker w WHERE w.worker_id = a.escalated_from), a.escalated_from) AS escalated_by,"
    " (SELECT coalesce(w.name, h.to_worker) FROM alert_hand_over h LEFT JOIN worker w ON w.worker_id = h.to_worker"
    " WHERE h.flag_id = a.flag_id AND h.to_worker <> a.recipient) AS handed_to"
    f" FROM ({_TO_A_READER} UNION {_TO_NOBODY_WHO_MAY_KNOW}) AS a JOIN flag f ON f.flag_id = a.flag_id"
    " LEFT JOIN child c ON c.child_id = a.child_id"
    f" WHERE (:restricted OR c.restricted IS FALSE OR {works_with('c', ':worker')})"
)
_OPEN = "a.cleared_at IS NULL AND coalesce(a.handled ->> 'what', '') <> 'dismissed'"
_URGENCY = (
    "a.handled IS NOT NULL, coalesce(a.snoozed_until > :today, false),"
    " array_position(ARRAY['high', 'raise', 'watch'], f.content ->> 'level'), f.content ->> 'due_on' NULLS LAST, a.alert_id"
)


def inbox(engine: Engine, reader: Reader, *, today: date, limit: int) -> list[dict[str, Any]]:
    """Open alerts for a reader with their flags, the most urgent first, then those put off, then those that somebody acts
    on; none that was dismissed, and none on a child of whom they may not know.

    Whoever may know of every restricted child has those alerts too of which the recipient may not know.
    """
    with engine.connect() as connection:
        given = {**asked_by(reader), "today": today, "limit": limit}
        return _shown(connection, f"{_SHOWN} AND {_OPEN} ORDER BY {_URGENCY} LIMIT :limit", given)


def lately_closed(engine: Engine, reader: Reader, *, today: date, limit: int) -> list[dict[str, Any]]:
    """Alerts that a reader was sent and had not answered when their cause went away, the latest first, for some days."""
    closed = (
        f"a.cleared_at > clock_timestamp() - interval '{CLOSED_ARE_SHOWN}' AND f.status = 'cleared'"
        " AND a.handled IS NULL AND a.sent_levels <> '{}'"
    )
    with engine.connect() as connection:
        given = {**asked_by(reader), "today": today, "limit": limit}
        return _shown(connection, f"{_SHOWN} AND {closed} ORDER BY a.cleared_at DESC, a.alert_id LIMIT :limit", given)


def one_alert(engine: Engine, reader: Reader, alert_id: str, *, today: date) -> dict[str, Any] | None:
    """An alert that is or was for a reader, closed or not; None where there is none of which they may know."""
    with engine.connect() as connection:
        given = {**asked_by(reader), "today": today, "alert": alert_id}
        found = _shown(connection, f"{_SHOWN} AND a.alert_id = :alert", given)
    return found[0] if found else None


def _shown(connection: Connection, query: str, given: dict[str, object]) -> list[dict[str, Any]]:
    rows = connection.execute(text(query), given).mappings().all()
    names = _names(connection, [name for row in rows for name in row["passed_on"]])
    return [
        {
            **row,
            "flag": {**row["flag"], "because": row["because"]},
            "passed_on": [names.get(name, name) for name in row["passed_on"]],
        }
        for row in rows
    ]


def _names(connection: Connection, workers: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(text("SELECT worker_id, name FROM worker WHERE worker_id = ANY(:ids)"), {"ids": workers})
    return {row[0]: row[1] for row in rows}
