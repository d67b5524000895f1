"""What can be open for a child on a day: a plan in force, a referral, an entry on a register. Rules name them by word."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from send_integration.contracts.event import Event
from send_integration.timeline.episodes import ENDS_EVERYTHING, matches


@dataclass(frozen=True, slots=True)
class Matter:
    """Opened by an event that matches one of `opens`, closed by one of `closes` about the same `subject` (as rules write
    subjects), or by the child's death or move away."""

    subject: str
    opens: tuple[str, ...]
    closes: tuple[str, ...] = ()


CAMHS_CLOSES = ("camhs.triaged outcome=declined|redirected", "camhs.discharged")

MATTERS: Mapping[str, Matter] = {
    "plan": Matter("plan_id", ("ehcp.finalised",), ("ehcp.ceased",)),
    "ndd": Matter("referral_id", ("ndd.referred",), ("ndd.triaged outcome=declined|redirected", "ndd.closed")),
    "camhs": Matter("referral_id", ("camhs.referred",), CAMHS_CLOSES),
    "self-harm": Matter("referral_id", ("camhs.referred primary_reason=self-harm",), CAMHS_CLOSES),
    "early-help": Matter(
        "assessment_id", ("early-help.assessment_started",), ("early-help.closed", "early-help.stepped_up")
    ),
    "social-care-referral": Matter(
        "referral_id",
        ("referrals.received to_service=social-care",),
        ("referrals.rejected", "referrals.withdrawn", "referrals.closed"),
    ),
    "stepped-up": Matter("assessment_id", ("early-help.stepped_up",), ("early-help.stepped_down",)),
    "social-worker": Matter(
        "", ("workers.assigned role_for_child=social-worker",), ("workers.unassigned role_for_child=social-worker",)
    ),
    "learning-disability": Matter("", ("transition.learning_disability_registered",)),
    "transition-plan": Matter("", ("transition.plan_started",)),
    "personal-health-budget": Matter(
        "support_id", ("support.agreed kind=personal-health-budget",), ("support.refused", "support.ended")
    ),
    "sen-support": Matter("", ("school.sen_support_started",), ("ehcp.finalised", "school.left")),
    "school": Matter("", ("school.enrolled",)),
}


@lru_cache(maxsize=256)
def subject_fields(written: str) -> tuple[tuple[str, ...], ...]:
    """The fields that make a subject, as rules write it.

    'request_id from_service' is two fields; 'request_or_plan_id|request_id' one, of which an event has either.
    """
    return tuple(tuple(part.split("|")) for part in written.split())


def subject_of(event: Event, written: str) -> tuple[str, ...]:
    """What an event says of the subject's fields, '' for each that it has not."""
    return tuple(next(filter(None, map(event.text, names)), "") for names in subject_fields(written))


def is_about(event: Event, written: str, subject: Sequence[str]) -> bool:
    """Whether an event says nothing else of the subject's fields: of a field that it has not, it is about any."""
    said = zip(subject_of(event, written), subject, strict=True)
    return all(value in ("", wanted) for value, wanted in said)


def open_on(events: Iterable[Event], matter: Matter, day: date) -> list[Event]:
    """The first event of each subject that opened the matter, and has had no closing since, up to and with `day`."""
    opened: list[Event] = []
    closed: list[Event] = []
    for event in events:
        if event.on > day:
            continue
        if any(matches(event, pattern) for pattern in matter.opens):
            opened.append(event)
        if event.what in ENDS_EVERYTHING or any(matches(event, pattern) for pattern in matter.closes):
            closed.append(event)
    found: dict[tuple[str, ...], Event] = {}
    for event in opened:
        about = subject_of(event, matter.subject)
        if not any(end.on >= event.on and is_about(end, matter.subject, about) for end in closed):
            found.setdefault(about, event)
    return list(found.values())


def is_open_on(events: Iterable[Event], matter: Matter, day: date) -> bool:
    """Whether the matter was open on `day`, about any subject."""
    return bool(open_on(events, matter, day))


def decisive(events: Sequence[Event], answer: Callable[[Sequence[Event]], object]) -> list[str]:
    """The ids of those events without which `answer` would be another; for the few events of one matter."""
    whole = answer(events)
    return [left_out.id for left_out in events if answer([e for e in events if e is not left_out]) != whole]
