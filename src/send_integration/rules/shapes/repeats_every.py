"""Shape `repeats-every`: something must happen again within a period of its start and of each time that it happened."""

from collections.abc import Iterator
from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.matters import is_about, subject_of
from send_integration.rules.model import Rule
from send_integration.rules.shapes.asked_for import Asked, obligation_of
from send_integration.rules.shapes.obligation import Obligation


def repeats_every(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation from the start, and one from each day on which a stop came; the stop of a later day meets it.

    A subject has one start, the first; with `each`, it starts anew each time, as when a child changes school. What comes
    after the end of what was started begins nothing. With `not_before_age` nothing counts from before that birthday.
    """
    written = rule.text("subject")
    starts: dict[tuple[str, ...], list[Event]] = {}
    for start in facts.found(rule.texts("trigger")):
        same = starts.setdefault(subject_of(start, written), [])
        if not same or rule.is_set("each"):
            same.append(start)
    for subject, begun in starts.items():
        again = [event for event in facts.found(rule.texts("stop")) if is_about(event, written, subject)]
        seen: set[date] = set()
        for trigger, grounds, begins_on in [*_starts(rule, facts, begun), *_repeats(rule, facts, begun, again)]:
            if begins_on not in seen and begins_on <= facts.as_of:
                seen.add(begins_on)
                asked = Asked(rule, facts, trigger, begins_on)
                found = obligation_of(asked, grounds, stop_on_later_day=True)
                if found:
                    yield found


def starts_on(rule: Rule, facts: Facts) -> list[date]:
    """The birthday at which a first period starts, which can come with no new event."""
    if not rule.text("not_before_age") or not facts.found(rule.texts("trigger")):
        return []
    return [rule.period("not_before_age").after(facts.born_on)]


def _starts(rule: Rule, facts: Facts, begun: list[Event]) -> Iterator[tuple[Event, list[str], date]]:
    for start in begun:
        yield start, [start.id], max([start.on, *starts_on(rule, facts)])


def _repeats(
    rule: Rule, facts: Facts, begun: list[Event], again: list[Event]
) -> Iterator[tuple[Event, list[str], date]]:
    """Each stop that came after a start, while what was started had not ended, with the ids that it rests on."""
    endings = facts.found(rule.texts("not_needed"))
    for stop in again:
        start = next((event for event in reversed(begun) if event.on <= stop.on), None)
        if start is None or any(stop.on < day for day in starts_on(rule, facts)):
            continue
        subject = subject_of(start, rule.text("subject"))
        if not any(start.on <= e.on < stop.on and is_about(e, rule.text("subject"), subject) for e in endings):
            yield stop, [start.id, stop.id], stop.on
