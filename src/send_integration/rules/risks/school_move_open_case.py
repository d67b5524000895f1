"""Risk `school-move-open-case`: the child moved school, and a case that was open has not been heard of since."""

from datetime import timedelta
from itertools import pairwise

from send_integration.contracts.event import Event
from send_integration.rules.courses import Course
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys

NOT_A_CASE = frozenset({"sen-support", "transition"})
"""What the new school itself carries on, and has no case with anybody else."""


def school_move_open_case(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each case that was open at the latest move, until anything of it is heard or it ends."""
    moves = _moves(facts.by_name.get("school.enrolled", []))
    if not moves:
        return Verdict()
    before, moved = moves[-1]
    raised_on = moved.on + timedelta(rule.number("days")) + NEXT
    lost = [course for course in facts.courses if _was_open(course, moved) and not _heard(course, moved)]
    if facts.as_of < raised_on or not lost:
        return Verdict((), (raised_on,))
    reason = f"Moved school on {moved.on}, and nothing was heard for {rule.number('days')} days of an open case: "
    findings = [
        Finding(raised_on, f"{reason}{course.service}.", keys((before, moved, course.opened)), subject=course.name)
        for course in lost
    ]
    return Verdict(tuple(findings), (raised_on,))


def _moves(enrolled: list[Event]) -> list[tuple[Event, Event]]:
    """Each enrolment at another school than the one before it, with that one; a first school is no move."""
    return [(one, other) for one, other in pairwise(enrolled) if one.text("urn") != other.text("urn")]


def _was_open(course: Course, moved: Event) -> bool:
    """Whether a case was open on the day of the move; once a plan is final it is no request any more."""
    spell = course.wait if course.service == "ehcp" else course.open
    return course.service not in NOT_A_CASE and spell.runs_on(moved.on)


def _heard(course: Course, moved: Event) -> bool:
    return any(event.on > moved.on for event in (*course.events, *course.ended))
