"""Risk `suspended-unassessed`: suspended again, and nobody has asked what lies behind it."""

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, first_day_past, keys
from send_integration.when.periods import after_months

KNOWN = ("school.sen_support_started", "ehcp.requested", "ehcp.finalised")
ASKED = ("referrals.received", "ndd.referred", "camhs.referred", "early-help.assessment_started")


def suspended_unassessed(rule: Rule, facts: Facts) -> Verdict:
    """Stands while two suspensions lie within the window and nothing says that the child's needs are looked at.

    SEN support, a request or a plan counts whenever it was, for its school knows of it; a referral from a year before
    the first of the two suspensions on.
    """
    suspensions = facts.by_name.get("school.suspended", [])
    if len(suspensions) < 2 or facts.found(KNOWN):
        return Verdict()
    months = rule.number("months")
    pair = suspensions[-2:]
    past = first_day_past(pair[0].on, months)
    asked_since = after_months(pair[0].on, -months)
    if facts.as_of >= past or any(event.on >= asked_since for event in facts.found(ASKED)):
        return Verdict()
    reason = f"Two suspensions within {months} months, with no SEN support, no plan and no referral."
    return Verdict((Finding(pair[1].on, reason, keys(pair), (*KNOWN, *ASKED)),), (past,))
