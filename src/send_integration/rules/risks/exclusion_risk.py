"""Risk `exclusion-risk`: repeated suspension of a child whose needs are known, or are being looked into."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running, open_cases, sen_support


def exclusion_risk(rule: Rule, facts: Facts) -> Verdict:
    """Stands while two suspensions lie close together, or a term's suspended sessions reach the limit."""
    suspensions = facts.by_name.get("school.suspended", [])
    if not suspensions:
        return Verdict()
    window = timedelta(rule.number("days"))
    term_start, next_term = _term(rule, facts.as_of)
    changes = (*(event.on + window + NEXT for event in suspensions), next_term)
    recent = [event for event in suspensions if facts.as_of - event.on <= window]
    in_term = [event for event in suspensions if event.on >= term_start]
    sessions = sum(_sessions(event) for event in in_term)
    known = latest_running([*sen_support(facts), *facts.plans, *open_cases(facts, ("ndd", "camhs"))], facts.as_of)
    if known.spells and len(recent) >= 2:
        reason = f"{len(recent)} suspensions within {rule.number('days')} days of a child whose needs are known."
        return Verdict((Finding(recent[-1].on, reason + known.words, keys((*recent, *known.rests_on))),), changes)
    if known.spells and sessions >= rule.number("sessions"):
        reason = f"Suspended for {sessions} sessions this term, and the child's needs are known."
        return Verdict((Finding(in_term[-1].on, reason + known.words, keys((*in_term, *known.rests_on))),), changes)
    return Verdict((), changes)


def _sessions(event: Event) -> int:
    sessions = event.data.get("sessions")
    return sessions if isinstance(sessions, int) else 0


def _term(rule: Rule, day: date) -> tuple[date, date]:
    """The first day of the term in which `day` lies, and of the next."""
    starts = sorted(
        date.fromisoformat(f"{year}-{start}")
        for year in (day.year - 1, day.year, day.year + 1)
        for start in rule.texts("terms_start")
    )
    return max(start for start in starts if start <= day), min(start for start in starts if start > day)
