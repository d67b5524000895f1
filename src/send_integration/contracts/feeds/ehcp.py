"""Feed `ehcp`: the statutory process of an education, health and care plan."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from send_integration.contracts.codes import SenSetting, Service
from send_integration.contracts.envelope import Day, Frozen, Id, Line, OfChild, Urn, in_order
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason

YesOrNo = Literal["yes", "no"]
MOST_PLACES = 20
"""Places that a plan names, or that a child attended under it, in one event."""
ReturnCode = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,8}$")]
"""A code of the Department's return that we carry and do not interpret."""

Disputed = Literal[
    "request-mediation",
    "request-tribunal",
    "assessment-mediation",
    "assessment-tribunal",
    "other-mediation",
    "other-tribunal",
]
"""What was disputed, and how: the decision whether to assess, the one whether to issue, or anything else about the plan."""


class Place(Frozen):
    """Where a plan places the child: a school, a provider, or a setting that is neither; `id` is the source's own."""

    id: Id | None = None
    rank: Annotated[int, Field(ge=1, le=99)]
    urn: Urn | None = None
    ukprn: Annotated[str, StringConstraints(pattern="^[0-9]{8}$")] | None = None
    setting: SenSetting | None = None
    setting_other: Line | None = None
    sen_unit: bool | None = None
    resourced_provision: bool | None = None


class PlaceAttended(Place):
    """Where the child is or was under a plan, and since when."""

    entered_on: Day | None = None
    left_on: Day | None = None
    residential: ReturnCode | None = None
    work_based: ReturnCode | None = None


class Ehcp(OfChild, feed="ehcp"):
    """Events of the statutory process."""


class OfRequest(Ehcp):
    """An event within one request for an assessment."""

    request_id: Id


class OfPlan(Ehcp):
    """An event within the life of one plan."""

    plan_id: Id


class OfRequestOrPlan(Ehcp):
    """An event about a request or about a plan."""

    request_or_plan_id: Id


class Requested(OfRequest, what="requested"):
    """Somebody asked the authority for an assessment; what a source told of the request later and without a day stands here.

    `moved_away` says that the child left before it was assessed.
    """

    by: Literal["school", "parent", "young-person", "other"]
    by_other: Literal["health", "social-care", "not-stated"] | None = None
    in_youth_accommodation: bool | None = None
    moved_away: bool | None = None
    disputed: Annotated[tuple[Disputed, ...], Field(max_length=6)] | None = None


class RequestWithdrawn(OfRequest, what="request_withdrawn"):
    """Whoever had asked for the assessment took that back, or it lapsed, before a plan was made."""


class DecidedToAssess(OfRequest, what="decided_to_assess"):
    """The authority decided whether to assess."""

    decision: YesOrNo


class AdviceRequested(OfRequest, what="advice_requested"):
    """The authority asked a service for its advice."""

    from_service: Service


class AdviceReceived(OfRequest, what="advice_received"):
    """A service's advice arrived."""

    from_service: Service


class DecidedToIssue(OfRequest, what="decided_to_issue"):
    """The authority decided whether to issue a plan."""

    decision: YesOrNo


class DraftIssued(OfRequest, what="draft_issued"):
    """The draft plan went to the family."""


class SchoolConsulted(OfRequest, what="school_consulted"):
    """A school was asked whether it can meet the child's needs."""

    urn: Urn


class SchoolResponded(OfRequest, what="school_responded"):
    """A school answered."""

    urn: Urn
    response: Literal["can-meet", "cannot-meet"]


class Finalised(OfRequest, what="finalised"):
    """The final plan was issued; `named` is whom its section I names, `attended` where the child was as last told."""

    plan_id: Id
    placement_urn: Urn | None = None
    placement_type: Literal[
        "mainstream", "resourced-provision", "special", "independent-special", "alternative", "eotas"
    ]
    named: Annotated[tuple[Place, ...], Field(max_length=MOST_PLACES)] | None = None
    attended: Annotated[tuple[PlaceAttended, ...], Field(max_length=MOST_PLACES)] | None = None
    residential: ReturnCode | None = None
    work_based: ReturnCode | None = None


class ExceptionApplied(OfRequest, what="exception_applied"):
    """A lawful exception to the time limits applies for a while."""

    reason: Literal["school-closure", "exceptional-circumstances", "absent-from-area", "missed-appointments"]
    from_on: Day
    to_on: Day | None = None

    def faults(self) -> Iterator[Reason]:
        """An exception ends after it begins."""
        if not in_order(self.from_on, self.to_on):
            yield reason(Code.DATES_OUT_OF_ORDER, "data.to_on")


class ReviewMeetingHeld(OfPlan, what="review_meeting_held"):
    """A review meeting took place; a move to another phase of education must be in the plan by `phase_transfer_due_on`."""

    kind: Literal["annual", "early", "phase-transfer"]
    pfa_discussed: bool
    phase_transfer_due_on: Day | None = None


class ReviewReportCirculated(OfPlan, what="review_report_circulated"):
    """The report of a review meeting went to those who must have it."""


class ReviewDecided(OfPlan, what="review_decided"):
    """The authority decided what follows from a review."""

    decision: Literal["maintain", "amend", "cease"]


class AmendmentNoticeIssued(OfPlan, what="amendment_notice_issued"):
    """The family was told what the authority means to change."""


class AmendedFinalIssued(OfPlan, what="amended_final_issued"):
    """The amended final plan was issued."""

    placement_urn: Urn | None = None


class Ceased(OfPlan, what="ceased"):
    """The plan ended."""

    reason: Line


class MediationStarted(OfRequestOrPlan, what="mediation_started"):
    """Mediation began."""


class AppealLodged(OfRequestOrPlan, what="appeal_lodged"):
    """The family appealed to the tribunal."""

    about: Line


class AppealConcluded(OfRequestOrPlan, what="appeal_concluded"):
    """The appeal came to an end."""

    outcome: Line


class QualityAudited(OfPlan, what="quality_audited"):
    """The plan's quality was judged."""

    grade: Literal["outstanding", "good", "requires-improvement", "inadequate"]
