"""An obligation, and the arithmetic that every shape shares: pauses, exceptions, endings, warning window, status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Milestone, MilestoneStatus, Period, Rule
from send_integration.when.periods import after_working_days

LEAST_WARNING_WORKING_DAYS = 5
"""The least time that a worker gets between a warning and the date (domain rules, 'due-soon')."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that must happen by a date: what the shapes find before it is known how it stands.

    `pauses` are pairs of first and last day; the last is None while a pause runs on.
    """

    subject: str
    triggered_on: date
    due_on: date
    arithmetic: str
    trigger: Sequence[str]
    stop: Event | None = None
    pauses: Sequence[tuple[Event, Event | None]] = ()
    exceptions: Sequence[Event] = ()
    endings: Sequence[tuple[date, str | None]] = ()


def judge(rule: Rule, found: Obligation, facts: Facts) -> tuple[Milestone, list[date]]:
    """How an obligation stands on the day, and the days on which that could change with no new event."""
    due_on, paused, pause_evidence, pause_words = _with_pauses(found)
    warn_from = _warn_from(rule, found.triggered_on, due_on)
    ending = _ending(found, facts)
    evidence = [*found.trigger, *pause_evidence]
    met_on = found.stop.on if found.stop else None
    status, days_late = MilestoneStatus.PENDING, 0
    stands_since: date | None = None
    as_of = facts.as_of
    if found.stop is not None and met_on is not None and (ending is None or met_on <= ending[0]):
        evidence.append(found.stop.id)
        days_late = max(0, (met_on - due_on).days)
        status = MilestoneStatus.MET_LATE if days_late else MilestoneStatus.MET
    elif ending is not None:
        met_on, status = None, MilestoneStatus.NOT_NEEDED
        evidence += [ending[1]] if ending[1] else []
    elif as_of > due_on and found.exceptions:
        status = MilestoneStatus.EXCEPTED
        evidence += [event.id for event in found.exceptions]
    elif as_of > due_on and not paused:
        status, days_late, stands_since = MilestoneStatus.MISSED, (as_of - due_on).days, due_on + timedelta(1)
    elif paused:
        status = MilestoneStatus.PAUSED
    elif as_of >= warn_from:
        status, stands_since = MilestoneStatus.DUE_SOON, warn_from
    milestone = Milestone(
        rule.id,
        rule.version,
        found.subject,
        found.triggered_on,
        due_on,
        status,
        met_on,
        days_late,
        stands_since,
        found.arithmetic + pause_words,
        tuple(sorted(set(evidence))),
        rule.texts("stop"),
    )
    return milestone, [warn_from, due_on + timedelta(1)]


def _ending(found: Obligation, facts: Facts) -> tuple[date, str | None] | None:
    """The first thing that ended the obligation another way, on or after its trigger."""
    ends = [end for end in (*found.endings, *facts.endings) if end[0] >= found.triggered_on]
    return min(ends, key=lambda end: (end[0], end[1] or ""), default=None)


def _with_pauses(found: Obligation) -> tuple[date, bool, list[str], str]:
    """The due date moved on by the days of every pause that began in time, and whether one still runs."""
    due_on, stopped_days, evidence = found.due_on, 0, list[str]()
    for first, last in found.pauses:
        if first.on > due_on:
            continue
        evidence.append(first.id)
        if last is None:
            return due_on, True, evidence, _words(stopped_days)
        evidence.append(last.id)
        stopped_days += (last.on - first.on).days
        due_on = found.due_on + timedelta(stopped_days)
    return due_on, False, evidence, _words(stopped_days)


def _words(stopped_days: int) -> str:
    return f", moved on by {stopped_days} days while the clock was stopped" if stopped_days else ""


def _warn_from(rule: Rule, triggered_on: date, due_on: date) -> date:
    """A fifth of the period before the due date, at least five working days, unless the rule says other."""
    if rule.text("warn"):
        window = Period.of(rule.text("warn"))
        if window.unit == "working day":
            return after_working_days(due_on, -window.count)
        return due_on - (window.after(due_on) - due_on)
    fifth = due_on - timedelta((due_on - triggered_on).days // 5)
    return max(triggered_on, min(fifth, after_working_days(due_on, -LEAST_WARNING_WORKING_DAYS)))
