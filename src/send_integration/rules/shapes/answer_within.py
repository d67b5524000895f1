"""Shape `answer-within`: a trigger asks for an answer about the same subject within a period."""

from collections.abc import Iterator
from datetime import date

from send_integration.rules.facts import Facts
from send_integration.rules.matters import subject_of
from send_integration.rules.model import Rule
from send_integration.rules.shapes.asked_for import Asked, obligation_of
from send_integration.rules.shapes.obligation import Obligation
from send_integration.rules.shapes.terms import terms_of


def answer_within(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation a subject, from its first trigger; with `each`, one for each day on which there was a trigger.

    Two sources can both tell of one request: the earlier day counts, as the law counts from the first. The first stop on
    or after the trigger meets it.
    """
    terms = terms_of(rule)
    seen: set[tuple[tuple[str, ...], date | None]] = set()
    for trigger in facts.found(terms.trigger):
        subject = subject_of(trigger, terms.subject)
        key = subject, trigger.on if terms.each else None
        if key not in seen:
            seen.add(key)
            asked = Asked(rule, terms, facts, trigger, trigger.on, subject)
            found = obligation_of(asked, [trigger.key], stop_on_later_day=terms.stop_on_later_day)
            if found:
                yield found
