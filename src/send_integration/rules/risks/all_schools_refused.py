"""Risk `all-schools-refused`: every school that answered said that it cannot meet the child's needs."""

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, keys

ENDS = (
    "ehcp.finalised",
    "ehcp.decided_to_issue decision=no",
    "ehcp.decided_to_assess decision=no",
    "ehcp.request_withdrawn",
)
CAN_MEET = "ehcp.school_responded response=can-meet"


def all_schools_refused(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each request, until a school can meet the needs or the request ends. Of a school that answered
    more than once the last word counts."""
    last_word: dict[str, dict[str, Event]] = {}
    for event in facts.by_name.get("ehcp.school_responded", ()):
        answers = last_word.setdefault(event.text("request_id"), {})
        answers.pop(event.text("urn"), None)
        answers[event.text("urn")] = event
    findings: list[Finding] = []
    for request, answers in last_word.items():
        events = list(answers.values())
        if len(events) < rule.number("schools") or any(event.text("response") == "can-meet" for event in events):
            continue
        if facts.found(ENDS, subject="request_id", value=request):
            continue
        reason = f"{len(events)} schools answered that they cannot meet the child's needs, and none that it can."
        findings.append(Finding(events[-1].on, reason, keys(events), (CAN_MEET, "ehcp.finalised"), subject=request))
    return Verdict(tuple(findings))
