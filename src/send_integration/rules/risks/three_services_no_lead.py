"""Risk `three-services-no-lead`: several services at once, and nobody who holds them together."""

from collections.abc import Iterator

from send_integration.contracts.event import Event
from send_integration.rules.courses import Course
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, ids
from send_integration.rules.risks.running import words_of_ended

LEAD_ROLES = ("lead-practitioner", "ehc-coordinator", "camhs-care-coordinator", "transition-worker", "social-worker")
LEAD_EVENTS = (
    "early-help.lead_practitioner_assigned",
    "camhs.care_coordinator_assigned",
    "transition.named_worker_assigned",
)
EXPECTED = (*LEAD_EVENTS, f"workers.assigned role_for_child={'|'.join(LEAD_ROLES)}")


def three_services_no_lead(rule: Rule, facts: Facts) -> Verdict:
    """Stands while enough cases of enough sectors are open and no lead holds a role or was assigned in one of them."""
    if len(facts.courses) < rule.number("episodes"):
        return Verdict()
    open_now = [course for course in facts.courses if course.open.runs_on(facts.as_of)]
    sectors = {course.sector for course in open_now}
    if len(open_now) < rule.number("episodes") or len(sectors) < rule.number("sectors"):
        return Verdict()
    if any(_leads(course) for course in open_now):
        return Verdict()
    gone = list(_gone(facts))
    if None in gone:
        return Verdict()
    picked, rests_on, ended = _enough(rule, facts)
    # A lead in a case that has ended leads nobody any more; without that end somebody would.
    led = [(course, lead) for course in facts.courses if course not in open_now and (lead := _leads(course))]
    former = [event for course, lead in led for event in (course.opened, lead, *course.ended)]
    former += [event for pair in gone if pair for event in pair]
    reason = (
        f"{rule.number('episodes')} or more pathways in {rule.number('sectors')} or more sectors are open, "
        f"and nobody leads for the child.{words_of_ended(ended)}"
    )
    reason += f" Those who led before: {len(led) + len(gone)}." if former else ""
    raised_on = max(course.opened.on for course in picked)
    return Verdict((Finding(raised_on, reason, ids((*rests_on, *former)), EXPECTED),))


def _enough(rule: Rule, facts: Facts) -> tuple[list[Course], list[Event], int]:
    """The cases opened last that complete the pattern, the events on which it rests that they do, and of how many ended
    cases these tell."""
    picked: list[Course] = []
    rests_on: list[Event] = []
    ended = 0
    for course in reversed(facts.courses):
        sectors = {other.sector for other in picked}
        if len(picked) >= rule.number("episodes") and course.sector in sectors:
            continue
        if len(picked) >= rule.number("episodes") and len(sectors) >= rule.number("sectors"):
            break
        rests_on.append(course.opened)
        if course.open.runs_on(facts.as_of):
            picked.append(course)
        else:
            rests_on += course.ended
            ended += 1
    return picked, rests_on, ended


def _leads(course: Course) -> Event | None:
    """The first event that gave the case a lead."""
    return next((event for event in course.events if event.what in LEAD_EVENTS), None)


def _gone(facts: Facts) -> Iterator[tuple[Event, Event] | None]:
    """For each role that leads, its last holder's coming and going; None where somebody holds it still."""
    for role in LEAD_ROLES:
        assigned = facts.found([f"workers.assigned role_for_child={role}"])
        if not assigned:
            continue
        last = assigned[-1]
        events = facts.timeline.events
        left = next(
            (
                event
                for event in events[events.index(last) :]
                if event.what == "workers.unassigned"
                and event.on <= facts.as_of
                and event.text("role_for_child") == role
                and _who(event) == _who(last)
            ),
            None,
        )
        yield (last, left) if left else None


def _who(event: Event) -> str:
    return event.worker.id if event.worker else ""
