"""Risk `crisis-while-waiting`: a crisis while help was asked for, or soon after it was declined."""

from datetime import timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict

PATHWAYS = ("camhs", "ndd", "early-help")
DECLINED = ("camhs.triaged outcome=declined", "ndd.triaged outcome=declined", "referrals.rejected")
SEEN = ("camhs.appointment attended=attended|late-but-seen",)


def crisis_while_waiting(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the crisis until an appointment is attended, or the window has passed."""
    window = timedelta(rule.number("days"))
    changes: list[Event] = []
    standing: tuple[Event, list[str]] | None = None
    for crisis in facts.found(["camhs.crisis_presentation"]):
        grounds = facts.open_on(crisis.on, PATHWAYS) or [
            event.id for event in facts.found(DECLINED) if crisis.on - window <= event.on <= crisis.on
        ]
        if not grounds:
            continue
        changes.append(crisis)
        seen_since = any(event.on > crisis.on for event in facts.found(SEEN))
        if facts.as_of <= crisis.on + window and not seen_since:
            standing = (crisis, grounds)
    may_change_on = tuple(crisis.on + window + timedelta(1) for crisis in changes)
    if standing is None:
        return Verdict((), may_change_on)
    crisis, grounds = standing
    reason = "In crisis while waiting for help, or after it was declined, and not seen by CAMHS since."
    return Verdict((Finding(crisis.on, reason, tuple(sorted({crisis.id, *grounds}))),), may_change_on)
