"""The obligation that one event asks for: its period, its stop and all that pauses, excuses or ends it."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.matters import MATTERS, decisive, is_open_on, open_on
from send_integration.rules.model import Period, Rule
from send_integration.rules.shapes.end_by_age import EndByAge, end_by_age
from send_integration.rules.shapes.obligation import Ending, Obligation
from send_integration.rules.shapes.terms import Case, Terms
from send_integration.when.periods import LAST_YEAR

A_DAY = timedelta(1)
NO_END = EndByAge()


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
        return [event for event in events if event.on >= self.begins_on] if events else events


class _Due(NamedTuple):
    on: date
    arithmetic: str
    rests_on: Sequence[str] = ()
    given_day: date | None = None


def obligation_of(asked: Asked, grounds: Sequence[str], *, stop_on_later_day: bool) -> Obligation | None:
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
    endings: list[Ending] = [(event.on, event.id) for event in asked.since(terms.not_needed)]
    return Obligation(
        subject=" ".join(asked.subject),
        triggered_on=asked.begins_on,
        due_on=due.on,
        arithmetic=due.arithmetic,
        grounds=[*grounds, *due.rests_on, *([decided.id] if decided else []), *aged.rests_on],
        stop=stop,
        pauses=_pauses(asked.since(terms.pause_from), asked.since(terms.pause_until)),
        exceptions=asked.since(terms.exceptions),
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
    decided = next(iter(asked.since(terms.decisions)), None)
    return decided if decided in asked.facts.found(terms.only_where) else None


def _due(asked: Asked, terms: Terms) -> _Due:
    """By the day that the trigger gives, else a period from the trigger or from the earlier event that it counts from."""
    for name in terms.due_field:
        given = _given_day(asked, name)
        if given is not None and terms.due_before:
            due_on = max(asked.begins_on, terms.due_before.before(given))
            return _Due(due_on, f"{terms.due_before} before {given}", given_day=given)
        if given is not None:
            return _Due(given, f"the date given on {asked.trigger.on}")
    period, rests_on = _period(asked, terms) if terms.cases else (terms.period, [])
    counted_from = next((e for e in asked.about_same(terms.counted_from) if e.on < asked.begins_on), None)
    if counted_from is not None:
        rests_on = [*rests_on, counted_from.id]
    first_day = counted_from.on if counted_from else asked.begins_on
    return _Due(period.after(first_day, terms.school_holidays), f"{period} from {first_day}", rests_on)


def _given_day(asked: Asked, name: str) -> date | None:
    """A day that the trigger gives, unless it lies before the child's birth or so far off that it can only be a slip."""
    given = asked.trigger.day(name)
    return given if given and given >= asked.facts.born_on and given.year < LAST_YEAR else None


def _period(asked: Asked, terms: Terms) -> tuple[Period, list[str]]:
    """The period of the first case that holds, else the rule's own; and the events but for which another would hold."""
    rests_on: list[str] = []
    for case in terms.cases:
        if all(asked.trigger.text(name) == code for name, code in case.where):
            holds, because = _is_open(asked, case) if case.while_open else (True, [])
            rests_on += because
            if holds:
                return case.period, rests_on
    return terms.period, rests_on


def _is_open(asked: Asked, case: Case) -> tuple[bool, list[str]]:
    """Whether the case's matter was open on the trigger's day, and what opened it; else what closed it."""
    matter, day = MATTERS[case.while_open], asked.trigger.on
    events = asked.facts.of_matter(case.while_open)
    opened = open_on(events, matter, day)
    if opened:
        return True, [opened[0].id]
    return False, decisive(events, partial(is_open_on, matter=matter, day=day))


def _stop(asked: Asked, terms: Terms, due: _Due, first_day: date) -> Event | None:
    if terms.stop_since:
        first_day = terms.stop_since.before(due.given_day or asked.begins_on)
    last_day = due.given_day or date.max
    for event in asked.about_same(terms.stop):
        if first_day <= event.on <= last_day:
            return event
    return None


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
        pauses.append((start, next((end for end in ends if end.on >= start.on), None)))
    return pauses
