"""The obligation that one event asks for: its period, its stop and all that pauses, excuses or ends it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.grounds import Ground, opened_last
from send_integration.rules.matters import MATTERS, subject_of
from send_integration.rules.model import Period, Rule
from send_integration.rules.order import first_from, place_from
from send_integration.rules.shapes.end_by_age import EndByAge, end_by_age
from send_integration.rules.shapes.obligation import Ending, Obligation
from send_integration.rules.shapes.terms import Terms
from send_integration.timeline.episodes import matches
from send_integration.when.periods import LAST_YEAR

A_DAY = timedelta(1)
NO_END = EndByAge()
NO_GROUND = Ground(None, (), 0)


class Asked(NamedTuple):
    """One event that asks, the day from which it counts, and the subject that its answer must be about."""

    rule: Rule
    terms: Terms
    facts: Facts
    trigger: Event
    begins_on: date
    subject: tuple[str, ...]

    def about_same(self, patterns: tuple[str, ...]) -> list[Event]:
        """The events of these patterns that are about the same subject."""
        return self.facts.about(patterns, self.terms.subject, self.subject) if patterns else []

    def since(self, patterns: tuple[str, ...]) -> list[Event]:
        """Those of them that happened on or after the day from which it counts."""
        events = self.about_same(patterns)
        return events[place_from(events, self.begins_on) :] if events else events


class _Due(NamedTuple):
    on: date
    arithmetic: str
    rests_on: Sequence[EventKey] = ()
    given_day: date | None = None


def obligation_of(asked: Asked, grounds: Sequence[EventKey], *, stop_on_later_day: bool) -> Obligation | None:
    """The obligation, or None where what `only_where` asks for has not come, or the child is too old for it."""
    terms, facts = asked.terms, asked.facts
    decided = _decision(asked, terms)
    if terms.only_where and decided is None:
        return None
    due = _due(asked, terms)
    stop = _stop(asked, terms, due, asked.begins_on + A_DAY if stop_on_later_day else asked.begins_on)
    aged = NO_END
    if terms.until_age:
        last_day = min(facts.as_of, stop.on - A_DAY) if stop else facts.as_of
        aged = end_by_age(asked.rule, facts, asked.begins_on, last_day)
    if not aged.begins:
        return None
    ended, passed_over = _ended(asked, terms, stop)
    endings: list[Ending] = [(ended.on, ended.key)] if ended else []
    return Obligation(
        subject=" ".join(asked.subject),
        triggered_on=asked.begins_on,
        due_on=due.on,
        arithmetic=due.arithmetic,
        grounds=[*grounds, *due.rests_on, *([decided.key] if decided else []), *aged.rests_on, *passed_over],
        stop=stop,
        pauses=_pauses(asked.since(terms.pause_from), asked.since(terms.pause_until)),
        exceptions=asked.about_same(terms.exceptions),
        endings=[*endings, (aged.on, None)] if aged.on else endings,
        arose_on=decided.on if decided else None,
        last_day=due.given_day,
        expected=_narrowed(asked, terms),
        may_change_on=aged.may_change_on,
    )


def _decision(asked: Asked, terms: Terms) -> Event | None:
    """The first event of the name that `only_where` asks for, if it is as that asks."""
    if not terms.only_where:
        return None
    decided = first_from(asked.about_same(terms.decisions), asked.begins_on)
    return decided if decided and any(matches(decided, pattern) for pattern in terms.only_where) else None


def _ended(asked: Asked, terms: Terms, stop: Event | None) -> tuple[Event | None, list[EventKey]]:
    """What first ended it another way; and, with `not_of_older`, what before that ended only something older, with what
    had begun that: without its beginning, it would be an end of this."""
    events = asked.about_same(terms.not_needed)
    passed_over: list[EventKey] = []
    for place in range(place_from(events, asked.begins_on), len(events)):
        end = events[place]
        if stop is not None and stop.on <= end.on:
            break
        older = _begun_before(asked, terms.not_of_older, end)
        if older is None:
            return end, passed_over
        if older.key not in passed_over:
            passed_over += [older.key, end.key]
    return None, passed_over


def _begun_before(asked: Asked, name: str, end: Event) -> Event | None:
    """What opened, before this was asked for, the matter that an event closed."""
    if not name:
        return None
    matter = MATTERS[name]
    opened = asked.facts.about(matter.opens, matter.subject, subject_of(end, matter.subject))[:1]
    return opened[0] if opened and opened[0].on < asked.begins_on else None


def _due(asked: Asked, terms: Terms) -> _Due:
    """By the day that the trigger gives, else a period from the trigger or from the earlier event that it counts from."""
    for name in terms.due_field:
        given = _given_day(asked, name)
        if given is not None and terms.due_before:
            due_on = max(asked.begins_on, terms.due_before.before(given))
            return _Due(due_on, f"{terms.due_before} before {given}", given_day=given)
        if given is not None:
            return _Due(given, f"the date given on {asked.trigger.on}")
    period, ground = _period(asked, terms) if terms.cases else (terms.period, NO_GROUND)
    first = asked.about_same(terms.counted_from)[:1]
    counted_from = first[0] if first and first[0].on < asked.begins_on else None
    rests_on = [*ground.rests_on, *([counted_from.key] if counted_from else [])]
    first_day = counted_from.on if counted_from else asked.begins_on
    arithmetic = f"{period} from {first_day}{ground.words}"
    return _Due(period.after(first_day, terms.school_holidays), arithmetic, rests_on)


def _given_day(asked: Asked, name: str) -> date | None:
    """A day that the trigger gives, unless it lies before the child's birth or so far off that it can only be a slip."""
    given = asked.trigger.day(name)
    return given if given and given >= asked.facts.born_on and given.year < LAST_YEAR else None


def _period(asked: Asked, terms: Terms) -> tuple[Period, Ground]:
    """The period of the first case that holds, else the rule's own; and what was open on the trigger's day, where one of
    these cases asks for that. No rule has two that do."""
    ground = NO_GROUND
    for case in terms.cases:
        if all(asked.trigger.text(name) == code for name, code in case.where):
            if not case.while_open:
                return case.period, ground
            ground = opened_last(asked.facts, (case.while_open,), asked.trigger.on)
            if ground.opening is not None:
                return case.period, ground
    return terms.period, ground


def _stop(asked: Asked, terms: Terms, due: _Due, first_day: date) -> Event | None:
    if terms.stop_since:
        first_day = terms.stop_since.before(due.given_day or asked.begins_on)
    last_day = due.given_day or date.max
    stop = first_from(asked.about_same(terms.stop), first_day)
    return stop if stop and stop.on <= last_day else None


def _narrowed(asked: Asked, terms: Terms) -> list[str]:
    """The rule's stops, with what tells one subject from another of the same request."""
    if not terms.told_apart_by:
        return []
    said = zip(terms.told_apart_by, asked.subject[1:], strict=True)
    conditions = " ".join(f"{name}={value}" for name, value in said)
    return [f"{pattern} {conditions}" for pattern in terms.stop]


def _pauses(starts: list[Event], ends: list[Event]) -> list[tuple[Event, Event | None]]:
    """Each start with the first end after it; a start within a running pause adds nothing."""
    pauses: list[tuple[Event, Event | None]] = []
    for start in starts:
        last = pauses[-1][1] if pauses else None
        if pauses and (last is None or start.on < last.on):
            continue
        pauses.append((start, first_from(ends, start.on)))
    return pauses
