"""Says on send.alerts what became of alerts, and counts it by the month, for reports."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from send_integration.alerts.route import Alert
from send_integration.alerts.schedule import in_rehearsal
from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_JSON
from send_integration.steps.batch import Outgoing
from send_integration.store.alert_counts import AlertCount, add_alert_counts
from send_integration.store.alerts import alert_content
from send_integration.store.outbox import say
from send_integration.when.london import london_day, utc_text

SENT = "sent"


class Today(NamedTuple):
    """The day that counts as today, the clock's moment, and the same time of that day; they differ in a rehearsal only."""

    day: date
    now: datetime
    moment: datetime

    @classmethod
    def of(cls, day: date, now: datetime) -> "Today":
        """From the day that counts as today and the clock."""
        return cls(day, now, in_rehearsal(now, day))

    def by_the_clock(self, planned: datetime) -> datetime:
        """A planned moment of today or later as the clock will show it."""
        return self.now + (planned - self.moment)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an alert, as send.alerts calls it, and what is to be said of that besides."""

    change: str
    alert: Alert
    more: Mapping[str, str] = field(default_factory=dict)


def say_what_became(connection: Connection, became: Sequence[Became], today: Today) -> None:
    """Say it, and count it in the clock's month, in the transaction in which it comes about."""
    say(connection, [_message(one, today) for one in became])
    month = london_day(today.now).replace(day=1)
    add_alert_counts(connection, month, Counter(map(_counted, became)))


def _message(one: Became, today: Today) -> Outgoing:
    value = {
        "change": one.change,
        "at": utc_text(today.now),
        **alert_content(one.alert),
        "recipient": one.alert.recipient,
        "escalated_from": one.alert.escalated_from,
        **one.more,
    }
    return Outgoing(topics.ALERTS.name, one.alert.recipient.encode(), json.dumps(value).encode(), (AS_JSON,))


def _counted(one: Became) -> AlertCount:
    change = f"{SENT}-{one.more['how']}" if one.change == SENT else one.change
    return AlertCount(one.alert.rule, one.alert.kind, one.alert.level, one.alert.rung, change)
