"""Risk `silent-case`: an open case of which its own source has said nothing for longer than is usual there."""

from send_integration.rules.courses import PATHWAY_OPENED_BY, Course, linked
from send_integration.rules.facts import Facts
from send_integration.rules.model import Period, Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, ids
from send_integration.timeline.episodes import matches
from send_integration.timeline.fold import happening_order
from send_integration.timeline.titles import title_of

REVIEWED = "school.sen_support_reviewed"


def silent_case(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each open case, until its source says anything of it. The quiet period is the pathway's own."""
    found = [_finding(rule, facts, course) for course in facts.courses if course.open.runs_on(facts.as_of)]
    return Verdict(
        tuple(finding for finding in found if finding.raised_on <= facts.as_of),
        tuple(finding.raised_on for finding in found),
    )


def _finding(rule: Rule, facts: Facts, course: Course) -> Finding:
    """What its pathway's feed said last of the case, and the day from which that is too long ago."""
    events = course.events
    if course.service == "sen-support":
        events = (*events, *facts.by_name.get(REVIEWED, ()))
    pathway = PATHWAY_OPENED_BY[course.opened.what]
    last = max(events, key=happening_order)
    waiting, under_way = (_quiet(rule, course.service, status) for status in ("waiting", "active"))
    quiet = under_way if course.started else waiting
    rests_on = {last, *linked(last, pathway, events)}
    if course.started and waiting != under_way and not any(matches(last, pattern) for pattern in pathway.starts):
        rests_on.add(course.started)
    # The last word opens the case by itself where it did so once more, unless the help that began came before that.
    if last not in course.again or (course.started in rests_on and course.started.on < course.again[0].on):
        rests_on.add(course.opened)
    reason = (
        f"Nothing was heard of an open case ({course.service}) for more than {quiet}; the last was on {last.on} "
        f"({title_of(last)})."
    )
    return Finding(quiet.after(last.on) + NEXT, reason, ids(rests_on), subject=course.name)


def _quiet(rule: Rule, service: str, status: str) -> Period:
    """The quiet period of the first case of the rule that fits, else the rule's own."""
    said = {"pathway": service, "status": status}
    cases = rule.parameters.get("cases", ())
    for case in cases if isinstance(cases, list | tuple) else ():
        if all(said.get(name) == code for name, code in case["where"].items()):
            return Period.of(case["period"])
    return rule.period()
