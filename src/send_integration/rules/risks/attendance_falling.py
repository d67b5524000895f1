"""Risk `attendance-falling`: much absence in the last weeks, and far more than in the weeks before."""

from datetime import date, timedelta

from send_integration.rules.courses import Course, Spell, first_of
from send_integration.rules.facts import Facts
from send_integration.rules.model import Level, Rule
from send_integration.rules.risks.absence import Attendance
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running, waits

SERVICES = ("camhs", "ndd")


def attendance_falling(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the first day on which it is so, until it has not been for the settle time.

    It is raised, and not only watched, while a child waits for CAMHS, the neurodevelopmental pathway or early help.
    """
    if "school.attendance" not in facts.by_name:
        return Verdict()
    attendance = Attendance(rule, facts)
    weeks_before = timedelta(weeks=rule.number("weeks_before"))

    def crossed(day: date) -> bool:
        possible, missed = attendance.before(day, timedelta(0), attendance.window)
        possible_before, missed_before = attendance.before(day, attendance.window, weeks_before)
        return (
            possible > 0
            and possible_before > 0
            and 100 * missed >= rule.number("percent") * possible
            and 100 * missed * possible_before >= rule.number("percent_of_before") * missed_before * possible
        )

    since = facts.as_of - attendance.stale - attendance.settle
    run = attendance.latest_run(since, crossed, attendance.window + weeks_before)
    if run is None or facts.as_of > run.stands_until:
        return Verdict((), attendance.to_come)
    waiting = latest_running([*waits(facts, SERVICES), *_early_help_waits(facts)], facts.as_of)
    reason = (
        f"Absent for {rule.number('percent')}% or more of the last {rule.number('weeks')} weeks, far more than before: "
        f"{run.words}.{waiting.words}"
    )
    level = Level.RAISE if waiting.spells else Level.WATCH
    found = Finding(run.since, reason, keys((*run.events, *waiting.rests_on)), ("school.attendance",), level)
    return Verdict((found,), (run.stands_until + NEXT, *attendance.to_come))


def _early_help_waits(facts: Facts) -> list[Spell]:
    """Help from early help begins with the plan that its assessment leads to; from a referral, with the first contact."""
    return [_wait_for_a_plan(course) for course in facts.courses if course.service == "early-help"]


def _wait_for_a_plan(course: Course) -> Spell:
    if course.opened.feed != "early-help":
        return course.wait
    plans = (event for event in course.events if event.what == "early-help.plan_agreed")
    return Spell(course.service, course.opened, first_of((*plans, *course.ended), course.opened.on), course.again)
