"""Shape `answer-within`: each trigger asks for an answer about the same subject within a period."""

from collections.abc import Iterator

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Period, Rule
from send_integration.rules.shapes.obligation import Obligation


def answer_within(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation a subject, from its first trigger; the first stop on or after that meets it.

    Two sources can both tell of one request: the earlier day counts, as the law counts from the first.
    """
    subject = rule.text("subject")
    first_of: dict[str, Event] = {}
    for trigger in facts.found(rule.texts("trigger")):
        first_of.setdefault(trigger.text(subject), trigger)
    for about, asked in first_of.items():
        period = _period(rule, asked)

        def same(patterns: tuple[str, ...], about: str = about, asked: Event = asked) -> list[Event]:
            found = facts.found(patterns, subject=subject, value=about)
            return [event for event in found if event.on >= asked.on]

        stops = same(rule.texts("stop"))
        yield Obligation(
            subject=about,
            triggered_on=asked.on,
            due_on=period.after(asked.on),
            arithmetic=f"{period} from {asked.on}",
            trigger=[asked.id],
            stop=stops[0] if stops else None,
            pauses=_pauses(same(rule.texts("pause_from")), same(rule.texts("pause_until"))),
            exceptions=same(rule.texts("exceptions")),
            endings=[(event.on, event.id) for event in same(rule.texts("not_needed"))],
        )


def _period(rule: Rule, asked: Event) -> Period:
    """The period of the first case whose codes the trigger has, else the rule's own."""
    cases = rule.parameters.get("cases", ())
    for case in cases if isinstance(cases, list | tuple) else ():
        if all(asked.text(name) == code for name, code in case["where"].items()):
            return Period.of(case["period"])
    return rule.period()


def _pauses(starts: list[Event], ends: list[Event]) -> list[tuple[Event, Event | None]]:
    """Each start with the first end after it; a start within a running pause adds nothing."""
    pauses: list[tuple[Event, Event | None]] = []
    for start in starts:
        last = pauses[-1][1] if pauses else None
        if pauses and (last is None or start.on < last.on):
            continue
        pauses.append((start, next((end for end in ends if end.on >= start.on), None)))
    return pauses
