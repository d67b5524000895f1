"""Risk `early-help-drift`: early help that has been open for long, and whose team no longer meets."""

from datetime import timedelta

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.when.periods import after_months

MET = "early-help.team_around_family_met"


def early_help_drift(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each assessment that is open, until its team meets or it ends."""
    if "early-help.assessment_started" not in facts.by_name:
        return Verdict()
    found: list[Finding] = []
    for course in facts.courses:
        if course.opened.what != "early-help.assessment_started" or not course.open.runs_on(facts.as_of):
            continue
        met = [event for event in course.events if event.what == MET and event.on >= course.opened.on][-1:]
        last_met = met[0].on if met else course.opened.on
        raised_on = max(
            after_months(course.opened.on, rule.number("months")) + NEXT,
            last_met + timedelta(rule.number("days")) + NEXT,
        )
        last = f"the last on {last_met}" if met else "nor at any time before"
        reason = (
            f"Early help has been open for over {rule.number('months')} months, and the team around the family has not "
            f"met for {rule.number('days')} days, {last}."
        )
        found.append(
            Finding(raised_on, reason, keys((course.opened, *met)), (MET, "early-help.closed"), subject=course.name)
        )
    return Verdict(
        tuple(finding for finding in found if finding.raised_on <= facts.as_of),
        tuple(finding.raised_on for finding in found),
    )
