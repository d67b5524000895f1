"""Feed `ndd-triage`: the neurodevelopmental pathway."""

from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts.codes import Service
from send_integration.contracts.envelope import Day, Id, Line, OfChild


class NddTriage(OfChild, feed="ndd-triage"):
    """What every event of this feed names: the referral."""

    referral_id: Id


class Referred(NddTriage, what="referred"):
    """The pathway was asked to assess."""

    suspected: Literal["autism", "adhd", "both", "other"]
    referrer_service: Service


class Triaged(NddTriage, what="triaged"):
    """The pathway decided what to do with a referral."""

    outcome: Literal["accepted", "more-information", "redirected", "declined"]
    redirected_to: Line | None = None
    information_due_on: Day | None = None


class InformationReceived(NddTriage, what="information_received"):
    """What triage had asked for arrived."""


class AssessmentStarted(NddTriage, what="assessment_started"):
    """The first appointment of the assessment took place."""


class AssessmentCompleted(NddTriage, what="assessment_completed"):
    """The assessment came to a conclusion."""

    conclusion: Literal["diagnosed", "not-diagnosed", "inconclusive"]
    diagnosis_codes: Annotated[tuple[Line, ...], Field(max_length=20)] | None = None


class FeedbackGiven(NddTriage, what="feedback_given"):
    """The family heard the conclusion."""


class Closed(NddTriage, what="closed"):
    """The pathway closed the referral."""

    reason: Line
