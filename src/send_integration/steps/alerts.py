"""Turns changes of flags into alerts for people, and delivers what is due."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from send_integration.alerts.route import Alert, Holder, route
from send_integration.channels.smtp import ChannelDown, Smtp
from send_integration.contracts import topics
from send_integration.rules.flags import flag_from_json
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.store.alerts import (
    add_deliveries,
    alert_content,
    clear_alerts,
    delivered,
    directory,
    due_deliveries,
    keep_alerts,
    not_delivered,
)
from send_integration.store.outbox import say
from send_integration.store.positions import move_on, split_known

READER = "alerts"
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries of a delivery that keeps failing; the first waits are a minute, two, four and so on."""


class AlertRouter:
    """Routes flags; belongs to one thread. `mailboxes` are the teams' addresses, `fallback` the one of last resort."""

    def __init__(self, engine: Engine, *, by_mail: bool, mailboxes: Mapping[str, str], fallback: str) -> None:
        self._engine = engine
        self._by_mail = by_mail
        self._mailboxes = mailboxes
        self._fallback = fallback

    def notify(self, batch: Sequence[RawMessage], today: date, now: datetime) -> int:
        """Keep the alerts of a batch of send.flags in one transaction; gives how many are new."""
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            if not new:
                return 0
            known = directory(connection)
            latest = {}
            for message in new:
                change = json.loads(message.value)
                latest[change["flag"]["flag_id"]] = change
            alerts: list[Alert] = []
            for change in latest.values():
                if change["change"] != "cleared":
                    holders = [Holder(w["role"], w["worker_id"], w["email"]) for w in change["named_workers"]]
                    alerts.append(route(flag_from_json(change["flag"]), holders, known, today))
            cleared = [flag_id for flag_id, change in latest.items() if change["change"] == "cleared"]
            clear_alerts(connection, cleared, now)
            fresh = keep_alerts(connection, alerts, now)
            say(connection, [_message(alert) for alert in fresh])
            add_deliveries(connection, self._deliveries(fresh), now)
            move_on(connection, READER, new, {})
            return len(fresh)

    def _deliveries(self, alerts: Sequence[Alert]) -> list[tuple[str, str, str]]:
        """Where each alert goes by mail; without an address of its own, to the team's, then to the last resort's."""
        if not self._by_mail:
            return []
        found = [
            (
                alert.alert_id,
                alert.email or self._mailboxes.get(alert.recipient.removeprefix("team:")) or self._fallback,
            )
            for alert in alerts
        ]
        return [(alert_id, Smtp.name, address) for alert_id, address in found if address]


def deliver_due(engine: Engine, channel: Smtp, now: datetime, limit: int) -> tuple[int, int]:
    """Send what is due, one by one and outside any transaction; gives how many were sent and how many failed.

    An alert whose sending succeeds and is not recorded, for the process ended between, is sent once more.
    """
    sent = failed = 0
    for due in due_deliveries(engine, now, limit):
        try:
            channel.send(due.address, due.content)
        except ChannelDown as fault:
            wait = min(LONGEST_WAIT, timedelta(minutes=1) * 2 ** min(due.attempts, 10))
            not_delivered(engine, due, str(fault), now + wait)
            failed += 1
        else:
            delivered(engine, due, now)
            sent += 1
    return sent, failed


def _message(alert: Alert) -> Outgoing:
    value = json.dumps(alert_content(alert)).encode()
    return Outgoing(topics.ALERTS.name, alert.recipient.encode(), value, (("content-type", b"application/json"),))
