"""Risk `exclusion-risk`: repeated suspension of a child whose needs are known, or are being looked into."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, ids


def exclusion_risk(rule: Rule, facts: Facts) -> Verdict:
    """Stands while two suspensions lie close together, or a term's suspended sessions reach the limit."""
    suspensions = facts.found(["school.suspended"])
    if not suspensions:
        return Verdict()
    window = timedelta(rule.number("days"))
    changes = [event.on + window + timedelta(1) for event in suspensions]
    term_start, next_term = _term(rule, facts.as_of)
    changes.append(next_term)
    recent = [event for event in suspensions if facts.as_of - event.on <= window]
    in_term = [event for event in suspensions if event.on >= term_start]
    sessions = sum(_sessions(event) for event in in_term)
    grounds = _known_need(facts)
    if not grounds:
        return Verdict((), tuple(changes))
    if len(recent) >= 2:
        pair = recent[-2:]
        reason = f"{len(recent)} suspensions within {rule.number('days')} days of a child whose needs are known."
        return Verdict((Finding(pair[-1].on, reason, tuple(sorted({*ids(recent), *grounds}))),), tuple(changes))
    if sessions >= rule.number("sessions"):
        reason = f"Suspended for {sessions} sessions this term, and the child's needs are known."
        return Verdict((Finding(in_term[-1].on, reason, tuple(sorted({*ids(in_term), *grounds}))),), tuple(changes))
    return Verdict((), tuple(changes))


def _sessions(event: Event) -> int:
    sessions = event.data.get("sessions")
    return sessions if isinstance(sessions, int) else 0


def _known_need(facts: Facts) -> list[str]:
    """One event that shows the need: a plan in force, SEN support, or an open NDD or CAMHS referral."""
    plans = [plan.id for plan in facts.plans_in_force(facts.as_of)]
    return (plans or facts.open_on(facts.as_of, ["sen-support", "ndd", "camhs"]))[:1]


def _term(rule: Rule, day: date) -> tuple[date, date]:
    """The first day of the term in which `day` lies, and of the next."""
    starts = sorted(
        date.fromisoformat(f"{year}-{start}")
        for year in (day.year - 1, day.year, day.year + 1)
        for start in rule.texts("terms_start")
    )
    return max(start for start in starts if start <= day), min(start for start in starts if start > day)
