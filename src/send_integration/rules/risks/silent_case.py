"""Risk `silent-case`: an open case of which its own source has said nothing for longer than is usual there."""

from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.courses import PATHWAY_OPENED_BY, Course, linked
from send_integration.rules.facts import Facts
from send_integration.rules.model import Period, Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.timeline.episodes import matches
from send_integration.timeline.fold import happening_order
from send_integration.timeline.titles import title_of

REVIEWED = "school.sen_support_reviewed"


def silent_case(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each open case, until its source says anything of it. The quiet period is the pathway's own."""
    findings: list[Finding] = []
    changes: list[date] = []
    for course in facts.courses:
        if not course.open.runs_on(facts.as_of):
            continue
        events = course.events
        if course.service == "sen-support":
            events = (*events, *facts.by_name.get(REVIEWED, ()))
        last = max(events, key=happening_order)
        quiet = _quiet(rule, course.service, "active" if course.started else "waiting")
        raised_on = quiet.after(last.on) + NEXT
        changes.append(raised_on)
        if raised_on <= facts.as_of:
            reason = (
                f"Nothing was heard of an open case ({course.service}) for more than {quiet}; the last was on {last.on} "
                f"({title_of(last)})."
            )
            rests_on = keys(_rests_on(rule, course, last, events))
            findings.append(Finding(raised_on, reason, rests_on, subject=course.name))
    return Verdict(tuple(findings), tuple(changes))


def _rests_on(rule: Rule, course: Course, last: Event, events: tuple[Event, ...]) -> set[Event]:
    """The last word, what makes it one of this case, and what says that the case is open and how far it has come."""
    pathway = PATHWAY_OPENED_BY[course.opened.what]
    found = {last, *linked(last, pathway, events)}
    depends = _quiet(rule, course.service, "active") != _quiet(rule, course.service, "waiting")
    if course.started and depends and not any(matches(one, start) for one in found for start in pathway.starts):
        found.add(course.started)
    # Any of these that opens the case does for all, unless help is to have begun in the case before that one.
    since = course.started if course.started in found else last
    if not found.intersection(course.open.said_by(since.on)):
        found.add(course.opened)
    return found


def _quiet(rule: Rule, service: str, status: str) -> Period:
    """The quiet period of the first case of the rule that fits, else the rule's own."""
    said = {"pathway": service, "status": status}
    cases = rule.parameters.get("cases", ())
    for case in cases if isinstance(cases, list | tuple) else ():
        if all(said.get(name) == code for name, code in case["where"].items()):
            return Period.of(case["period"])
    return rule.period()
