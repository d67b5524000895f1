"""Risk `severe-absence`: half of all sessions or more missed over some weeks."""

from datetime import date, timedelta

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.absence import Attendance
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys


def severe_absence(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the first day on which it is so, until it has not been for the settle time."""
    if "school.attendance" not in facts.by_name:
        return Verdict()
    attendance = Attendance(rule, facts)

    def crossed(day: date) -> bool:
        possible, missed = attendance.before(day, timedelta(0), attendance.window)
        return possible > 0 and 100 * missed >= rule.number("percent") * possible

    run = attendance.latest_run(facts.as_of - attendance.stale - attendance.settle, crossed, attendance.window)
    if run is None or facts.as_of > run.stands_until:
        return Verdict((), attendance.to_come)
    reason = f"Absent for {rule.number('percent')}% or more of {rule.number('weeks')} weeks: {run.words}."
    found = Finding(run.since, reason, keys(run.events), ("school.attendance",))
    return Verdict((found,), (run.stands_until + NEXT, *attendance.to_come))
