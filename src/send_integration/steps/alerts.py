"""Turns changes of flags into alerts for people."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine

from send_integration.alerts.letters import alert_letter
from send_integration.alerts.route import Alert, Holder, route
from send_integration.contracts import topics
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.delivering import team_mailbox
from send_integration.store.alerts import (
    alert_content,
    close_alerts,
    directory,
    keep_alerts,
    standing_flags,
)
from send_integration.store.deliveries import Delivery, add_deliveries, reword_deliveries
from send_integration.store.outbox import say
from send_integration.store.positions import move_on, split_known
from send_integration.store.shown import about_to_show

READER = "alerts"

URGENT = "high"
"""The level of what is not to wait for a channel that is dead, where another is alive."""


class AlertRouter:
    """Routes flags; belongs to one thread. `mailboxes` are the teams' addresses, `fallback` the one of last resort."""

    def __init__(self, engine: Engine, *, by_mail: bool, mailboxes: Mapping[str, str], fallback: str) -> None:
        self._engine = engine
        self._by_mail = by_mail
        self._mailboxes = mailboxes
        self._fallback = fallback

    def notify(self, batch: Sequence[RawMessage], today: date, now: datetime) -> int:
        """Keep the alerts of a batch of send.flags in one transaction; gives how many are new.

        A message says which flag changed; how the flag stands and who works with the child is asked anew. So nobody is
        alerted by what no longer stands, and the open alerts are those of the open flags, whatever came before.
        """
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            if not new:
                return 0
            about_to_show(connection)
            known = directory(connection)
            changed = sorted({json.loads(message.value)["flag"]["flag_id"] for message in new})
            alerts: list[Alert] = []
            for standing in standing_flags(connection, changed):
                holders = [Holder(w["role"], w["worker_id"], w["email"]) for w in standing.named_workers]
                alerts.append(route(standing.flag, holders, known, today))
            close_alerts(connection, changed, but=[alert.alert_id for alert in alerts])
            fresh = keep_alerts(connection, alerts)
            say(connection, [_message(alert) for alert in fresh])
            reword_deliveries(connection, {alert.alert_id: alert_letter(alert) for alert in alerts})
            add_deliveries(connection, self._deliveries(fresh), now)
            move_on(connection, READER, new, {})
            return len(fresh)

    def _deliveries(self, alerts: Sequence[Alert]) -> list[Delivery]:
        """Where each alert goes by mail; without an address of its own, to the team's, then to the last resort's."""
        if not self._by_mail:
            return []
        addressed = [
            (alert, alert.email or team_mailbox(alert.recipient, self._mailboxes) or self._fallback) for alert in alerts
        ]
        return [
            Delivery(alert.alert_id, address, alert_letter(alert), urgent=alert.level == URGENT)
            for alert, address in addressed
            if address
        ]


def _message(alert: Alert) -> Outgoing:
    value = json.dumps(alert_content(alert)).encode()
    return Outgoing(topics.ALERTS.name, alert.recipient.encode(), value, (("content-type", b"application/json"),))
