"""When an alert is sent: at once, in the day's digest, or not again; and what a person's day can hold of the urgent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from send_integration.alerts.route import Alert
from send_integration.alerts.schedule import WorkingHours
from send_integration.when.london import london_day

LEVELS = ("watch", "raise", "high")
"""From the mildest to the most severe."""

URGENT = "high"
"""The level that is sent at once; others are in the digest."""

CRISES = frozenset({"crisis-while-waiting"})
"""The rules whose urgent alerts do not wait for working hours, nor for room in a day."""

SAME_AGAIN = timedelta(days=28)
"""An alert that closed and comes back within this, no more severe, is no news that must be told at once."""

ALERTS_A_DAY = 10
"""Urgent alerts that are sent to one recipient at once in a day, as shipped."""

LONGEST_SNOOZE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was already done about an alert.

    `levels` are those at which it was sent, `waiting` that at which it waits for a digest, '' where it does not;
    `closed_at` is when it last closed, where it did and comes back now; `quiet` where a person has answered it or put it
    off, so that nothing is to be sent.
    """

    levels: tuple[str, ...] = ()
    waiting: str = ""
    closed_at: datetime | None = None
    quiet: bool = False


NEVER = Sent()


class Plan(NamedTuple):
    """When an alert is sent: at a moment by itself, or in the digest of a day or the next; neither where not again."""

    at: datetime | None = None
    digest_on: date | None = None


NOTHING = Plan()


def rank(level: str) -> int:
    """How severe a level is; -1 for none that is known."""
    return LEVELS.index(level) if level in LEVELS else -1


def severity(alert: Alert) -> tuple[int, bool, bool, date, str]:
    """The order in which alerts are listed, the most severe first."""
    return -rank(alert.level), not is_crisis(alert), not alert.statutory, alert.due_on or date.max, alert.alert_id


def is_crisis(alert: Alert) -> bool:
    """Whether a child is in crisis, so that it can wait for nothing."""
    return alert.level == URGENT and alert.rule in CRISES


def plan(alert: Alert, sent: Sent, hours: WorkingHours, now: datetime) -> Plan:
    """When an alert is sent by what its level asks for, as if its recipient had nothing else to read."""
    if sent.quiet:
        return NOTHING
    levels = (*remembered(sent, now), sent.waiting)
    if rank(alert.level) <= max(map(rank, levels)):
        return NOTHING if sent.closed_at is None else Plan(digest_on=next_digest(hours, now))
    if alert.level != URGENT:
        return Plan(digest_on=next_digest(hours, now))
    if is_crisis(alert) or hours.at_work(now):
        return Plan(at=now)
    return Plan(at=hours.next_start(now))


def remembered(sent: Sent, now: datetime) -> tuple[str, ...]:
    """The levels at which an alert was sent, those forgotten of one that closed long ago."""
    forgotten = sent.closed_at is not None and now - sent.closed_at > SAME_AGAIN
    return () if forgotten else sent.levels


def next_digest(hours: WorkingHours, now: datetime) -> date:
    """The day of the next digest to be made."""
    return london_day(hours.next_start(now))


def within_budget(
    urgent: Iterable[Alert], already: int, a_day: int, hours: WorkingHours, now: datetime
) -> tuple[list[Alert], dict[str, date]]:
    """Of alerts that one recipient is to get at once on one day those that are so sent, and for the others, by their ids,
    the day in whose digest they are: the mildest, never one that is statutory or a crisis.

    `already` are those of the day that are sent or waiting to be.
    """
    taken: list[Alert] = []
    deferred: dict[str, date] = {}
    for alert in sorted(urgent, key=severity):
        if alert.statutory or is_crisis(alert) or already + len(taken) < a_day:
            taken.append(alert)
        else:
            deferred[alert.alert_id] = next_digest(hours, now)
    return taken, deferred


def may_snooze(alert: Alert, until: date, today: date) -> str:
    """Why an alert may not be put off until a day, in words; '' where it may."""
    if until <= today:
        return "Give a day after today"
    if until > today + LONGEST_SNOOZE:
        return f"Give a day within the next {LONGEST_SNOOZE.days} days"
    if alert.statutory and alert.due_on is not None and until > alert.due_on:
        return "The law asks for it before that day: give a day no later than the day on which it is due"
    return ""


def most_severe_first(alerts: Sequence[Alert]) -> list[Alert]:
    """Alerts in the order of a digest."""
    return sorted(alerts, key=severity)
