"""More of what the warehouse tells: plans, needs, places, services, decisions, flags, rules and days."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

AS_WAS = "(SELECT coalesce(nullif(current_setting('send.as_was', true), '')::timestamptz, 'infinity'))"
"""As in 0028."""


def upgrade() -> None:
    """Create the tables, and have every child restated, so that they are filled."""
    _plans()
    _flags_and_schools()
    _support_and_decisions()
    _what_is_the_same_for_all()
    _quality_of_feeds()
    op.execute("UPDATE reporting_intake.restated_child SET judged_by = ''")


def with_history(name: str, keys: list[str], columns: Iterable["sa.Column[Any]"]) -> None:
    """A table with its history, and the view by which it is read."""
    told = list(columns)
    op.create_table(
        f"{name}_history",
        *told,
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, comment="from when the row stands"),
        sa.Column("unstated_at", sa.DateTime(timezone=True), comment="from when it does not; null: it stands"),
        sa.PrimaryKeyConstraint(*keys, "stated_at", name=op.f(f"pk_{name}_history")),
        schema="warehouse",
    )
    op.create_index(
        f"ux_{name}_standing",
        f"{name}_history",
        keys,
        unique=True,
        schema="warehouse",
        postgresql_where=sa.text("unstated_at IS NULL"),
    )
    op.execute(
        f"CREATE VIEW warehouse.{name} AS SELECT {', '.join(column.name for column in told)} FROM warehouse.{name}_history"
        f" WHERE stated_at <= {AS_WAS} AND (unstated_at IS NULL OR unstated_at > {AS_WAS})"
    )


def _plans() -> None:
    with_history(
        "dim_plan",
        ["child_key", "plan_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("plan_key", sa.Text(), nullable=False, comment="names the plan among all"),
            sa.Column(
                "request_key", sa.Text(), nullable=False, comment="the request that it came of, as in fact_ehc_request"
            ),
            sa.Column("finalised_on", sa.Date(), nullable=False, comment="the day of the final plan"),
            sa.Column("amended_on", sa.Date(), nullable=True, comment="the day of the latest amended final plan"),
            sa.Column("ceased_on", sa.Date(), nullable=True, comment="the day on which the authority ceased it"),
            sa.Column("cease_reason", sa.Text(), nullable=True, comment="why, by the codes of the SEN2 return"),
            sa.Column(
                "placement_type", sa.Text(), nullable=False, comment="the kind of place that the final plan names"
            ),
            sa.Column(
                "urn",
                sa.Text(),
                nullable=True,
                comment="the school that it names, by the Department's number, as last told; empty of a restricted child",
            ),
        ],
    )
    with_history(
        "dim_placement",
        ["child_key", "placement_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("placement_key", sa.Text(), nullable=False, comment="names the joining among all"),
            sa.Column(
                "urn",
                sa.Text(),
                nullable=True,
                comment="the school, by the Department's number; empty of a restricted child",
            ),
            sa.Column(
                "year_group",
                sa.Integer(),
                nullable=True,
                comment="the national curriculum year in which the child joined; 0 is reception",
            ),
            sa.Column("joined_on", sa.Date(), nullable=False, comment="the day on which the child joined"),
            sa.Column("left_on", sa.Date(), nullable=True, comment="the day on which it left, or joined another"),
        ],
    )
    with_history(
        "dim_need",
        ["child_key", "need_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("need_key", sa.Text(), nullable=False, comment="names the child's need among all"),
            sa.Column("need_type", sa.Text(), nullable=False, comment="by the Department's codes"),
            sa.Column("first_told_on", sa.Date(), nullable=False, comment="the first day on which it was told"),
            sa.Column("last_told_on", sa.Date(), nullable=False, comment="the latest"),
        ],
    )
    with_history(
        "fact_review",
        ["child_key", "review_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("review_key", sa.Text(), nullable=False, comment="names the meeting among all"),
            sa.Column("plan_key", sa.Text(), nullable=False, comment="the plan, as in dim_plan"),
            sa.Column("held_on", sa.Date(), nullable=False, comment="the day of the meeting"),
            sa.Column("kind", sa.Text(), nullable=False, comment="annual, early or phase-transfer"),
            sa.Column(
                "pfa_discussed", sa.Boolean(), nullable=False, comment="whether preparing for adulthood was discussed"
            ),
            sa.Column(
                "decided_on",
                sa.Date(),
                nullable=True,
                comment="the day of the decision that followed, before the next meeting",
            ),
            sa.Column("decision", sa.Text(), nullable=True, comment="maintain, amend or cease"),
        ],
    )


def _flags_and_schools() -> None:
    with_history(
        "fact_flag",
        ["child_key", "flag_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column(
                "flag_key",
                sa.Text(),
                nullable=False,
                comment="names the flag among all: by rule, what it is about, and when that began",
            ),
            sa.Column("kind", sa.Text(), nullable=False, comment="milestone or risk"),
            sa.Column("rule", sa.Text(), nullable=False, comment="the rule's id, as in dim_rule"),
            sa.Column("level", sa.Text(), nullable=False, comment="watch, raise or high"),
            sa.Column("status", sa.Text(), nullable=False, comment="due-soon, missed or risk"),
            sa.Column("due_on", sa.Date(), nullable=True, comment="of a milestone the last day on which it is in time"),
            sa.Column("stands_since", sa.Date(), nullable=False, comment="since when it has stood so"),
            sa.Column(
                "handled",
                sa.Text(),
                nullable=True,
                comment="acknowledged or dismissed, where a worker said so since it stands so",
            ),
        ],
    )
    with_history(
        "fact_appointment",
        ["child_key", "appointment_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("appointment_key", sa.Text(), nullable=False, comment="names the appointment among all"),
            sa.Column("pathway", sa.Text(), nullable=False, comment="the service; only CAMHS tells of appointments"),
            sa.Column("happened_on", sa.Date(), nullable=False, comment="the day of the appointment"),
            sa.Column(
                "attended",
                sa.Text(),
                nullable=False,
                comment="attended, late-but-seen, did-not-attend or who cancelled it",
            ),
            sa.Column(
                "number", sa.Integer(), nullable=False, comment="the how-manyeth of the referral, as the service counts"
            ),
        ],
    )
    with_history(
        "fact_attendance",
        ["child_key", "attendance_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("attendance_key", sa.Text(), nullable=False, comment="names the span among all"),
            sa.Column("from_on", sa.Date(), nullable=False, comment="its first day"),
            sa.Column("to_on", sa.Date(), nullable=False, comment="its last day"),
            sa.Column("sessions_possible", sa.Integer(), nullable=False, comment="sessions that there were"),
            sa.Column(
                "sessions_authorised_absence", sa.Integer(), nullable=False, comment="of these missed with leave"
            ),
            sa.Column("sessions_unauthorised_absence", sa.Integer(), nullable=False, comment="of these missed without"),
            sa.Column(
                "sen_status",
                sa.Text(),
                nullable=False,
                comment="plan, sen-support or none: what the child had on its first day",
            ),
        ],
    )
    with_history(
        "fact_exclusion",
        ["child_key", "exclusion_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("exclusion_key", sa.Text(), nullable=False, comment="names it among all"),
            sa.Column("kind", sa.Text(), nullable=False, comment="suspended or excluded"),
            sa.Column("happened_on", sa.Date(), nullable=False, comment="the day from which"),
            sa.Column("sessions", sa.Integer(), nullable=True, comment="of a suspension for how many half days"),
            sa.Column(
                "sen_status",
                sa.Text(),
                nullable=False,
                comment="plan, sen-support or none: what the child had on that day",
            ),
        ],
    )


def _support_and_decisions() -> None:
    with_history(
        "fact_support",
        ["child_key", "support_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("support_key", sa.Text(), nullable=False, comment="names the support among all"),
            sa.Column(
                "kind", sa.Text(), nullable=True, comment="respite, direct-payment and so on, as the schemas have it"
            ),
            sa.Column("requested_on", sa.Date(), nullable=True, comment="asked for"),
            sa.Column("agreed_on", sa.Date(), nullable=True, comment="agreed"),
            sa.Column("refused_on", sa.Date(), nullable=True, comment="refused"),
            sa.Column("started_on", sa.Date(), nullable=True, comment="begun"),
            sa.Column("ended_on", sa.Date(), nullable=True, comment="ended"),
            sa.Column("weekly_amount", sa.Double(), nullable=True, comment="pounds a week, as first agreed"),
        ],
    )
    with_history(
        "fact_panel_decision",
        ["child_key", "decision_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("decision_key", sa.Text(), nullable=False, comment="names the decision among all"),
            sa.Column("meeting_on", sa.Date(), nullable=False, comment="the day of the meeting"),
            sa.Column("decided_on", sa.Date(), nullable=False, comment="the day of the decision"),
            sa.Column(
                "decision",
                sa.Text(),
                nullable=False,
                comment="agree-support, joint-funding, refer, escalate, keep-under-review, close",
            ),
            sa.Column("review_on", sa.Date(), nullable=True, comment="when the panel is to look again"),
            sa.Column("education_share", sa.Double(), nullable=True, comment="what education pays, of 1"),
            sa.Column("health_share", sa.Double(), nullable=True, comment="what health pays"),
            sa.Column("care_share", sa.Double(), nullable=True, comment="what care pays"),
            sa.Column(
                "voice_followed",
                sa.Text(),
                nullable=True,
                comment="yes, partly or no: whether what the child said was followed",
            ),
        ],
    )
    with_history(
        "fact_destination",
        ["child_key", "destination_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("destination_key", sa.Text(), nullable=False, comment="names the record among all"),
            sa.Column("recorded_for_on", sa.Date(), nullable=False, comment="the day of the record"),
            sa.Column(
                "destination",
                sa.Text(),
                nullable=False,
                comment="college, apprenticeship, neet and so on, as the schemas have it",
            ),
            sa.Column("from_on", sa.Date(), nullable=False, comment="since when, or from when"),
        ],
    )
    with_history(
        "fact_involvement",
        ["child_key", "involvement_key"],
        [
            sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
            sa.Column("involvement_key", sa.Text(), nullable=False, comment="names the role's being given among all"),
            sa.Column(
                "worker_key",
                sa.Text(),
                nullable=True,
                comment="the worker's pseudonym, the same with every child; empty of a restricted child",
            ),
            sa.Column("role", sa.Text(), nullable=False, comment="ehc-coordinator, senco and so on"),
            sa.Column("sector", sa.Text(), nullable=False, comment="education, health or care"),
            sa.Column("since_on", sa.Date(), nullable=False, comment="the day on which it was given"),
            sa.Column(
                "until_on", sa.Date(), nullable=True, comment="the day on which it ended, or another was given it"
            ),
        ],
    )


def _what_is_the_same_for_all() -> None:
    with_history(
        "dim_rule",
        ["rule"],
        [
            sa.Column("rule", sa.Text(), nullable=False, comment="its id"),
            sa.Column("kind", sa.Text(), nullable=False, comment="milestone or risk"),
            sa.Column("area", sa.Text(), nullable=False, comment="the part of the catalogue that it is in"),
            sa.Column(
                "version",
                sa.Text(),
                nullable=False,
                comment="the catalogue's, and the authority's own where it changed the rule",
            ),
            sa.Column(
                "basis",
                sa.Text(),
                nullable=False,
                comment="S law or statutory guidance, G national guidance, L local default",
            ),
            sa.Column("citation", sa.Text(), nullable=False, comment="what it rests on"),
            sa.Column("why", sa.Text(), nullable=False, comment="why it is"),
        ],
    )
    with_history(
        "dim_service",
        ["service"],
        [
            sa.Column("service", sa.Text(), nullable=False, comment="as the schemas have it"),
            sa.Column("sector", sa.Text(), nullable=False, comment="education, health or care"),
        ],
    )
    with_history(
        "dim_pathway_stage",
        ["stage"],
        [
            sa.Column("stage", sa.Text(), nullable=False, comment="pathway and status: camhs waiting"),
            sa.Column(
                "pathway",
                sa.Text(),
                nullable=False,
                comment="the service or process; of a referral to a service `referral`",
            ),
            sa.Column("status", sa.Text(), nullable=False, comment="waiting, active or closed"),
            sa.Column("place", sa.Integer(), nullable=False, comment="the how-manyeth of the pathway"),
        ],
    )
    with_history(
        "dim_date",
        ["day"],
        [
            sa.Column("day", sa.Date(), nullable=False, comment="the day"),
            sa.Column("month", sa.Date(), nullable=False, comment="the first of its month"),
            sa.Column("calendar_year", sa.Integer(), nullable=False, comment="its year"),
            sa.Column(
                "financial_year",
                sa.Integer(),
                nullable=False,
                comment="the year in which its financial year began, on 1 April",
            ),
            sa.Column(
                "school_year",
                sa.Integer(),
                nullable=False,
                comment="the year in which its school year began, on 1 September",
            ),
            sa.Column("iso_week", sa.Text(), nullable=False, comment="its week as ISO 8601 has it: 2025-W07"),
            sa.Column(
                "working_day", sa.Boolean(), nullable=False, comment="Monday to Friday outside England's bank holidays"
            ),
        ],
    )


def _quality_of_feeds() -> None:
    """A view of what the gate counts by agency and day; a day's counts are as they ended, which no later day changes."""
    op.execute(
        "CREATE VIEW warehouse.fact_feed_day AS SELECT day, feed, agency, messages, accepted, refused, repeats, kept, doubted,"
        " wanted, present, timely FROM agency_day"
        f" WHERE day <= (SELECT cast({AS_WAS} AT TIME ZONE 'Europe/London' AS date))"
    )
