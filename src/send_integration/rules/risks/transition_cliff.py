"""Risk `transition-cliff`: soon an adult, helped by several children's services, and no adult service has agreed."""

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running
from send_integration.when.periods import birthday

NOT_LEFT_AT_18 = frozenset({"ehcp", "sen-support", "transition"})
"""A plan goes on to 25, and a school's support ends with school; the transition plan is the way across itself."""
AGREED = (
    "transition.adult_health_transfer_agreed",
    "transition.adult_care_assessment_completed eligible=true",
)


def transition_cliff(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the birthday on while enough services are open, until an adult service has agreed."""
    turned_on = birthday(facts.born_on, rule.number("from_age"))
    if facts.as_of < turned_on or len(facts.courses) < rule.number("services"):
        return Verdict((), (turned_on,))
    if facts.by_name.get(AGREED[0]) or any(
        event.data.get("eligible") is True
        for event in facts.by_name.get("transition.adult_care_assessment_completed", ())
    ):
        return Verdict()
    services = [course.open for course in facts.courses if course.service not in NOT_LEFT_AT_18]
    running = latest_running(services, facts.as_of, rule.number("services"))
    if len(running.spells) < rule.number("services"):
        return Verdict()
    raised_on = max(turned_on, running.since)
    reason = (
        f"{rule.number('from_age')} or older with {rule.number('services')} or more children's services open, and no adult "
        f"service has agreed to take over.{running.words}"
    )
    return Verdict((Finding(raised_on, reason, keys(running.rests_on), AGREED),))
