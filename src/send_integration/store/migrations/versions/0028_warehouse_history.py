"""The warehouse's tables keep their history and name children by pseudonyms; what they are filled from moves out of sight."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

FORMER = ("dim_child", "fact_event", "fact_ehc_request", "fact_milestone", "fact_episode")

AS_WAS = "(SELECT coalesce(nullif(current_setting('send.as_was', true), '')::timestamptz, 'infinity'))"
"""A query of its own, so that it is asked once and not for every row."""


def upgrade() -> None:
    """Rows named children by our own ids, and the key of pseudonyms is not here: whoever restates next fills all anew."""
    op.execute("CREATE SCHEMA reporting_intake")
    move_what_the_tables_are_filled_from()
    for name in FORMER:
        op.drop_table(name, schema="warehouse")
    _dimension_of_children()
    _facts_of_events_and_requests()
    _facts_of_milestones_and_episodes()
    op.execute("CREATE VIEW warehouse.watermark AS SELECT stated_at FROM reporting_intake.restating")


def move_what_the_tables_are_filled_from() -> None:
    op.execute("ALTER TABLE warehouse.clean_event SET SCHEMA reporting_intake")
    op.execute("ALTER TABLE reporting_intake.clean_event RENAME COLUMN child_key TO child_id")
    op.execute("ALTER INDEX reporting_intake.ix_clean_event_child_key RENAME TO ix_clean_event_child_id")
    op.create_table(
        "restated_child",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column(
            "next_change_on",
            sa.Date(),
            nullable=True,
            comment="the day on which the answer changes with no new event; null: never",
        ),
        sa.Column(
            "judged_by", sa.Text(), nullable=False, comment="the fingerprint of the rules; empty: to be restated"
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_restated_child")),
        schema="reporting_intake",
    )
    op.create_index(
        op.f("ix_restated_child_next_change_on"), "restated_child", ["next_change_on"], schema="reporting_intake"
    )
    op.create_table(
        "restating",
        sa.Column("only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column(
            "begun_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the moment at which the tables were last empty",
        ),
        sa.Column(
            "stated_at", sa.DateTime(timezone=True), nullable=False, comment="the moment of the latest restating"
        ),
        sa.Column(
            "key_check",
            sa.Text(),
            nullable=True,
            comment="tells the key of the pseudonyms from any other, and nothing of it",
        ),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_restating")),
        sa.CheckConstraint('"only"', name="ck_restating_only"),
        schema="reporting_intake",
    )
    op.execute(
        "INSERT INTO reporting_intake.restating (begun_at, stated_at) VALUES (clock_timestamp(), clock_timestamp())"
    )
    op.execute(
        "INSERT INTO reporting_intake.restated_child (child_id, judged_by)"
        " SELECT DISTINCT child_id, '' FROM reporting_intake.clean_event WHERE child_id <> ''"
    )


def with_history(name: str, key: str, what: str, columns: Iterable["sa.Column[Any]"]) -> None:
    """A table with its history, and the view by which it is read."""
    own_key = [] if key == "child_key" else [sa.Column(key, sa.Text(), nullable=False, comment=what)]
    names = ["child_key", *(column.name for column in own_key)]
    told = [*own_key, *columns]
    op.create_table(
        f"{name}_history",
        sa.Column("child_key", sa.Text(), nullable=False, comment="the child's pseudonym"),
        *told,
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, comment="from when the row stands"),
        sa.Column("unstated_at", sa.DateTime(timezone=True), comment="from when it does not; null: it stands"),
        sa.PrimaryKeyConstraint(*names, "stated_at", name=op.f(f"pk_{name}_history")),
        schema="warehouse",
    )
    op.create_index(
        f"ux_{name}_standing",
        f"{name}_history",
        names,
        unique=True,
        schema="warehouse",
        postgresql_where=sa.text("unstated_at IS NULL"),
    )
    seen = ", ".join(["child_key", *(column.name for column in told)])
    op.execute(
        f"CREATE VIEW warehouse.{name} AS SELECT {seen} FROM warehouse.{name}_history"
        f" WHERE stated_at <= {AS_WAS} AND (unstated_at IS NULL OR unstated_at > {AS_WAS})"
    )


def _day(name: str, comment: str, *, always: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Date(), nullable=not always, comment=comment)


def _text(name: str, comment: str, *, always: bool = True) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text(), nullable=not always, comment=comment)


def _dimension_of_children() -> None:
    with_history(
        "dim_child",
        "child_key",
        "",
        [
            _day("birth_month", "the first of the month of birth", always=True),
            _text("gender", "as recorded last: M, F, U or N", always=False),
            _text("ethnicity", "as recorded last, by the Department's codes", always=False),
            _text(
                "postcode_district",
                "the first half of the postcode recorded last; empty of a restricted child",
                always=False,
            ),
        ],
    )


def _facts_of_events_and_requests() -> None:
    with_history(
        "fact_event",
        "event_key",
        "names the event among all",
        [
            _day("happened_on", "the day on which it happened", always=True),
            _day("recorded_on", "the day on which its source wrote it down", always=True),
            _text("feed", "by which it came"),
            _text("type", "what happened, as the schemas name it"),
            _text("sector", "education, health, care or panel"),
        ],
    )
    with_history(
        "fact_ehc_request",
        "request_key",
        "names the request among all",
        [
            _day("requested_on", "the day of the request for an assessment", always=True),
            _text("asked_by", "school, parent, young-person or other", always=False),
            _day("withdrawn_on", "the day on which it was withdrawn, or lapsed"),
            _day("decided_on", "the day on which it was decided whether to assess"),
            _text("decision", "yes or no: whether to assess", always=False),
            _day("decided_to_issue_on", "the day on which it was decided whether to issue a plan"),
            _text("issue_decision", "yes or no: whether to issue", always=False),
            _day("finalised_on", "the day of the final plan"),
            sa.Column(
                "has_exception",
                sa.Boolean(),
                nullable=False,
                comment="whether an exception of the regulations was applied",
            ),
            sa.Column(
                "within_six_weeks",
                sa.Boolean(),
                comment="whether the decision to assess came within six weeks of the request",
            ),
            sa.Column(
                "within_twenty_weeks",
                sa.Boolean(),
                comment="whether the final plan came within twenty weeks of the request",
            ),
        ],
    )


def _facts_of_milestones_and_episodes() -> None:
    with_history(
        "fact_milestone",
        "milestone_key",
        "names the milestone among all: by rule, what it is about, and the day that set it off",
        [
            _text("milestone", "the rule's id"),
            _day("triggered_on", "the day that set it off", always=True),
            _day("due_on", "the last day on which it is in time", always=True),
            _text("status", "pending, due-soon, met, met-late, missed, paused, excepted, not-needed"),
            _day("met_on", "the day on which it was met"),
        ],
    )
    with_history(
        "fact_episode",
        "episode_key",
        "names the episode among all: by pathway and the event that opened it",
        [
            _text("pathway", "the service or process"),
            _text("sector", "education, health or care"),
            _text("status", "waiting, active or closed"),
            _day("opened_on", "the day from which it waits", always=True),
            _day("started_on", "the day on which the wait ended"),
            _day("closed_on", "the day on which it ended"),
        ],
    )
