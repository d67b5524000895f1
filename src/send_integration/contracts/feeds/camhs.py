"""Feed `camhs`: child and adolescent mental health services."""

from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts.envelope import Id, Line, OfChild


class Camhs(OfChild, feed="camhs"):
    """Events of child and adolescent mental health services."""


class Referred(Camhs, what="referred"):
    """The service was asked to help."""

    referral_id: Id
    priority: Literal["emergency", "urgent", "routine"]
    primary_reason: Literal[
        "anxiety", "depression", "self-harm", "eating-disorder", "neurodevelopmental", "conduct", "psychosis", "trauma",
        "other",
    ]  # fmt: skip


class Triaged(Camhs, what="triaged"):
    """The service decided what to do with a referral."""

    referral_id: Id
    outcome: Literal["accepted", "redirected", "declined"]
    redirected_to: Line | None = None


class Appointment(Camhs, what="appointment"):
    """An appointment, whether or not anybody came."""

    referral_id: Id
    attended: Literal["attended", "late-but-seen", "cancelled-by-family", "cancelled-by-service", "did-not-attend"]
    number: Annotated[int, Field(ge=1, le=10_000)]


class CareCoordinatorAssigned(Camhs, what="care_coordinator_assigned"):
    """One clinician now coordinates the child's care."""

    referral_id: Id


class CrisisPresentation(Camhs, what="crisis_presentation"):
    """The child came, or was brought, in a crisis."""

    setting: Literal["a-and-e", "ward", "crisis-line", "street-triage"]


class Discharged(Camhs, what="discharged"):
    """The service's work is over."""

    referral_id: Id
    reason: Literal["treatment-completed", "moved-to-adult", "disengaged", "moved-away", "other"]
