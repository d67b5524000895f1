"""Hands notices to the channels, and sends what is due: each message by one channel, until it has taken it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.alerts.letters import notice_letter
from send_integration.alerts.retries import AFTER_REFUSAL, wait_before_next
from send_integration.alerts.service_letters import dead_letters
from send_integration.channels.channel import Channel, ChannelDown, NotTaken, Refused
from send_integration.store.channels import change_health, channels_in_use, use_channels
from send_integration.store.deliveries import (
    Claim,
    Delivery,
    DueDelivery,
    add_deliveries,
    claim_delivery,
    delivered,
    drop_unsent,
    due_again,
    hold_due,
    leave_to_the_next,
    not_delivered,
    refused_by_all,
)
from send_integration.store.notices import mark_posted, unposted_notices
from send_integration.watch import channels as health
from send_integration.watch.channels import ChannelHealth

CLAIM = timedelta(minutes=10)
"""No other process sends a message that one has begun to send; far longer than any channel takes. A message whose process
was killed between is sent again after it, under the same id."""


class Turn(NamedTuple):
    """What became of one turn: messages that were taken, and tries that were not."""

    sent: int
    failed: int


NOTHING_DUE = Turn(0, 0)


def post_notices(engine: Engine, mailboxes: Mapping[str, str], today: date, now: datetime) -> int:
    """Ask for unread notices to be sent, once each, where their recipient has an address; gives how many."""
    with engine.begin() as connection:
        unposted = unposted_notices(connection, today)
        addressed = [(notice, notice.email or team_mailbox(notice.recipient, mailboxes)) for notice in unposted]
        deliveries = [
            Delivery(notice.notice_id, address, notice_letter(notice.notice_id, notice.child_id))
            for notice, address in addressed
            if address
        ]
        add_deliveries(connection, deliveries, now)
        mark_posted(connection, [notice.notice_id for notice in unposted], now)
        return len(deliveries)


def team_mailbox(recipient: str, mailboxes: Mapping[str, str]) -> str:
    """A team's mailbox; '' for a person, and for a team that has none."""
    kind, _, team = recipient.rpartition(":")
    return mailboxes.get(team, "") if kind == "team" else ""


class Deliverer:
    """Sends messages by channels, the first choice first; belongs to one thread at a time."""

    def __init__(self, engine: Engine, channels: Sequence[Channel]) -> None:
        self._engine = engine
        self._channels = {channel.name: channel for channel in channels}
        with engine.begin() as connection:
            use_channels(connection, list(self._channels))

    def deliver(self, today: date, now: datetime, limit: int) -> Turn:
        """Try to send at most so many messages that are due, the urgent first, one by one and outside any transaction."""
        sent = failed = 0
        for urgent in (True, False):
            while sent + failed < limit and (due := self._claim(today, now, urgent=urgent)):
                if self._send(due, now):
                    sent += 1
                else:
                    failed += 1
        with self._engine.begin() as connection:
            hold_due(connection, today, now)
        return Turn(sent, failed)

    def _claim(self, today: date, now: datetime, *, urgent: bool) -> DueDelivery | None:
        with self._engine.begin() as connection:
            standing = channels_in_use(connection)
            ready = self._ready(standing, now)
            probe = next((name for name in ready if standing[name].failing_since), "")
            claim = Claim(list(self._channels), ready, probe, today, now, now + CLAIM)
            return claim_delivery(connection, claim, urgent=urgent) if ready else None

    def _ready(self, standing: Mapping[str, ChannelHealth], now: datetime) -> list[str]:
        """The channels that may be tried now: those that are alive, and each of the others with one message now and then."""
        return [name for name in self._channels if name in standing and standing[name].may_be_tried(now)]

    def _send(self, due: DueDelivery, now: datetime) -> bool:
        """Send a message, and record what became of it; whoever is ended between sends it once more."""
        try:
            self._channels[due.channel].send(due.address, due.content, due.sent_as)
        except NotTaken as fault:
            with self._engine.begin() as connection:
                self._not_taken(connection, due, fault, now)
            return False
        with self._engine.begin() as connection:
            # the channel before the message, as everybody takes them who needs both: they do not wait in a ring
            before = change_health(connection, due.channel, lambda stood: health.taken(stood, now))
            delivered(connection, due, now)
            _lives(connection, before, now)
        return True

    def _not_taken(self, connection: Connection, due: DueDelivery, fault: NotTaken, now: datetime) -> None:
        failure, down = str(fault), isinstance(fault, ChannelDown)
        if down:
            change_health(connection, due.channel, lambda stood: health.failed(stood, failure, now))
        else:
            _lives(connection, change_health(connection, due.channel, health.answered), now)
        others = [name for name in self._channels if name not in (due.channel, *due.refused_by)]
        if isinstance(fault, Refused):
            if others:
                leave_to_the_next(connection, due, failure, refused=True)
            else:
                refused_by_all(connection, due, failure, now, now + AFTER_REFUSAL)
            return
        ready = self._ready(channels_in_use(connection), now)
        was_a_probe = due.channel != next(name for name in self._channels if name not in due.refused_by)
        if down and (due.urgent or was_a_probe) and any(name in ready for name in others):
            leave_to_the_next(connection, due, failure, refused=False)
        else:
            wait = wait_before_next(due.message_id, due.attempts + 1)
            not_delivered(connection, due, failure, now, now + wait)


def _lives(connection: Connection, before: ChannelHealth, now: datetime) -> None:
    """Where a channel had failed that is alive: what waited for it, however long its next wait is, is sent now, and no more
    that it is dead."""
    if before.failing_since:
        due_again(connection, before.channel, now)
        drop_unsent(connection, dead_letters(before.channel), but=())
