"""An obligation, and the arithmetic that every shape shares: pauses, exceptions, endings, warning window, status."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.model import Milestone, MilestoneStatus, Period, Rule
from send_integration.when.periods import after_working_days

LEAST_WARNING_WORKING_DAYS = 5
"""The least time that a worker gets between a warning and the date (domain rules, 'due-soon')."""

Ending: TypeAlias = tuple[date, EventKey | None]
"""The day on which an obligation ended another way, and the event that ended it; None where age did."""


class Obligation(NamedTuple):
    """Something that must happen by a date: what the shapes find before it is known how it stands.

    `grounds` are the keys of the events without which it would not be, or would be due on another day. `arose_on` is the
    day from which it is known, where that is later than `triggered_on`. `pauses` are pairs of first and last event; the
    last is None while a pause runs on. `stop_rests_on` are the keys of the events that make the stop one. After `last_day`
    nothing can meet it any more. `expected` narrows the rule's own stops.
    """

    subject: str
    triggered_on: date
    due_on: date
    arithmetic: str
    grounds: Sequence[EventKey]
    stop: Event | None = None
    stop_rests_on: Sequence[EventKey] = ()
    pauses: Sequence[tuple[Event, Event | None]] = ()
    exceptions: Sequence[Event] = ()
    endings: Sequence[Ending] = ()
    arose_on: date | None = None
    last_day: date | None = None
    expected: Sequence[str] = ()
    may_change_on: Sequence[date] = ()


class _Clock(NamedTuple):
    """The due date as pauses have moved it, whether one still runs, and on which events that rests."""

    due_on: date
    evidence: list[EventKey]
    words: str
    paused: bool


class _Standing(NamedTuple):
    """How an obligation stands on the day, since when, and on which further events that rests."""

    status: MilestoneStatus
    since: date | None
    evidence: Sequence[EventKey]


def judge(rule: Rule, found: Obligation, facts: Facts) -> tuple[Milestone, list[date]]:
    """How an obligation stands on the day, and the days on which that could change with no new event."""
    endings = [*found.endings, *facts.endings]
    ending = first_ending(endings, found.triggered_on)
    stop = found.stop if found.stop and (ending is None or found.stop.on <= ending[0]) else None
    settled_on = stop.on if stop else ending[0] if ending else None
    clock = _with_pauses(found, settled_on)
    warn_from = _warn_from(rule, found.triggered_on, clock.due_on)
    standing = _settled(found, stop, ending, endings, clock) or _unsettled(found, facts.as_of, clock, warn_from)
    last_day_is_over = found.last_day is not None and facts.as_of > found.last_day
    late_until = stop.on if stop else facts.as_of if standing.status is MilestoneStatus.MISSED else clock.due_on
    milestone = Milestone(
        rule.id,
        rule.version,
        found.subject,
        found.triggered_on,
        clock.due_on,
        standing.status,
        stop.on if stop else None,
        max(0, (late_until - clock.due_on).days),
        standing.since,
        found.arithmetic + clock.words,
        tuple(sorted({*found.grounds, *clock.evidence, *standing.evidence})),
        () if settled_on or last_day_is_over else tuple(found.expected) or rule.texts("stop"),
    )
    changes = [warn_from, clock.due_on + timedelta(1), *found.may_change_on]
    return milestone, [*changes, found.last_day + timedelta(1)] if found.last_day else changes


def first_ending(endings: Sequence[Ending], since: date) -> Ending | None:
    """The first thing that ended an obligation another way, on or after its trigger."""
    ends = [end for end in endings if end[0] >= since] if endings else []
    if not ends:
        return None
    return min(ends, key=lambda end: (end[0], end[1] or ()))


def _settled(
    found: Obligation, stop: Event | None, ending: Ending | None, endings: Sequence[Ending], clock: _Clock
) -> _Standing | None:
    """How it stands where it was met, or ended another way. What age has ended too rests on no event any more."""
    if stop is not None:
        status = MilestoneStatus.MET_LATE if stop.on > clock.due_on else MilestoneStatus.MET
        return _Standing(status, None, [stop.key, *found.stop_rests_on])
    if ending is None:
        return None
    by_age_too = any(
        event is None and found.triggered_on <= day and (found.stop is None or day < found.stop.on)
        for day, event in endings
    )
    return _Standing(MilestoneStatus.NOT_NEEDED, None, [ending[1]] if ending[1] and not by_age_too else [])


def _unsettled(found: Obligation, as_of: date, clock: _Clock, warn_from: date) -> _Standing:
    if clock.paused:
        return _Standing(MilestoneStatus.PAUSED, None, [])
    arose_on = found.arose_on or found.triggered_on
    if as_of > clock.due_on:
        excused = next((e for e in found.exceptions if _held_up(e, found.triggered_on, clock.due_on)), None)
        if excused is not None:
            return _Standing(MilestoneStatus.EXCEPTED, None, [excused.key])
        return _Standing(MilestoneStatus.MISSED, max(clock.due_on + timedelta(1), arose_on), [])
    if as_of >= warn_from:
        return _Standing(MilestoneStatus.DUE_SOON, max(warn_from, arose_on), [])
    return _Standing(MilestoneStatus.PENDING, None, [])


def _held_up(exception: Event, triggered_on: date, due_on: date) -> bool:
    """What began only after the date had passed, or was over before anything was asked, has held nobody up."""
    last = exception.day("to_on")
    return (exception.day("from_on") or exception.on) <= due_on and (last is None or last >= triggered_on)


def _with_pauses(found: Obligation, settled_on: date | None) -> _Clock:
    """The due date moved on by the days of every pause that began in time, up to the day that settled the obligation."""
    due_on, stopped_days, evidence = found.due_on, 0, list[EventKey]()
    for first, last in found.pauses:
        if first.on > due_on or (settled_on is not None and first.on >= settled_on):
            continue
        if settled_on is not None and (last is None or last.on >= settled_on):
            until, ended_by = settled_on, []
        elif last is not None:
            until, ended_by = last.on, [last.key]
        else:
            return _Clock(due_on, [*evidence, first.key], _words(stopped_days), paused=True)
        evidence += [*([first.key] if until > first.on else []), *ended_by]
        stopped_days += (until - first.on).days
        due_on = found.due_on + timedelta(stopped_days)
    return _Clock(due_on, evidence, _words(stopped_days), paused=False)


def _words(stopped_days: int) -> str:
    return f", moved on by {stopped_days} days while the clock was stopped" if stopped_days else ""


def _warn_from(rule: Rule, triggered_on: date, due_on: date) -> date:
    """A fifth of the period before the due date, at least five working days, unless the rule says other."""
    if rule.text("warn"):
        return Period.of(rule.text("warn")).before(due_on)
    fifth = due_on - timedelta((due_on - triggered_on).days // 5)
    return max(triggered_on, min(fifth, after_working_days(due_on, -LEAST_WARNING_WORKING_DAYS)))
