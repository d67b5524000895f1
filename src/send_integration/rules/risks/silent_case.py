"""Risk `silent-case`: an open case of which its own source has said nothing for longer than is usual there."""

from send_integration.rules.courses import PATHWAY_OPENED_BY, Course, linked
from send_integration.rules.facts import Facts
from send_integration.rules.model import Period, Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, ids

REVIEWED = "school.sen_support_reviewed"


def silent_case(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each open case, until its source says anything of it. The quiet period is the pathway's own."""
    found = [_finding(rule, facts, course) for course in facts.courses if course.open.runs_on(facts.as_of)]
    return Verdict(
        tuple(finding for finding in found if finding.raised_on <= facts.as_of),
        tuple(finding.raised_on for finding in found),
    )


def _finding(rule: Rule, facts: Facts, course: Course) -> Finding:
    events = course.events
    if course.service == "sen-support":
        events = (*events, *facts.by_name.get(REVIEWED, ()))
    last = max(
        (event for event in events if event.source == course.opened.source),
        key=lambda event: (event.on, event.time, event.source, event.id),
    )
    waiting, under_way = (_quiet(rule, course.service, status) for status in ("waiting", "active"))
    quiet = under_way if course.started else waiting
    rests_on = {course.opened, last, *linked(last, PATHWAY_OPENED_BY[course.opened.what], events)}
    if course.started and waiting != under_way:
        rests_on.add(course.started)
    reason = f"Nothing was heard of an open case ({course.service}) for more than {quiet}, the last on {last.on}."
    return Finding(quiet.after(last.on) + NEXT, reason, ids(rests_on), (), subject=course.name)


def _quiet(rule: Rule, service: str, status: str) -> Period:
    """The quiet period of the first case of the rule that fits, else the rule's own."""
    said = {"pathway": service, "status": status}
    cases = rule.parameters.get("cases", ())
    for case in cases if isinstance(cases, list | tuple) else ():
        if all(said.get(name) == code for name, code in case["where"].items()):
            return Period.of(case["period"])
    return rule.period()
