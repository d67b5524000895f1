"""Risk `early-help-revolving`: early help was closed, and soon the family is back or needs more."""

from collections.abc import Iterator
from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, first_day_past, keys

CLOSED = "early-help.closed outcome=needs-met|family-disengaged|moved-away|other"
"""Every outcome but stepped-up, which is no closure but the step itself."""
MET = "early-help.team_around_family_met"


def early_help_revolving(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the latest return until the team around the family has met since, or the return is as long ago as the
    closure may have been before it."""
    closures = facts.found([CLOSED]) if "early-help.closed" in facts.by_name else []
    if not closures:
        return Verdict()
    met = facts.found([MET])
    changes: list[date] = []
    for back, months, words in reversed(list(_returns(rule, facts))):
        before = [
            event
            for event in closures
            if event.on <= back.on < first_day_past(event.on, months)
            and (event.on < back.on or event.text("assessment_id") != back.text("assessment_id"))
        ]
        past = first_day_past(back.on, months)
        changes.append(past)
        if before and facts.as_of < past and not any(event.on >= back.on for event in met):
            reason = f"Early help {words} within {months} months of being closed."
            return Verdict((Finding(back.on, reason, keys((back, before[-1])), (MET,)),), tuple(changes))
    return Verdict((), tuple(changes))


def _returns(rule: Rule, facts: Facts) -> Iterator[tuple[Event, int, str]]:
    """Each time that help began anew or the child's needs passed to a statutory service, in order."""
    for event in facts.found(["early-help.assessment_started", "early-help.stepped_up"]):
        if event.what == "early-help.stepped_up":
            yield event, rule.number("months_to_step_up"), "was stepped up"
        else:
            yield event, rule.number("months"), "was opened again"
