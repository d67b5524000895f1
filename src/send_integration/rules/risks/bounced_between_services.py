"""Risk `bounced-between-services`: two services have said no within a while, and none has said yes since."""

from datetime import timedelta

from send_integration.contracts.event import Event
from send_integration.rules.courses import PATHWAY_OF_SERVICE
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys

REFUSALS = (
    "referrals.rejected",
    "ndd.triaged outcome=declined|redirected",
    "camhs.triaged outcome=declined|redirected",
)
ACCEPTANCES = ("referrals.accepted", "ndd.triaged outcome=accepted", "camhs.triaged outcome=accepted")


def bounced_between_services(rule: Rule, facts: Facts) -> Verdict:
    """Stands until a service accepts, or the window has passed since the later of two refusals.

    A service that refuses again makes no bounce, and does not end one. A refusal whose referral has not come cannot be
    told from another of the same service, and waits for it.
    """
    window = timedelta(rule.number("days"))
    refusals = facts.found(REFUSALS)
    if len(refusals) < 2:
        return Verdict()
    asked: dict[str, Event] = {}
    for received in facts.found(["referrals.received"]):
        asked.setdefault(received.text("referral_id"), received)
    told = [(event, _service(event, asked)) for event in refusals if _service(event, asked)]
    accepted = facts.found(ACCEPTANCES)
    changes = tuple(event.on + window + NEXT for event in refusals)
    for place in range(len(told) - 1, 0, -1):
        latest, service = told[place]
        earlier = [event for event, other in told[:place] if other != service and latest.on - event.on <= window]
        if facts.as_of > latest.on + window or any(event.on >= latest.on for event in accepted):
            break
        if earlier:
            pair = (earlier[-1], latest)
            said = [asked[event.text("referral_id")] for event in pair if event.feed == "referrals"]
            reason = f"Two services refused within {rule.number('days')} days, and none has accepted since."
            return Verdict((Finding(latest.on, reason, keys((*pair, *said)), ACCEPTANCES),), changes)
    return Verdict((), changes)


def _service(refusal: Event, asked: dict[str, Event]) -> str:
    """Who refused; '' where that is not known."""
    if refusal.feed != "referrals":
        return refusal.what.partition(".")[0]
    referral = asked.get(refusal.text("referral_id"))
    service = referral.text("to_service") if referral else ""
    return PATHWAY_OF_SERVICE.get(service, service)
