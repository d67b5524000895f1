"""Feed `early-help`: help for the whole family before a statutory threshold."""

from typing import Literal

from send_integration.contracts.envelope import Day, Id, Line, OfChild


class EarlyHelp(OfChild, feed="early-help"):
    """What most events of this feed name: the assessment."""


class OfAssessment(EarlyHelp):
    """An event within one early-help assessment."""

    assessment_id: Id


class Contact(EarlyHelp, what="contact"):
    """Somebody told early help of a concern."""

    contact_id: Id
    concern: Line


class AssessmentStarted(OfAssessment, what="assessment_started"):
    """The assessment began."""


class AssessmentCompleted(OfAssessment, what="assessment_completed"):
    """The assessment was finished."""


class LeadPractitionerAssigned(OfAssessment, what="lead_practitioner_assigned"):
    """One practitioner now leads for the family."""


class PlanAgreed(OfAssessment, what="plan_agreed"):
    """Family and services agreed a plan."""

    review_due_on: Day | None = None


class TeamAroundFamilyMet(OfAssessment, what="team_around_family_met"):
    """The team around the family reviewed the plan."""

    next_due_on: Day | None = None


class SteppedUp(OfAssessment, what="stepped_up"):
    """The child's needs passed to a statutory service."""

    to: Literal["child-in-need", "child-protection", "looked-after"]


class SteppedDown(OfAssessment, what="stepped_down"):
    """The child's needs passed back from a statutory service."""


class Closed(OfAssessment, what="closed"):
    """Early help ended."""

    outcome: Literal["needs-met", "family-disengaged", "stepped-up", "moved-away", "other"]
