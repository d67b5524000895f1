"""The warehouse's tables: what is told of each child, and what is the same for all; analysts read them through views."""

from sqlalchemy import Boolean, Column, Date, Text

from send_integration.warehouse.history import CHILD, METADATA, locates, of_a_child
from send_integration.warehouse.plan_tables import dim_need, dim_placement, dim_plan, fact_review
from send_integration.warehouse.service_tables import (
    fact_appointment,
    fact_attendance,
    fact_destination,
    fact_exclusion,
    fact_involvement,
    fact_panel_decision,
    fact_support,
)
from send_integration.warehouse.shared_tables import dim_date, dim_pathway_stage, dim_rule, dim_service

__all__ = ["ALL", "METADATA", "OF_ALL", "OF_A_CHILD"]

dim_child = of_a_child(
    "dim_child",
    "one row a child, as recorded last.",
    CHILD,
    "",
    Column("birth_month", Date, nullable=False, comment="the first of the month of birth"),
    Column("gender", Text, comment="as recorded last: M, F, U or N"),
    Column("ethnicity", Text, comment="as recorded last, by the Department's codes"),
    locates("postcode_district", "the first half of the postcode recorded last; empty of a restricted child"),
)

fact_event = of_a_child(
    "fact_event",
    "one row an event that stands: what happened and when; never who or in which words.",
    "event_key",
    "names the event among all",
    Column("happened_on", Date, nullable=False, comment="the day on which it happened"),
    Column("recorded_on", Date, nullable=False, comment="the day on which its source wrote it down"),
    Column("feed", Text, nullable=False, comment="by which it came"),
    Column("type", Text, nullable=False, comment="what happened, as the schemas name it"),
    Column("sector", Text, nullable=False, comment="education, health, care or panel"),
)

fact_ehc_request = of_a_child(
    "fact_ehc_request",
    "one row a request for an EHC needs assessment, with what came of it.",
    "request_key",
    "names the request among all",
    Column("requested_on", Date, nullable=False, comment="the day of the request for an assessment"),
    Column("asked_by", Text, comment="school, parent, young-person or other"),
    Column("withdrawn_on", Date, comment="the day on which it was withdrawn, or lapsed"),
    Column("decided_on", Date, comment="the day on which it was decided whether to assess"),
    Column("decision", Text, comment="yes or no: whether to assess"),
    Column("decided_to_issue_on", Date, comment="the day on which it was decided whether to issue a plan"),
    Column("issue_decision", Text, comment="yes or no: whether to issue"),
    Column("finalised_on", Date, comment="the day of the final plan"),
    Column("has_exception", Boolean, nullable=False, comment="whether an exception of the regulations was applied"),
    Column("within_six_weeks", Boolean, comment="whether the decision to assess came within six weeks of the request"),
    Column("within_twenty_weeks", Boolean, comment="whether the final plan came within twenty weeks of the request"),
)

fact_milestone = of_a_child(
    "fact_milestone",
    "one row an obligation to a child: when it arose, when it is due, and whether it was met.",
    "milestone_key",
    "names the milestone among all: by rule, what it is about, and the day that set it off",
    Column("milestone", Text, nullable=False, comment="the rule's id"),
    Column("triggered_on", Date, nullable=False, comment="the day that set it off"),
    Column(
        "due_on",
        Date,
        nullable=False,
        comment="the last day on which it is in time",
    ),
    Column(
        "status", Text, nullable=False, comment="pending, due-soon, met, met-late, missed, paused, excepted, not-needed"
    ),
    Column("met_on", Date, comment="the day on which it was met"),
)

fact_episode = of_a_child(
    "fact_episode",
    "one row a pathway from referral to closure: how long it waited and lasted.",
    "episode_key",
    "names the episode among all: by pathway and the event that opened it",
    Column("pathway", Text, nullable=False, comment="the service or process"),
    Column("sector", Text, nullable=False, comment="education, health or care"),
    Column("status", Text, nullable=False, comment="waiting, active or closed"),
    Column("opened_on", Date, nullable=False, comment="the day from which it waits"),
    Column("started_on", Date, comment="the day on which the wait ended"),
    Column("closed_on", Date, comment="the day on which it ended"),
)

fact_flag = of_a_child(
    "fact_flag",
    "one row a flag that is raised: a milestone that is due soon or missed, or a risk; in the history those that were.",
    "flag_key",
    "names the flag among all: by rule, what it is about, and when that began",
    Column("kind", Text, nullable=False, comment="milestone or risk"),
    Column("rule", Text, nullable=False, comment="the rule's id, as in dim_rule"),
    Column("level", Text, nullable=False, comment="watch, raise or high"),
    Column("status", Text, nullable=False, comment="due-soon, missed or risk"),
    Column("due_on", Date, comment="of a milestone the last day on which it is in time"),
    Column(
        "stands_since",
        Date,
        nullable=False,
        comment="since when it has stood so",
    ),
    Column("handled", Text, comment="acknowledged or dismissed, where a worker said so since it stands so"),
)

OF_A_CHILD = (
    dim_child,
    dim_plan,
    dim_placement,
    dim_need,
    fact_event,
    fact_ehc_request,
    fact_review,
    fact_milestone,
    fact_flag,
    fact_episode,
    fact_appointment,
    fact_attendance,
    fact_exclusion,
    fact_support,
    fact_panel_decision,
    fact_destination,
    fact_involvement,
)
"""Tables of whose rows those that changed are restated when a child's events change."""

OF_ALL = (dim_rule, dim_service, dim_pathway_stage, dim_date)
"""Tables that are the same for every child; restated when the reports start."""

ALL = (*OF_A_CHILD, *OF_ALL)
