"""Shape `answer-within`: a trigger asks for an answer about the same subject within a period."""

from collections.abc import Iterator
from datetime import date

from send_integration.rules.facts import Facts
from send_integration.rules.matters import subject_of
from send_integration.rules.model import Rule
from send_integration.rules.shapes.asked_for import Asked, obligation_of
from send_integration.rules.shapes.obligation import Obligation


def answer_within(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation a subject, from its first trigger; with `each`, one for each day on which there was a trigger.

    Two sources can both tell of one request: the earlier day counts, as the law counts from the first. The first stop on
    or after the trigger meets it; with `stop_on_later_day`, the first after that day.
    """
    seen: set[tuple[tuple[str, ...], date | None]] = set()
    for trigger in facts.found(rule.texts("trigger")):
        key = subject_of(trigger, rule.text("subject")), trigger.on if rule.is_set("each") else None
        if key not in seen:
            seen.add(key)
            asked = Asked(rule, facts, trigger, trigger.on)
            found = obligation_of(asked, [trigger.id], stop_on_later_day=rule.is_set("stop_on_later_day"))
            if found:
                yield found
