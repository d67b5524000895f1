"""Feed `ehcp`: the statutory process of an education, health and care plan."""

from collections.abc import Iterator
from typing import Literal

from send_integration.contracts.codes import Service
from send_integration.contracts.envelope import Day, Id, Line, OfChild, Urn, in_order
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason

YesOrNo = Literal["yes", "no"]


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
    """Somebody asked the authority for an assessment."""

    by: Literal["school", "parent", "young-person", "other"]


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
    """The final plan was issued."""

    plan_id: Id
    placement_urn: Urn | None = None
    placement_type: Literal[
        "mainstream", "resourced-provision", "special", "independent-special", "alternative", "eotas"
    ]


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
    """A review meeting took place."""

    kind: Literal["annual", "early", "phase-transfer"]
    pfa_discussed: bool


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
