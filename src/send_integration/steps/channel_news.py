"""Tells people what channels cannot: which of them are dead or live again, and which messages cannot be delivered."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from send_integration.alerts.letters import Letter
from send_integration.alerts.retries import UNDELIVERABLE_AFTER
from send_integration.alerts.service_letters import (
    OF_CHANNELS,
    OF_MESSAGES,
    channel_dead_letter,
    channel_lives_letter,
    dead_letters,
    undelivered_letter,
)
from send_integration.store.channels import change_health, channels_in_use, waiting_messages
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.undelivered import is_asked, mark_told, mark_undeliverable, untold
from send_integration.watch.channels import ChannelHealth
from send_integration.when.london import london_minute, utc_text

DUTY = "duty-manager"
"""The team whose mailbox is told of channels and of what they did not deliver."""

log = logging.getLogger("send_integration.channels")


def tell_of_channels(engine: Engine, mailboxes: Mapping[str, str], fallback: str, now: datetime) -> list[str]:
    """Tell of each channel once that it is dead, and once that it lives again; gives the channels that were told of.

    Of each in a transaction of its own: whoever held one channel while waiting for another could wait in a ring.
    """
    address = mailboxes.get(DUTY, "") or fallback
    with engine.connect() as connection:
        found = list(channels_in_use(connection).values())
    dead = [one for one in found if one.dead and one.told_at is None]
    living = [one for one in found if one.told_at is not None and one.failing_since is None]
    for one in dead:
        with engine.begin() as connection:
            _tell_dead(connection, one, found, address, now)
    for one in living:
        with engine.begin() as connection:
            _tell_lives(connection, one, address, now)
    return [one.channel for one in (*dead, *living)]


def _tell_dead(
    connection: Connection, dead: ChannelHealth, found: Sequence[ChannelHealth], address: str, now: datetime
) -> None:
    since = dead.failing_since or now
    log.error("the channel %s is dead since %s: %s", dead.channel, utc_text(since), dead.failure)
    change_health(connection, dead.channel, lambda stood: replace(stood, told_at=now))
    others = [one.channel for one in found if one.failing_since is None]
    waiting = waiting_messages(connection).messages
    letter = channel_dead_letter(dead.channel, london_minute(since), dead.failure, waiting, others)
    _post(connection, f"{dead_letters(dead.channel)}{_stamp(since)}", address, letter, now)


def _tell_lives(connection: Connection, living: ChannelHealth, address: str, now: datetime) -> None:
    log.warning("the channel %s lives again", living.channel)
    change_health(connection, living.channel, lambda stood: replace(stood, told_at=None))
    letter = channel_lives_letter(living.channel, london_minute(living.told_at or now))
    _post(connection, f"{OF_CHANNELS}{living.channel}-lives-{_stamp(now)}", address, letter, now)


def tell_of_undelivered(engine: Engine, mailboxes: Mapping[str, str], fallback: str, today: date, now: datetime) -> int:
    """Tell the duty manager of messages that cannot be delivered, in one letter an hour at most; gives how many."""
    address = mailboxes.get(DUTY, "") or fallback
    letter_id = f"{OF_MESSAGES}{now:%Y%m%d%H}"
    with engine.begin() as connection:
        mark_undeliverable(connection, today, now - UNDELIVERABLE_AFTER, now)
        if is_asked(connection, letter_id):
            return 0
        found = untold(connection, but=(OF_CHANNELS, OF_MESSAGES))
        if found:
            mark_told(connection, [one.message_id for one in found], now)
            log.error("%s messages cannot be delivered", len(found))
            words = [
                f"{one.message_id}{f', to {one.recipient}' if one.recipient else ''}: {one.failure}" for one in found
            ]
            _post(connection, letter_id, address, undelivered_letter(words), now)
        return len(found)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}"


def _post(connection: Connection, message_id: str, address: str, letter: Letter, now: datetime) -> None:
    """Send a letter by whichever channel is alive; where nobody has a mailbox for it, pages, metrics and the log say it."""
    if address:
        add_deliveries(connection, [Delivery(message_id, address, letter, urgent=True)], now)
