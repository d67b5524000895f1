"""Risk `bounced-between-services`: two services have said no within a while, and none has said yes since."""

from datetime import timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, ids

REFUSALS = (
    "referrals.rejected",
    "ndd.triaged outcome=declined|redirected",
    "camhs.triaged outcome=declined|redirected",
)
ACCEPTANCES = ("referrals.accepted", "ndd.triaged outcome=accepted", "camhs.triaged outcome=accepted")


def bounced_between_services(rule: Rule, facts: Facts) -> Verdict:
    """Stands until a service accepts, or the window has passed since the latest refusal."""
    window = timedelta(rule.number("days"))
    refusals = facts.found(REFUSALS)
    if len(refusals) < 2:
        return Verdict()
    service_of = {event.text("referral_id"): event.text("to_service") for event in facts.found(["referrals.received"])}

    def service(event: Event) -> str:
        return service_of.get(event.text("referral_id"), "") if event.feed == "referrals" else event.feed

    latest = refusals[-1]
    earlier = [e for e in refusals[:-1] if service(e) != service(latest) and latest.on - e.on <= window]
    accepted = any(event.on >= latest.on for event in facts.found(ACCEPTANCES))
    last_day = latest.on + window
    if not earlier or accepted or facts.as_of > last_day:
        return Verdict()
    pair = (earlier[-1], latest)
    reason = f"Two services refused within {rule.number('days')} days, and none has accepted since."
    return Verdict((Finding(latest.on, reason, ids(pair)),), (last_day + timedelta(1),))
