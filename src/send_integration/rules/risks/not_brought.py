"""Risk `not-brought`: appointments that nobody brought the child to."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, ids
from send_integration.when.periods import after_months

MISSED = "did-not-attend"


def not_brought(rule: Rule, facts: Facts) -> Verdict:
    """Stands while the last two appointments of a pathway were missed, or three were within the window."""
    appointments = facts.found(["camhs.appointment"])
    first_day = after_months(facts.as_of, -rule.number("months"))
    missed = [event for event in appointments if event.text("attended") == MISSED and event.on > first_day]
    changes = tuple(_leaves_window(rule, event, facts) for event in missed)
    if len(missed) >= rule.number("across_pathways"):
        reason = f"{len(missed)} appointments missed within {rule.number('months')} months."
        return Verdict((Finding(missed[rule.number("across_pathways") - 1].on, reason, ids(missed)),), changes)
    by_referral: dict[str, list[Event]] = {}
    for event in appointments:
        by_referral.setdefault(event.text("referral_id"), []).append(event)
    for kept in by_referral.values():
        last = kept[-rule.number("in_a_row") :]
        if len(last) == rule.number("in_a_row") and all(event in missed for event in last):
            reason = f"The last {len(last)} appointments were missed one after the other."
            return Verdict((Finding(last[-1].on, reason, ids(last)),), changes)
    return Verdict((), changes)


def _leaves_window(rule: Rule, event: Event, facts: Facts) -> date:
    """The first day on which an event lies outside the window, found from the calendar's side to be exact."""
    day = max(after_months(event.on, rule.number("months")), facts.as_of)
    while after_months(day, -rule.number("months")) < event.on:
        day += timedelta(1)
    return day
