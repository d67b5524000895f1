"""Risk `three-services-no-lead`: several services at once, and nobody who holds them together."""

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict
from send_integration.timeline.model import Episode, EpisodeStatus
from send_integration.timeline.named_workers import named_workers

LEAD_ROLES = frozenset(
    {"lead-practitioner", "ehc-coordinator", "camhs-care-coordinator", "transition-worker", "social-worker"}
)
LEAD_EVENTS = (
    "early-help.lead_practitioner_assigned",
    "camhs.care_coordinator_assigned",
    "transition.named_worker_assigned",
)


def three_services_no_lead(rule: Rule, facts: Facts) -> Verdict:
    """Stands while enough episodes of enough sectors are open and no lead holds a role or was assigned in one."""
    open_now = [episode for episode in facts.timeline.episodes if episode.status is not EpisodeStatus.CLOSED]
    sectors = {episode.sector for episode in open_now}
    if len(open_now) < rule.number("episodes") or len(sectors) < rule.number("sectors"):
        return Verdict()
    if any(held.role in LEAD_ROLES for held in named_workers(facts.timeline.events, facts.as_of)):
        return Verdict()
    subjects = {episode.id for episode in open_now}
    if any(_is_of(event, subjects) for event in facts.found(LEAD_EVENTS)):
        return Verdict()
    enough = _first_enough(rule, open_now)
    reason = f"{len(open_now)} pathways in {len(sectors)} sectors are open, and nobody leads for the child."
    evidence = tuple(sorted({episode.opening_event for episode in open_now}))
    return Verdict((Finding(enough[-1].opened_on, reason, evidence),))


def _is_of(event: Event, subjects: set[str]) -> bool:
    subject = event.text("assessment_id") or event.text("referral_id")
    return not subject or subject in subjects


def _first_enough(rule: Rule, open_now: list[Episode]) -> list[Episode]:
    """The shortest run of episodes, by opening, that completes the pattern."""
    for count in range(rule.number("episodes"), len(open_now) + 1):
        if len({episode.sector for episode in open_now[:count]}) >= rule.number("sectors"):
            return open_now[:count]
    return open_now
