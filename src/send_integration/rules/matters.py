"""What can be open for a child on a day: a plan in force, a referral, an entry on a register. Rules name them by word."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.order import place_after, place_from


@dataclass(frozen=True, slots=True)
class Matter:
    """Opened by an event that matches one of `opens`, closed by one of `closes` about the same `subject` (as rules write
    subjects), or by the child's death or move away. `words` is what people call it."""

    words: str
    subject: str
    opens: tuple[str, ...]
    closes: tuple[str, ...] = ()


class Opening(NamedTuple):
    """An event that opened a matter, with the events that close what it is about, in order of happening."""

    matter: Matter
    event: Event
    closings: Sequence[Event]

    def closed_by(self, day: date, gone: Event | None, known: Container[EventKey]) -> Event | None:
        """What had closed it by a day; `gone` is the last that had ended everything by then.

        Of several that would each do it is one that is evidence anyway, else that which ended everything, else the first.
        """
        closings = self.closings
        ends = closings[place_from(closings, self.event.on) : place_after(closings, day)]
        for end in ends if known else ():
            if end.key in known:
                return end
        if gone is not None and gone.on >= self.event.on:
            return gone
        return ends[0] if ends else None


CAMHS_CLOSES = ("camhs.triaged outcome=declined|redirected", "camhs.discharged")

MATTERS: Mapping[str, Matter] = {
    "plan": Matter("an EHC plan", "plan_id", ("ehcp.finalised",), ("ehcp.ceased",)),
    "ndd": Matter(
        "a neurodevelopmental referral",
        "referral_id",
        ("ndd.referred",),
        ("ndd.triaged outcome=declined|redirected", "ndd.closed"),
    ),
    "camhs": Matter("a CAMHS referral", "referral_id", ("camhs.referred",), CAMHS_CLOSES),
    "self-harm": Matter(
        "a CAMHS referral for self-harm", "referral_id", ("camhs.referred primary_reason=self-harm",), CAMHS_CLOSES
    ),
    "early-help": Matter(
        "early help",
        "assessment_id",
        ("early-help.assessment_started",),
        ("early-help.closed", "early-help.stepped_up"),
    ),
    "social-care-referral": Matter(
        "a referral to social care",
        "referral_id",
        ("referrals.received to_service=social-care",),
        ("referrals.rejected", "referrals.withdrawn", "referrals.closed"),
    ),
    "stepped-up": Matter(
        "a step-up to social care", "assessment_id", ("early-help.stepped_up",), ("early-help.stepped_down",)
    ),
    "social-worker": Matter(
        "a social worker",
        "",
        ("workers.assigned role_for_child=social-worker",),
        ("workers.unassigned role_for_child=social-worker",),
    ),
    "learning-disability": Matter(
        "an entry on the learning disability register", "", ("transition.learning_disability_registered",)
    ),
    "transition-plan": Matter("a transition plan", "", ("transition.plan_started",)),
    "personal-health-budget": Matter(
        "a personal health budget",
        "support_id",
        ("support.agreed kind=personal-health-budget",),
        ("support.refused", "support.ended"),
    ),
    "sen-support": Matter("SEN support", "", ("school.sen_support_started",), ("ehcp.finalised", "school.left")),
    "school": Matter("a place on a school's roll", "", ("school.enrolled",)),
}


@lru_cache(maxsize=256)
def subject_fields(written: str) -> tuple[tuple[str, ...], ...]:
    """The fields that make a subject, as rules write it.

    'request_id from_service' is two fields; 'request_or_plan_id|request_id' one, of which an event has either.
    """
    return tuple(tuple(part.split("|")) for part in written.split())


def subject_of(event: Event, written: str) -> tuple[str, ...]:
    """What an event says of the subject's fields, '' for each that it has not."""
    return tuple([_said(event, names) for names in subject_fields(written)])


def _said(event: Event, names: tuple[str, ...]) -> str:
    for name in names:
        if said := event.text(name):
            return said
    return ""
