"""A child's cases as somebody would list them from the story: with which service, from when to when."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tests.property.naive.told import Fact, Story

SECTORS = {
    **dict.fromkeys(
        ("ehcp", "sen-support", "transition", "educational-psychology", "sen-team", "portage"), "education"
    ),
    **dict.fromkeys(("early-help", "support", "youth-justice", "social-care", "short-breaks"), "care"),
}
"""Whose the services are that occur in the stories; all others are health's."""
REFUSED = ("declined", "redirected")
SEEN = ("attended", "late-but-seen")


class Case(NamedTuple):
    """One case: what it is called, with whom, its first day, the day help began, its last day, and all that is of it."""

    kind: str
    subject: str
    service: str
    begun: date
    started: date | None
    ended: date | None
    declined: bool
    facts: tuple[Fact, ...]

    @property
    def sector(self) -> str:
        """Education, health or care."""
        return SECTORS.get(self.service, "health")

    def open_on(self, day: date) -> bool:
        """Begun, and not ended."""
        return self.begun <= day and not (self.ended and self.ended <= day)

    def waits_on(self, day: date) -> bool:
        """Begun, and neither helped nor ended."""
        return self.open_on(day) and not (self.started and self.started <= day)


class Kind(NamedTuple):
    """What opens a case, what begins help in it, what ends it, and which facts are of it at all."""

    key: str
    opens: Callable[[Fact], bool]
    starts: Callable[[Fact], bool]
    ends: Callable[[Fact], bool]
    mine: Callable[[Fact], bool]


def _is(*names: str) -> Callable[[Fact], bool]:
    return lambda fact: fact.what in names


KINDS = {
    "ndd": Kind(
        "referral_id", _is("ndd.referred"), _is("ndd.assessment_started"),
        lambda f: f.what == "ndd.closed" or (f.what == "ndd.triaged" and f["outcome"] in REFUSED),
        lambda f: f.what.startswith("ndd."),
    ),
    "camhs": Kind(
        "referral_id", _is("camhs.referred"), lambda f: f.what == "camhs.appointment" and f["attended"] in SEEN,
        lambda f: f.what == "camhs.discharged" or (f.what == "camhs.triaged" and f["outcome"] in REFUSED),
        lambda f: f.what.startswith("camhs."),
    ),
    "early-help": Kind(
        "assessment_id", _is("early-help.assessment_started"), _is("early-help.assessment_started"),
        _is("early-help.closed", "early-help.stepped_up"), lambda f: f.what.startswith("early-help."),
    ),
    "support": Kind(
        "support_id", _is("support.requested", "support.agreed", "support.started"), _is("support.started"),
        _is("support.refused", "support.ended"), lambda f: f.what.startswith("support."),
    ),
    "referral": Kind(
        "referral_id", _is("referrals.received"), _is("referrals.first_contact"),
        _is("referrals.rejected", "referrals.withdrawn", "referrals.closed"), lambda f: f.what.startswith("referrals."),
    ),
    "sen-support": Kind(
        "", _is("school.sen_support_started"), _is("school.sen_support_started"), _is("ehcp.finalised", "school.left"),
        _is("school.sen_support_started", "ehcp.finalised", "school.left"),
    ),
    "transition": Kind(
        "", _is("transition.plan_started"), _is("transition.plan_started"),
        _is("transition.adult_care_assessment_completed", "transition.adult_health_transfer_agreed"),
        lambda f: f.what.startswith("transition."),
    ),
}  # fmt: skip


def cases(story: Story) -> list[Case]:
    """Every case, in no order."""
    found: list[Case] = []
    for kind, rules in KINDS.items():
        for subject in {str(f[rules.key]) if rules.key else "" for f in story.facts if rules.opens(f)}:
            mine = [f for f in story.facts if rules.mine(f) and (not rules.key or str(f[rules.key]) == subject)]
            found.append(_case(story, kind, subject, mine))
    return found + _requests(story)


def _requests(story: Story) -> list[Case]:
    """EHC requests: what names a plan is of the request by which that plan was made."""
    of_plan = {str(f["plan_id"]): str(f["request_id"]) for f in story.all("ehcp.finalised")}
    found: list[Case] = []
    for request in {str(f["request_id"]) for f in story.all("ehcp.requested")}:

        def is_mine(fact: Fact, request: str = request) -> bool:
            about = str(fact["plan_id"] or fact["request_or_plan_id"])
            named = str(fact["request_id"]) if fact["request_id"] else of_plan.get(about, about)
            return fact.what.startswith("ehcp.") and named == request

        found.append(_case(story, "ehcp", request, [f for f in story.facts if is_mine(f)]))
    return found


REQUEST = Kind(
    "request_id", _is("ehcp.requested"), _is("ehcp.finalised"),
    lambda f: f.what in ("ehcp.ceased", "ehcp.request_withdrawn") or (f.what in ("ehcp.decided_to_assess", "ehcp.decided_to_issue") and f["decision"] == "no"),
    lambda f: f.what.startswith("ehcp."),
)  # fmt: skip


def _case(story: Story, kind: str, subject: str, mine: list[Fact]) -> Case:
    rules = KINDS.get(kind, REQUEST)
    opening = next(f for f in mine if rules.opens(f))
    later = [f for f in mine if f.on >= opening.on]
    gone = [f for f in story.all("people.died", "people.moved_away") if f.on >= opening.on]
    started = next((f.on for f in later if rules.starts(f)), None)
    ends = [f for f in story.facts if (f in later and rules.ends(f)) or f in gone]
    first = ends[0] if ends else None
    service = str(opening["to_service"]) if kind == "referral" else kind
    declined = first is not None and (
        first.what == "referrals.rejected"
        or (first.what in ("ndd.triaged", "camhs.triaged") and first["outcome"] == "declined")
    )
    return Case(
        kind, subject, "ndd" if service == "ndd-pathway" else service, opening.on, started,
        first.on if first else None, declined, tuple(mine),
    )  # fmt: skip


def plans(story: Story, day: date) -> bool:
    """Whether a plan is in force on a day."""
    gone = story.days("people.died", "people.moved_away")
    return any(
        made.on <= day
        and not any(made.on <= end <= day for end in [*story.days("ehcp.ceased", plan_id=str(made["plan_id"])), *gone])
        for made in story.all("ehcp.finalised")
    )


def supported_at_school(story: Story, day: date) -> bool:
    """Whether the SEN support begun last goes on."""
    begun = story.days("school.sen_support_started")
    ends = story.days("ehcp.finalised", "school.left", "people.died", "people.moved_away")
    return bool(begun) and not any(begun[-1] < end <= day for end in ends)
