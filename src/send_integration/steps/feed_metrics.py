"""What a monitor is told: the same numbers as the pages on feeds, under labels of which there are only so many.

A bounded number of queries, whatever there is. No label holds anything that a source may write freely: an agency is named
where an event of its was let in, a reason where it is one of ours; the rest are 'other'.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.reasons import Code
from send_integration.steps.feed_health import Overview, overview_of
from send_integration.steps.suite_files import suite_file
from send_integration.store.agency_days import AgencyDay, last_heard
from send_integration.store.audits import AuditRow, last_audits
from send_integration.store.broker_ends import waiting_by_topic
from send_integration.store.channels import Waiting, channels_in_use, waiting_messages
from send_integration.store.feed_health import OpenItems, open_reasons, openings, outbox_messages, totals
from send_integration.store.record_keys import passed_over
from send_integration.store.unjudged import faults_told_of
from send_integration.watch.agencies import AgencyTally
from send_integration.watch.channels import ChannelHealth
from send_integration.watch.window import Tally

OTHER = "other"
MOST_AGENCIES = 50
MOST_REASONS = 50
"""Of each feed; beyond them all are 'other', so that no sender can make a monitor keep series without end."""

_AGENCY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._-]{0,99}\Z", re.ASCII)
_OF_AN_ADAPTER = re.compile(r"(cin|sen2|row)-[a-z0-9-]{1,40}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Measured:
    """All that is told at one moment. `agencies` and `reasons` are by feed and by what their label says."""

    feeds: Overview
    totals: Mapping[str, Tally]
    openings: Mapping[str, int]
    agencies: Mapping[tuple[str, str], AgencyTally]
    reasons: Mapping[tuple[str, str], int]
    oldest: Mapping[str, datetime]
    audits: Mapping[str, AuditRow]
    child_events_waiting: int | None
    outbox: int
    channels: Sequence[ChannelHealth]
    messages: Waiting
    unjudged: int
    passed_over: Mapping[str, int]


def measured(engine: Engine, today: date, now: datetime) -> Measured:
    """Ask the database once for everything that is told."""
    with engine.connect() as connection:
        found = open_reasons(connection)
        heard, waiting = last_heard(connection), waiting_by_topic(connection)
        child_events = waiting.get(topics.CHILD_EVENTS.name)
        oldest: dict[str, datetime] = {}
        for row in found:
            oldest[row.feed] = min(oldest.get(row.feed, row.since), row.since)
        return Measured(
            overview_of(connection, heard, waiting, today, now),
            totals(connection),
            openings(connection),
            _by_agency(heard),
            _by_reason(found),
            oldest,
            last_audits(connection),
            child_events.messages if child_events else None,
            outbox_messages(connection),
            list(channels_in_use(connection).values()),
            waiting_messages(connection),
            sum(one.children for one in faults_told_of(connection)),
            passed_over(connection),
        )


def _by_agency(heard: Mapping[str, list[AgencyDay]]) -> dict[tuple[str, str], AgencyTally]:
    told: dict[tuple[str, str], AgencyTally] = {}
    for feed, rows in heard.items():
        known = [row for row in rows if row.tally.accepted and _AGENCY.match(row.agency)]
        named = {row.agency for row in sorted(known, key=_by_messages)[:MOST_AGENCIES]}
        for row in rows:
            key = feed, row.agency if row.agency in named else OTHER
            told[key] = told.get(key, AgencyTally()) + row.tally
    return told


def _by_messages(row: AgencyDay) -> tuple[int, str]:
    return -row.tally.messages, row.agency


def _by_reason(found: Iterable[OpenItems]) -> dict[tuple[str, str], int]:
    told: Counter[tuple[str, str]] = Counter()
    named: Counter[str] = Counter()
    for row in found:  # of each feed the most first
        ours = named[row.feed] < MOST_REASONS and _is_ours(row.feed, row.code)
        named[row.feed] += ours
        told[row.feed, row.code if ours else OTHER] += row.items
    return dict(told)


def _is_ours(feed: str, code: str) -> bool:
    rules = {expectation["meta"].get("rule") for expectation in suite_file(feed).get("expectations", [])}
    return code in set(Code) or code in rules or bool(_OF_AN_ADAPTER.match(code))
