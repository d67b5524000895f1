"""Shape `repeats-every`: something must happen again within a period of its start and of each time that it happened."""

from collections.abc import Iterator
from datetime import date

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.matters import subject_of
from send_integration.rules.model import Rule
from send_integration.rules.order import first_from, last_until, place_from
from send_integration.rules.shapes.asked_for import Asked, obligation_of
from send_integration.rules.shapes.obligation import Obligation
from send_integration.rules.shapes.terms import Terms, terms_of


def repeats_every(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation from the start, and one from each day on which a stop came; the stop of a later day meets it.

    A subject has one start, the first; with `each`, it starts anew each time, as when a child changes school. What comes
    after the end of what was started begins nothing. With `not_before_age` nothing counts from before that birthday.
    """
    terms = terms_of(rule)
    starts: dict[tuple[str, ...], list[Event]] = {}
    for start in facts.found(terms.trigger):
        same = starts.setdefault(subject_of(start, terms.subject), [])
        if not same or terms.each:
            same.append(start)
    for subject, begun in starts.items():
        earliest = terms.not_before_age.after(facts.born_on) if terms.not_before_age else date.min
        first = [(start, [start.key], max(start.on, earliest)) for start in begun]
        seen: set[date] = set()
        for trigger, grounds, begins_on in [*first, *_repeats(terms, facts, subject, begun, earliest)]:
            if begins_on not in seen and begins_on <= facts.as_of:
                seen.add(begins_on)
                asked = Asked(rule, terms, facts, trigger, begins_on, subject)
                found = obligation_of(asked, grounds, stop_on_later_day=True)
                if found:
                    yield found


def starts_on(rule: Rule, facts: Facts) -> list[date]:
    """The birthday at which a first period starts, which can come with no new event."""
    terms = terms_of(rule)
    if terms.not_before_age is None or not facts.found(terms.trigger):
        return []
    return [terms.not_before_age.after(facts.born_on)]


def _repeats(
    terms: Terms, facts: Facts, subject: tuple[str, ...], begun: list[Event], earliest: date
) -> Iterator[tuple[Event, list[EventKey], date]]:
    """Each stop that came after a start, while what was started had not ended, with the events that it rests on."""
    endings = facts.about(terms.not_needed, terms.subject, subject)
    stops = facts.about(terms.stop, terms.subject, subject)
    for place in range(place_from(stops, earliest), len(stops)):
        stop = stops[place]
        start = last_until(begun, stop.on)
        if start is not None:
            end = first_from(endings, start.on)
            if end is None or end.on >= stop.on:
                yield stop, [start.key, stop.key], stop.on
