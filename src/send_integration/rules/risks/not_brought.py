"""Risk `not-brought`: appointments that nobody brought the child to."""

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, first_day_past, keys
from send_integration.when.periods import after_months

MISSED = "did-not-attend"
CAME = ("attended", "late-but-seen")


def not_brought(rule: Rule, facts: Facts) -> Verdict:
    """Stands while the last two appointments of the pathway were missed, or three were within the window.

    What was cancelled says nothing of whether somebody brought the child, and is passed over. CAMHS alone sends its
    appointments.
    """
    missed = facts.found([f"camhs.appointment attended={MISSED}"])
    if not missed:
        return Verdict()
    months = rule.number("months")
    changes = tuple(first_day_past(event.on, months) for event in missed)
    first_day = after_months(facts.as_of, -months)
    recent = [event for event in missed if event.on > first_day]
    if len(recent) >= rule.number("across_pathways"):
        reason = f"{len(recent)} appointments missed within {months} months."
        return Verdict((Finding(recent[-1].on, reason, keys(recent)),), changes)
    came = f"camhs.appointment attended={'|'.join(CAME)}"
    last = facts.found([f"camhs.appointment attended={MISSED}|{'|'.join(CAME)}"])[-rule.number("in_a_row") :]
    if len(last) == rule.number("in_a_row") and all(event in recent for event in last):
        reason = f"The last {len(last)} appointments were missed one after the other."
        return Verdict((Finding(last[-1].on, reason, keys(last), (came,)),), changes)
    return Verdict((), changes)
