"""Feed `transition`: preparing for adulthood."""

from typing import Literal

from send_integration.contracts.codes import Service
from send_integration.contracts.envelope import Day, Line, OfChild


class Transition(OfChild, feed="transition"):
    """Events on the way to adulthood."""


class PlanStarted(Transition, what="plan_started"):
    """A transition plan was begun."""


class NamedWorkerAssigned(Transition, what="named_worker_assigned"):
    """One worker now sees the young person through the transition."""


class OutcomesRecorded(Transition, what="outcomes_recorded"):
    """Which of the four preparing-for-adulthood outcomes are recorded."""

    employment: bool
    independent_living: bool
    community: bool
    health: bool


class HealthCheckCompleted(Transition, what="health_check_completed"):
    """The annual health check took place."""


class LearningDisabilityRegistered(Transition, what="learning_disability_registered"):
    """The general practice put the young person on its learning disability register."""


class AdultCareAssessmentRequested(Transition, what="adult_care_assessment_requested"):
    """An adult care assessment was asked for."""


class AdultCareAssessmentCompleted(Transition, what="adult_care_assessment_completed"):
    """The adult care assessment is complete."""

    eligible: bool


class AdultHealthTransferAgreed(Transition, what="adult_health_transfer_agreed"):
    """An adult health service agreed to take over."""

    from_service: Service
    to_service: Line


class MentalCapacityConsidered(Transition, what="mental_capacity_considered"):
    """The young person's capacity to decide was considered."""

    decision_about: Line


class ContinuingCareScreened(Transition, what="continuing_care_screened"):
    """The young person was screened for continuing care."""


class ContinuingHealthcareReferred(Transition, what="continuing_healthcare_referred"):
    """The young person was referred for NHS continuing healthcare."""


class DestinationRecorded(Transition, what="destination_recorded"):
    """Where the young person went, or will go, and when."""

    destination: Literal[
        "school-sixth-form", "college", "specialist-college", "apprenticeship", "supported-internship", "employment",
        "volunteering", "independent-living", "neet", "unknown",
    ]  # fmt: skip
    on: Day
