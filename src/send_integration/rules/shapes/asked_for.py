"""The obligation that one event asks for: its period, its stop and all that pauses, excuses or ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.matters import MATTERS, decisive, is_about, is_open_on, subject_fields, subject_of
from send_integration.rules.model import Period, Rule
from send_integration.rules.shapes.end_by_age import end_by_age
from send_integration.rules.shapes.obligation import Obligation, first_ending
from send_integration.when.periods import FIRST_YEAR, LAST_YEAR
from send_integration.when.school_days import holidays_of


@dataclass(frozen=True, slots=True)
class Asked:
    """One event that asks, on the day from which it counts, and the subject that its answer must be about."""

    rule: Rule
    facts: Facts
    trigger: Event
    begins_on: date

    def about_same(self, parameter: str) -> list[Event]:
        """The events of a parameter's patterns that are about the same subject."""
        patterns = self.rule.texts(parameter)
        if not patterns:
            return []
        written = self.rule.text("subject")
        subject = subject_of(self.trigger, written)
        return [event for event in self.facts.found(patterns) if is_about(event, written, subject)]

    def since(self, parameter: str) -> list[Event]:
        """Those of them that happened on or after the day from which it counts."""
        return [event for event in self.about_same(parameter) if event.on >= self.begins_on]


@dataclass(frozen=True, slots=True)
class _Due:
    on: date
    arithmetic: str
    rests_on: Sequence[str] = ()
    given_day: date | None = None


def obligation_of(asked: Asked, grounds: Sequence[str], *, stop_on_later_day: bool) -> Obligation | None:
    """The obligation, or None where what `only_where` asks for has not come, or the child is too old for it.

    `only_where` are decisions: the first event of that name decides. `stop_since` lets a stop count from that long before.
    """
    rule, facts = asked.rule, asked.facts
    decided = _decision(asked)
    if rule.texts("only_where") and decided is None:
        return None
    due = _due(asked)
    stop = _stop(asked, due, asked.begins_on + timedelta(stop_on_later_day))
    endings: list[tuple[date, str | None]] = [(event.on, event.id) for event in asked.since("not_needed")]
    others = first_ending([*endings, *facts.endings], asked.begins_on)
    last_days = [
        facts.as_of,
        *([stop.on - timedelta(1)] if stop else []),
        *([others[0] - timedelta(1)] if others else []),
    ]
    aged = end_by_age(rule, facts, asked.begins_on, min(last_days))
    if not aged.begins:
        return None
    return Obligation(
        subject=" ".join(subject_of(asked.trigger, rule.text("subject"))),
        triggered_on=asked.begins_on,
        due_on=due.on,
        arithmetic=due.arithmetic,
        grounds=[*grounds, *due.rests_on, *([decided.id] if decided else []), *aged.rests_on],
        stop=stop,
        pauses=_pauses(asked.since("pause_from"), asked.since("pause_until")),
        exceptions=asked.since("exceptions"),
        endings=[*endings, *([(aged.on, None)] if aged.on else [])],
        arose_on=decided.on if decided else None,
        last_day=due.given_day,
        expected=_narrowed(asked),
        may_change_on=aged.may_change_on,
    )


def _decision(asked: Asked) -> Event | None:
    """The first event of the name that `only_where` asks for, if it is as that asks."""
    wanted = asked.rule.texts("only_where")
    if not wanted:
        return None
    written, subject = asked.rule.text("subject"), subject_of(asked.trigger, asked.rule.text("subject"))
    for event in asked.facts.found([pattern.partition(" ")[0] for pattern in wanted]):
        if event.on >= asked.begins_on and is_about(event, written, subject):
            return event if event in asked.facts.found(wanted) else None
    return None


def _due(asked: Asked) -> _Due:
    """By the day that the trigger gives, else a period from the trigger or from the earlier event that it counts from."""
    rule, trigger = asked.rule, asked.trigger
    given = next((day for name in rule.texts("due_field") if (day := _given_day(trigger, name))), None)
    if given is not None and rule.text("due_before"):
        before = rule.period("due_before")
        return _Due(max(asked.begins_on, before.before(given)), f"{before} before {given}", (), given)
    if given is not None:
        return _Due(given, f"the date given on {trigger.on}")
    period, rests_on = _period(asked)
    counted_from = next((e for e in asked.about_same("counted_from") if e.on < asked.begins_on), None)
    first_day = counted_from.on if counted_from else asked.begins_on
    holidays = holidays_of(rule.texts("school_holidays"))
    return _Due(
        period.after(first_day, holidays),
        f"{period} from {first_day}",
        [*rests_on, *([counted_from.id] if counted_from else [])],
    )


def _given_day(trigger: Event, name: str) -> date | None:
    """A day that the trigger gives, unless it is so far off that it can only be a slip of the pen."""
    given = trigger.day(name)
    return given if given and FIRST_YEAR < given.year < LAST_YEAR else None


def _period(asked: Asked) -> tuple[Period, list[str]]:
    """The period of the first case that holds, else the rule's own; and the events but for which another would hold."""
    rule, trigger = asked.rule, asked.trigger
    cases = rule.parameters.get("cases", ())
    rests_on: list[str] = []
    for case in cases if isinstance(cases, list | tuple) else ():
        if any(trigger.text(name) != code for name, code in case.get("where", {}).items()):
            continue
        matter = MATTERS.get(case.get("while_open", ""))
        if matter is None:
            return Period.of(case["period"]), rests_on
        events = asked.facts.of_matter(case["while_open"])
        is_open = partial(is_open_on, matter=matter, day=trigger.on)
        rests_on += decisive(events, is_open)
        if is_open(events):
            return Period.of(case["period"]), rests_on
    return rule.period(), rests_on


def _stop(asked: Asked, due: _Due, first_day: date) -> Event | None:
    if asked.rule.text("stop_since"):
        first_day = asked.rule.period("stop_since").before(due.given_day or asked.begins_on)
    last_day = due.given_day or date.max
    return next((event for event in asked.about_same("stop") if first_day <= event.on <= last_day), None)


def _narrowed(asked: Asked) -> list[str]:
    """The rule's stops, with what tells one subject from another of the same request."""
    written = asked.rule.text("subject")
    fields = subject_fields(written)
    if len(fields) < 2:
        return []
    said = subject_of(asked.trigger, written)
    conditions = " ".join(f"{names[0]}={value}" for names, value in zip(fields[1:], said[1:], strict=True))
    return [f"{pattern} {conditions}" for pattern in asked.rule.texts("stop")]


def _pauses(starts: list[Event], ends: list[Event]) -> list[tuple[Event, Event | None]]:
    """Each start with the first end after it; a start within a running pause adds nothing."""
    pauses: list[tuple[Event, Event | None]] = []
    for start in starts:
        last = pauses[-1][1] if pauses else None
        if pauses and (last is None or start.on < last.on):
            continue
        pauses.append((start, next((end for end in ends if end.on >= start.on), None)))
    return pauses
