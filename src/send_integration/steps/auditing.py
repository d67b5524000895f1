"""Audits the gate's judgement: each feed's latest window by plain Great Expectations, beside the stream."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from send_integration.alerts.letters import Letter
from send_integration.channels.smtp import Smtp
from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.store.audits import AuditRow, JudgedMessage, keep_audits, last_audits, latest_judged
from send_integration.store.deliveries import Delivery, add_deliveries

WINDOW = 500
"""Messages of a feed that are judged again: with fewer, a fault in one row of hundreds would go by unseen for hours."""

log = logging.getLogger("send_integration.audit")


class AuditedWindow(Protocol):
    """What an audit of one window found."""

    @property
    def differing(self) -> tuple[str, ...]:
        """Rules whose verdicts differ, or that could not be asked."""

    @property
    def results(self) -> list[dict[str, object]]:
        """Each rule's counts."""


Audit = Callable[[str, Sequence[Event]], AuditedWindow]
"""Judges a feed's window twice."""


def events_of(messages: Sequence[JudgedMessage], feed: str, now: datetime) -> list[Event]:
    """The events among messages, oldest first; what broke its contract was never asked of the expectations."""
    parsed = (parse(message.raw, not_after=now, feed=feed) for message in reversed(messages))
    return [event for event in parsed if isinstance(event, Event)]


def audit_feeds(
    engine: Engine, feeds: Sequence[str], audit: Audit, now: datetime, *, again: bool = False
) -> list[AuditRow]:
    """Audit the feeds that have a message not audited before, or `again` all that have any; what is found is for `keep`."""
    with engine.connect() as connection:
        before = last_audits(connection)
    found: list[AuditRow] = []
    for feed in feeds:
        messages = latest_judged(engine, feed, topics.raw(feed).name, WINDOW)
        audited = not again and feed in before and bool(messages) and before[feed].newest_at >= messages[0].judged_at
        if not messages or audited:
            continue
        events = events_of(messages, feed, now)
        judged = audit(feed, events)
        newest = messages[0].judged_at
        found.append(AuditRow(feed, now, newest, len(events), judged.differing, list(judged.results)))
    return found


def keep(engine: Engine, audits: Sequence[AuditRow], mailbox: str, now: datetime) -> list[str]:
    """Keep audits and raise the alarm for those that differ; gives their feeds.

    The stewards are written to once, when a feed begins to differ, where they have a mailbox.
    """
    differing = [row for row in audits if row.differing]
    for row in differing:
        log.error("the two judgements of %s differ: %s", row.feed, ", ".join(row.differing))
    with engine.begin() as connection:
        before = last_audits(connection)
        fresh = [row for row in differing if row.feed not in before or not before[row.feed].differing]
        keep_audits(connection, audits, now)
        if mailbox:
            letters = [(f"audit {row.feed} {now.isoformat()}", _letter(row)) for row in fresh]
            add_deliveries(connection, [Delivery(key, Smtp.name, mailbox, letter) for key, letter in letters], now)
    return [row.feed for row in differing]


def _letter(row: AuditRow) -> Letter:
    return Letter(
        f"Feed {row.feed}: the gate's judgement is in doubt",
        f"Of the latest {row.events} events of {row.feed}, Great Expectations and the gate's fast path judge some "
        f"differently, or could not be asked, by: {', '.join(row.differing)}.\n"
        "Tell the engineers; nothing is lost, but bad events may have passed or good ones wait.\n\nSign in:",
        "/",
    )
