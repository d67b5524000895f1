"""What the leader's turns ask of alerts: whose digest is due, what is in it, and what waits for an answer too long."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.letters import Letter
from send_integration.store.alerts import KeptAlert, is_there_an_alert, kept_alerts, lock_routing
from send_integration.store.deliveries import reword_deliveries
from send_integration.store.secrecy import MAY_BE_LISTED, RECIPIENT_WORKS_THERE

_DUE = "cleared_at IS NULL AND handled IS NULL AND digest_on <= :today"
_MAY_BE_TOLD = (
    "EXISTS (SELECT FROM alert a JOIN child c ON c.child_id = a.child_id WHERE a.alert_id = alert.alert_id"
    f" AND (c.restricted IS FALSE OR {RECIPIENT_WORKS_THERE}))"
)
_WITHOUT_MAIL = f"{_DUE} AND waits_since IS NULL AND NOT {_MAY_BE_TOLD}"
_UNANSWERED = (
    "cleared_at IS NULL AND handled IS NULL AND escalated_from IS NULL AND waits_since < :before"
    " AND content ->> 'level' = :level"
)
_WAITING_DIGESTS = (
    "SELECT g.digest_id, g.alerts, ARRAY(SELECT a.alert_id FROM unnest(g.alerts) WITH ORDINALITY AS u(id, place)"  # noqa: S608 - ours
    " JOIN alert a ON a.alert_id = u.id JOIN child c ON c.child_id = a.child_id"
    f" WHERE a.cleared_at IS NULL AND a.handled IS NULL AND {MAY_BE_LISTED} ORDER BY u.place) AS standing"
    " FROM digest g JOIN delivery d ON d.message_id = g.digest_id WHERE d.sent_at IS NULL ORDER BY g.digest_id"
)


class WaitingDigest(NamedTuple):
    """A digest that no channel has taken yet, as listed, and those of its alerts that may still stand in it."""

    digest_id: str
    listed: tuple[str, ...]
    standing: tuple[str, ...]


def recipients_of_digests(engine: Engine, today: date) -> list[str]:
    """Who has something to be told in a digest, and has had none today."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT DISTINCT recipient FROM alert WHERE {_DUE} AND recipient NOT IN"  # noqa: S608 - ours
                " (SELECT recipient FROM digest WHERE day = :today) ORDER BY recipient"
            ),
            {"today": today},
        )
        return [row[0] for row in rows]


def alerts_for_digest(connection: Connection, recipient: str, today: date) -> list[KeptAlert]:
    """What is to be in a recipient's digest, locked; nothing on a restricted child but to its named worker."""
    chosen = f"recipient = :recipient AND {_DUE} AND {_MAY_BE_TOLD}"
    return kept_alerts(connection, chosen, recipient=recipient, today=today)


def await_answers_without_mail(engine: Engine, today: date) -> None:
    """The time to answer begins also for what no digest may tell of a restricted child: managers have it in their inbox."""
    with engine.connect() as connection:
        if not is_there_an_alert(connection, _WITHOUT_MAIL, today=today):
            return
    with engine.begin() as connection:
        lock_routing(connection, alone=True)
        connection.execute(text(f"UPDATE alert SET waits_since = :today WHERE {_WITHOUT_MAIL}"), {"today": today})  # noqa: S608 - ours


def keep_digest(
    connection: Connection, recipient: str, day: date, alert_ids: Sequence[str], at: datetime
) -> str | None:
    """Keep that a recipient's digest of a day is made; gives its id, or None where it was made before."""
    digest_id = "d" + sha256(f"{recipient}\x1f{day.isoformat()}".encode()).hexdigest()[:19]
    row = connection.execute(
        text(
            "INSERT INTO digest (digest_id, recipient, day, alerts, made_at) VALUES (:id, :recipient, :day, :alerts, :at)"
            " ON CONFLICT DO NOTHING RETURNING digest_id"
        ),
        {"id": digest_id, "recipient": recipient, "day": day, "alerts": list(alert_ids), "at": at},
    ).one_or_none()
    return row[0] if row else None


def waiting_digests(connection: Connection, today: date, *, lock: bool) -> list[WaitingDigest]:
    """Digests that no channel has taken yet, locked if asked, of which something may no longer be said."""
    rows = connection.execute(text(f"{_WAITING_DIGESTS}{' FOR UPDATE OF d' if lock else ''}"), {"today": today})
    found = [WaitingDigest(row[0], tuple(row[1]), tuple(row[2])) for row in rows]
    return [digest for digest in found if digest.listed != digest.standing]


def mended_addresses_of_digests(connection: Connection) -> dict[str, str]:
    """Of each digest that no channel has taken yet and that goes where none of its alerts would go now, where they would."""
    rows = connection.execute(
        text(
            "SELECT g.digest_id, max(a.email) FROM digest g JOIN delivery d ON d.message_id = g.digest_id"
            " JOIN alert a ON a.alert_id = ANY(g.alerts) AND a.cleared_at IS NULL AND a.email IS NOT NULL"
            " WHERE d.sent_at IS NULL GROUP BY g.digest_id, d.address HAVING NOT bool_or(a.email = d.address)"
        )
    )
    return {row[0]: row[1] for row in rows}


def shorten_digests(
    connection: Connection, letters: Mapping[str, Letter], standing: Mapping[str, Sequence[str]]
) -> None:
    """Let digests that are not sent yet list fewer alerts; one that would list none is not sent."""
    for digest_id, alert_ids in standing.items():
        connection.execute(
            text("UPDATE digest SET alerts = :alerts WHERE digest_id = :id"),
            {"id": digest_id, "alerts": list(alert_ids)},
        )
    reword_deliveries(connection, letters)
    connection.execute(
        text("DELETE FROM delivery WHERE sent_at IS NULL AND message_id = ANY(:ids)"),
        {"ids": [digest_id for digest_id, alert_ids in standing.items() if not alert_ids]},
    )


def is_anything_unanswered(connection: Connection, level: str, before: date) -> bool:
    """Whether there is any of what `unanswered` gives; nothing is locked."""
    return is_there_an_alert(connection, _UNANSWERED, level=level, before=before)


def unanswered(connection: Connection, level: str, before: date) -> list[KeptAlert]:
    """Alerts of a level that wait for an answer since before a day, and were not passed on to who has them; locked."""
    return kept_alerts(connection, _UNANSWERED, level=level, before=before)
