"""Risk `closed-after-not-brought`: discharged because nobody came, and nobody else is there."""

from datetime import timedelta

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import words_of_others

MISSED = "camhs.appointment attended=did-not-attend"
EXPECTED = ("camhs.referred", "ndd.referred", "referrals.received", "early-help.assessment_started")


def closed_after_not_brought(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the latest such discharge until some service opens a case again, or it is long ago.

    SEN support and a plan are open cases too: the school or the authority then still sees the child.
    """
    discharges = facts.found(["camhs.discharged reason=disengaged"])
    if not discharges:
        return Verdict()
    window = timedelta(rule.number("days"))
    for discharge in reversed(discharges):
        missed = [event for event in facts.found([MISSED]) if discharge.on - window <= event.on <= discharge.on]
        last_day = discharge.on + timedelta(rule.number("stands_days"))
        if missed and facts.as_of <= last_day:
            others = [course for course in facts.courses if course.name != f"camhs {discharge.text('referral_id')}"]
            if any(course.open.runs_on(facts.as_of) for course in others):
                break
            rests_on = [event for course in others for event in (course.opened, *course.ended)]
            reason = "Discharged for not coming, soon after a missed appointment, and no other service is open."
            reason += words_of_others([course.open for course in others])
            evidence = keys((discharge, missed[-1], *rests_on))
            return Verdict((Finding(discharge.on, reason, evidence, EXPECTED),), (last_day + NEXT,))
    return Verdict()
