"""Shape `repeats-every`: something must happen again within a period of its start and of each time that it happened."""

from collections.abc import Iterator
from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.shapes.obligation import Obligation
from send_integration.when.periods import birthday


def repeats_every(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation for the start and for each repeat, about the same subject; the next repeat meets it.

    With `not_before_age`, the first period starts at that birthday where it is later than the start.
    """
    subject = rule.text("subject")
    seen: set[str] = set()
    for start in facts.found(rule.texts("trigger")):
        about = start.text(subject) if subject else ""
        if about not in seen:
            seen.add(about)
            yield from _cycles(rule, facts, start, about)


def starts_on(rule: Rule, facts: Facts) -> list[date]:
    """The birthdays at which a first period starts, which can come with no new event."""
    age = rule.parameters.get("not_before_age")
    return [birthday(facts.born_on, age)] if isinstance(age, int) else []


def _cycles(rule: Rule, facts: Facts, start: Event, about: str) -> Iterator[Obligation]:
    subject = rule.text("subject")
    begins_on = max([start.on, *starts_on(rule, facts)])
    if begins_on > facts.as_of:
        return
    stops = facts.found(rule.texts("stop"), subject=subject, value=about)
    repeats = {event.on: event for event in reversed(stops) if event.on >= begins_on}
    endings = [(event.on, event.id) for event in facts.found(rule.texts("not_needed"), subject=subject, value=about)]
    period = rule.period()
    begin: Event | None = None  # two sources can tell of one review: a day counts once
    for stop in [*(repeats[day] for day in sorted(repeats)), None]:
        first_day = begins_on if begin is None else begin.on
        yield Obligation(
            subject=about,
            triggered_on=first_day,
            due_on=period.after(first_day),
            arithmetic=f"{period} from {first_day}",
            trigger=[start.id if begin is None else begin.id],
            stop=stop,
            endings=endings,
        )
        begin = stop
