"""Risk `sen-support-no-progress`: SEN support that does not help, and nobody has asked for more."""

from datetime import timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, first_day_past, keys

POOR = ("limited", "none")
ASKED = ("ehcp.requested", "referrals.received", "ndd.referred", "camhs.referred")
ENDS = ("ehcp.finalised", "school.left")
BETTER = "school.sen_support_reviewed progress=adequate"


def sen_support_no_progress(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the second such review until a better one, a request or a referral; what was asked for shortly before
    it counts too. After a year the reviews say nothing of today."""
    reviews = _one_a_day(facts.by_name.get("school.sen_support_reviewed", []))
    last = reviews[-rule.number("in_a_row") :]
    if len(last) < rule.number("in_a_row") or any(event.text("progress") not in POOR for event in last):
        return Verdict()
    latest = last[-1]
    past = first_day_past(latest.on, rule.number("months"))
    asked_since = latest.on - timedelta(rule.number("days"))
    asked = any(event.on >= asked_since for event in facts.found(ASKED))
    ended = any(event.on >= latest.on for event in facts.found(ENDS))
    if facts.as_of >= past or asked or ended:
        return Verdict()
    reason = (
        f"{len(last)} reviews of SEN support in a row found limited progress or none, with no request or referral from "
        f"{rule.number('days')} days before the last of them on."
    )
    return Verdict((Finding(latest.on, reason, keys(last), (*ASKED, BETTER)),), (past,))


def _one_a_day(reviews: list[Event]) -> list[Event]:
    """One review for each day: two sources can tell of one."""
    return list({event.on: event for event in reviews}.values())
