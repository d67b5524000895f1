"""Risk `three-services-no-lead`: several services at once, and nobody who holds them together."""

from collections.abc import Iterator
from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.courses import Course
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, keys
from send_integration.rules.risks.running import latest_running, words_of_others

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
    if any(_leads(course) for course in open_now) or _has_transition_worker(facts):
        return Verdict()
    gone = list(_gone(facts))
    if None in gone:
        return Verdict()
    raised_on, rests_on, words = _enough(rule, facts)
    # A lead in a case that has ended leads nobody any more; without that end somebody would.
    led = [(course, lead) for course in facts.courses if course not in open_now and (lead := _leads(course))]
    former = [event for course, lead in led for event in (course.opened, lead, *course.ended)]
    former += [event for pair in gone if pair for event in pair]
    reason = (
        f"{rule.number('episodes')} or more pathways in {rule.number('sectors')} or more sectors are open, "
        f"and nobody leads for the child.{words}"
    )
    days = {*(course.ended[0].on for course, _ in led), *(pair[1].on for pair in gone if pair)}
    until = ", ".join(str(day) for day in sorted(days))
    reason += f" Those who led before: {len(led) + len(gone)}, until {until}." if former else ""
    return Verdict((Finding(raised_on, reason, keys((*rests_on, *former)), EXPECTED),))


def _enough(rule: Rule, facts: Facts) -> tuple[date, list[Event], str]:
    """The day on which the cases opened last complete the pattern, the events on which it rests that they do, and what a
    reason says of the other cases among these."""
    spells = [(course, course.open) for course in facts.courses]
    by_sector = [spell._replace(service=course.sector) for course, spell in spells]
    sectors = latest_running(by_sector, facts.as_of, rule.number("sectors"))
    told = {event.key for event in sectors.rests_on}
    more = [spell._replace(service=course.name) for course, spell in spells if spell.opened.key not in told]
    others = latest_running(more, facts.as_of, rule.number("episodes") - len(sectors.spells))
    since = max(spell.opened.on for spell in (*sectors.spells, *others.spells))
    words = words_of_others([*sectors.ended, *others.ended], sectors.again + others.again)
    return since, [*sectors.rests_on, *others.rests_on], words


def _leads(course: Course) -> Event | None:
    """The first event that gave the case a lead."""
    return next((event for event in course.events if event.what in LEAD_EVENTS), None)


def _has_transition_worker(facts: Facts) -> bool:
    """Whether a worker sees the child through the transition though no plan for it has come."""
    planned = any(course.name == "transition" for course in facts.courses)
    return not planned and "transition.named_worker_assigned" in facts.by_name


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
