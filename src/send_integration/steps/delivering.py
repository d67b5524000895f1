"""Hands notices to the channels, and delivers what is due."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from send_integration.alerts.letters import notice_letter
from send_integration.channels.smtp import ChannelDown, Smtp
from send_integration.store.deliveries import Delivery, add_deliveries, delivered, due_deliveries, not_delivered
from send_integration.store.notices import mark_posted, unposted_notices

LONGEST_WAIT = timedelta(hours=1)
"""Between two tries of a delivery that keeps failing; the first waits are a minute, two, four and so on."""


def post_notices(engine: Engine, mailboxes: Mapping[str, str], today: date, now: datetime) -> int:
    """Ask for unread notices to be sent by mail, once each, where their recipient has an address; gives how many."""
    with engine.begin() as connection:
        unposted = unposted_notices(connection, today)
        addressed = [(notice, notice.email or team_mailbox(notice.recipient, mailboxes)) for notice in unposted]
        deliveries = [
            Delivery(notice.notice_id, Smtp.name, address, notice_letter(notice.notice_id, notice.child_id))
            for notice, address in addressed
            if address
        ]
        add_deliveries(connection, deliveries, now)
        mark_posted(connection, [notice.notice_id for notice in unposted], now)
        return len(deliveries)


def deliver_due(engine: Engine, channel: Smtp, today: date, now: datetime, limit: int) -> tuple[int, int]:
    """Send what is due, one by one and outside any transaction; gives how many were sent and how many failed.

    A message whose sending succeeds and is not recorded, for the process ended between, is sent once more.
    """
    sent = failed = 0
    for due in due_deliveries(engine, today, now, limit):
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


def team_mailbox(recipient: str, mailboxes: Mapping[str, str]) -> str:
    """A team's mailbox; '' for a person, and for a team that has none."""
    kind, _, team = recipient.rpartition(":")
    return mailboxes.get(team, "") if kind == "team" else ""
