"""The first facts and dimensions, in a schema of their own."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData(
    schema="warehouse",
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

# The warehouse's own copy of clean events; of each source and id the one by the highest decision.
clean_event = Table(
    "clean_event",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("child_key", Text, nullable=False),
    Column("decision", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("target", Text),
    Column("body", LargeBinary, nullable=False),
    Index(None, "child_key"),
    Index("ix_clean_event_target", "source", "target", postgresql_where=Column("target").is_not(None)),
)

dim_child = Table(
    "dim_child",
    METADATA,
    Column("child_key", Text, primary_key=True),
    Column("birth_month", Date, nullable=False, comment="the first of the month of birth"),
    Column("gender", Text),
    Column("ethnicity", Text),
    Column("postcode_district", Text),
)

# One row a standing event: what happened, when, and where; never who or in which words.
fact_event = Table(
    "fact_event",
    METADATA,
    Column("event_key", Text, primary_key=True, comment="a hash of source and id"),
    Column("child_key", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("feed", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Index(None, "child_key"),
)

# One row a request for an assessment, with what came of it.
fact_ehc_request = Table(
    "fact_ehc_request",
    METADATA,
    Column("request_key", Text, primary_key=True, comment="a hash of the request's number"),
    Column("child_key", Text, nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("decided_on", Date),
    Column("decision", Text),
    Column("decided_to_issue_on", Date),
    Column("issue_decision", Text),
    Column("finalised_on", Date),
    Column("has_exception", Boolean, nullable=False),
    Column("within_six_weeks", Boolean),
    Column("within_twenty_weeks", Boolean),
    Index(None, "child_key"),
    Index(None, "requested_on"),
    Index(None, "finalised_on"),
)

# One row a milestone as it stood when the child was last restated.
fact_milestone = Table(
    "fact_milestone",
    METADATA,
    Column("child_key", Text, primary_key=True),
    Column("milestone", Text, primary_key=True),
    Column("number", Integer, primary_key=True, comment="which of the child's, by their trigger"),
    Column("triggered_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("met_on", Date),
    Column("restated_on", Date, nullable=False),
)

# One row an episode: how long it waited or lasted.
fact_episode = Table(
    "fact_episode",
    METADATA,
    Column("child_key", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("pathway", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
)

OF_A_CHILD = (dim_child, fact_event, fact_ehc_request, fact_milestone, fact_episode)
"""Tables whose rows are rewritten together when a child's events change."""
