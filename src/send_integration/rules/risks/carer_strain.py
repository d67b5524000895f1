"""Risk `carer-strain`: a family that asks early help for help, while what was to relieve it is not there."""

from datetime import timedelta

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running

NOT_THERE = {
    "support.requested": "waited for",
    "support.agreed": "waited for",
    "support.refused": "refused",
    "support.ended": "ended",
}


def carer_strain(rule: Rule, facts: Facts) -> Verdict:
    """Stands until support starts, or the contact is long ago, or no longer two other pathways are open.

    Of all that is known of support the last word counts: what starts after a refusal relieves the family.
    """
    contacts = facts.by_name.get("early-help.contact", [])[-1:]
    if not contacts:
        return Verdict()
    last_day = contacts[0].on + timedelta(rule.number("days"))
    last = facts.found([*NOT_THERE, "support.started"])[-1:]
    if facts.as_of > last_day or not last or last[0].what not in NOT_THERE:
        return Verdict()
    pathways = [course.open for course in facts.courses if course.service != "support"]
    running = latest_running(pathways, facts.as_of, rule.number("pathways"))
    if len(running.spells) < rule.number("pathways"):
        return Verdict((), (last_day + NEXT,))
    reason = (
        f"The family turned to early help within {rule.number('days')} days while support is "
        f"{NOT_THERE[last[0].what]} and {rule.number('pathways')} or more pathways are open.{running.words}"
    )
    raised_on = max(contacts[0].on, last[0].on, running.since)
    found = Finding(raised_on, reason, keys((*contacts, *last, *running.rests_on)), ("support.started",))
    return Verdict((found,), (last_day + NEXT,))
