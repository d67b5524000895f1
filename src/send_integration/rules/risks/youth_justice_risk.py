"""Risk `youth-justice-risk`: youth justice takes a case on while the child's needs are unmet."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running, waits, words_of_others
from send_integration.when.periods import after_months

REFERRED = "referrals.received to_service=youth-justice"
ENDS = ("referrals.rejected", "referrals.withdrawn", "referrals.closed")
NO_PROGRESS = "school.sen_support_reviewed progress=limited|none"
REFUSED = ("ehcp.decided_to_assess decision=no", "ehcp.decided_to_issue decision=no")
WAITS = ("ndd", "camhs", "ehcp")


def youth_justice_risk(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the latest referral until it ends, the need is met, or it is long ago.

    An SEN is unmet where no plan is in force, and SEN support was found to give limited progress or none, or a plan or its
    assessment was refused, both from a year before the referral on; or the child waits for a plan, CAMHS or the
    neurodevelopmental pathway.
    """
    referrals = facts.found([REFERRED]) if "referrals.received" in facts.by_name else []
    if not referrals:
        return Verdict()
    referral = referrals[-1]
    last_day = referral.on + timedelta(rule.number("stands_days"))
    ended = facts.found(ENDS, subject="referral_id", value=referral.text("referral_id"))
    if facts.as_of > last_day or any(event.on >= referral.on for event in ended):
        return Verdict()
    words, since, rests_on = _grounds(rule, facts, referral)
    if not words:
        return Verdict((), (last_day + NEXT,))
    raised_on = max(referral.on, since)
    found = Finding(raised_on, f"Referred to youth justice, {words}", keys((referral, *rests_on)), ENDS)
    return Verdict((found,), (last_day + NEXT,))


def _grounds(rule: Rule, facts: Facts, referral: Event) -> tuple[str, date, list[Event]]:
    """What makes the referral a risk, '' where nothing does; since when, and all events on which that rests."""
    window = timedelta(rule.number("days"))
    suspended = [event for event in facts.found(["school.suspended"]) if abs(event.on - referral.on) <= window]
    if suspended:
        return f"and suspended within {rule.number('days')} days of it.", suspended[-1].on, suspended[-1:]
    plans = latest_running(facts.plans, facts.as_of)
    if plans.spells:
        return "", referral.on, []
    without_plan = max((plan.over[0].on for plan in plans.ended), default=referral.on)
    asked_since = after_months(referral.on, -rule.number("months"))
    unmet = [event for event in facts.found([NO_PROGRESS, *REFUSED]) if event.on >= asked_since]
    if unmet:
        words = f"and what was done for the child's needs did not help, or was refused.{plans.words}"
        return words, max(without_plan, unmet[-1].on), [unmet[-1], *plans.rests_on]
    waiting = latest_running(waits(facts, WAITS), facts.as_of)
    if waiting.spells:
        others = words_of_others([*plans.ended, *waiting.ended], plans.again + waiting.again)
        words = f"while waiting for help with special educational needs.{others}"
        return words, max(without_plan, waiting.since), [*waiting.rests_on, *plans.rests_on]
    return "", referral.on, []
