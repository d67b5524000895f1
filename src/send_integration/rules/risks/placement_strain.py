"""Risk `placement-strain`: signs of different kinds, close together, that a placement named in a plan is failing."""

from datetime import date, timedelta
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.absence import Attendance, Run
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running


class Sign(NamedTuple):
    """A sign of strain: its kind and detail in words, the day it was seen, the last day on which it still was, and on
    which events it rests."""

    words: str
    since: date
    last_on: date
    events: list[Event]


def placement_strain(rule: Rule, facts: Facts) -> Verdict:
    """Stands while a plan is in force and two of the three kinds of sign were seen within the window.

    One kind alone has a rule of its own: suspensions, absence, and the review that somebody has already called.
    """
    if "ehcp.finalised" not in facts.by_name:
        return Verdict()
    window = timedelta(rule.number("days"))
    seen = [
        sign for sign in (_suspension(facts), _early_review(facts)) if sign and facts.as_of <= sign.last_on + window
    ]
    to_come: tuple[date, ...] = ()
    expected: tuple[str, ...] = ()
    if len(seen) < 2:
        absence, to_come = _absence(rule, facts)
        if absence:
            seen.append(absence)
            expected = ("school.attendance",)
    changes = (*(sign.last_on + window + NEXT for sign in seen), *to_come)
    plans = latest_running(facts.plans, facts.as_of)
    if len(seen) < 2 or not plans.spells:
        return Verdict((), changes)
    reason = f"A plan is in force, and within {rule.number('days')} days: {'; '.join(sign.words for sign in seen)}.{plans.words}"
    raised_on = max(plans.since, *(sign.since for sign in seen))
    evidence = keys((*plans.rests_on, *(event for sign in seen for event in sign.events)))
    return Verdict((Finding(raised_on, reason, evidence, expected),), changes)


def _suspension(facts: Facts) -> Sign | None:
    return next((Sign("a suspension", e.on, e.on, [e]) for e in facts.found(["school.suspended"])[-1:]), None)


def _early_review(facts: Facts) -> Sign | None:
    reviews = facts.found(["ehcp.review_meeting_held kind=early"])
    return next((Sign("an early review", e.on, e.on, [e]) for e in reviews[-1:]), None)


def _absence(rule: Rule, facts: Facts) -> tuple[Sign | None, tuple[date, ...]]:
    """The latest run of much absence; it is seen as long as the value stays there."""
    if "school.attendance" not in facts.by_name:
        return None, ()
    attendance = Attendance(rule, facts)

    def crossed(day: date) -> bool:
        possible, missed = attendance.before(day, timedelta(0), attendance.window)
        return possible > 0 and 100 * missed >= rule.number("percent") * possible

    run: Run | None = attendance.latest_run(facts.as_of - timedelta(rule.number("days")), crossed, attendance.window)
    if run is None:
        return None, attendance.to_come
    words = f"absence of {rule.number('percent')}% or more, {run.words}"
    return Sign(words, run.since, run.last_on, run.events), attendance.to_come
