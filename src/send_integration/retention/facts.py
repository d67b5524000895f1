"""What retention rules ask of a child, from all that was ever sent of it."""

from collections.abc import Iterable
from datetime import date

from send_integration.contracts.event import Event
from send_integration.retention.model import Circumstance, RetentionFacts
from send_integration.timeline.fold import standing

_STEPPED_UP = {
    "child-in-need": Circumstance.KNOWN_TO_SOCIAL_CARE,
    "child-protection": Circumstance.CHILD_PROTECTION,
    "looked-after": Circumstance.LOOKED_AFTER,
}


def facts_of(events: Iterable[Event], born_on: Iterable[date]) -> RetentionFacts:
    """A child's facts from every event of it, and the birth dates that its sources give.

    It rather keeps too long: what was taken back counts as if it stood, of two birth dates the later one does; but of a death,
    which can end a period sooner, what stands is asked.
    """
    every = list(events)
    died = [event.on for event in standing(every) if event.what == "people.died"]
    return RetentionFacts(
        max(born_on, default=None),
        max((event.on for event in every), default=None),
        max(died, default=None),
        frozenset(found for event in every for found in _circumstances(event)),
    )


def _circumstances(event: Event) -> Iterable[Circumstance]:
    if event.feed == "ehcp":
        yield Circumstance.SEN
        if event.text("plan_id"):
            yield Circumstance.EHC_PLAN
    if event.what in ("school.sen_support_started", "school.sen_support_reviewed"):
        yield Circumstance.SEN
    if event.what == "early-help.stepped_up":
        yield Circumstance.KNOWN_TO_SOCIAL_CARE
        yield _STEPPED_UP.get(event.text("to"), Circumstance.KNOWN_TO_SOCIAL_CARE)
    if event.what == "early-help.stepped_down" or "social-care" in (
        event.text("to_service"),
        event.text("from_service"),
    ):
        yield Circumstance.KNOWN_TO_SOCIAL_CARE
    if event.what == "workers.assigned" and event.text("role_for_child") == "social-worker":
        yield Circumstance.KNOWN_TO_SOCIAL_CARE
