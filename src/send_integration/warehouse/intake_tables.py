"""What the warehouse is filled from: events with all they hold, and who is due; in a schema that no analyst may read."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    schema="reporting_intake",
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

# The warehouse's own copy of clean events; of each source and id the one by the highest decision.
clean_event = Table(
    "clean_event",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("child_id", Text, nullable=False),
    Column("decision", BigInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("target", Text),
    Column("body", LargeBinary, nullable=False),
    Index(None, "child_id"),
    Index("ix_clean_event_target", "source", "target", postgresql_where=Column("target").is_not(None)),
)

# Every child with clean events; the sweep restates those whose day has come.
restated_child = Table(
    "restated_child",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("next_change_on", Date, comment="the day on which the answer changes with no new event; null: never"),
    Column("judged_by", Text, nullable=False, comment="the fingerprint of the rules; empty: to be restated"),
    Index(None, "next_change_on"),
)

# That a row of the warehouse was erased with its child: of it stays its key, a pseudonym, and from when to when it stood, so
# that whoever took it out is told that it is gone.
erased_row = Table(
    "erased_row",
    METADATA,
    Column("view", Text, primary_key=True),
    Column("row_key", Text, primary_key=True, comment="as the view's key names it"),
    Column("stated_at", DateTime(timezone=True), primary_key=True),
    Column("unstated_at", DateTime(timezone=True), nullable=False),
)

# One row: the figures of which the page of measures is made.
kept_figures = Table(
    "kept_figures",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=true()),
    Column("moment", DateTime(timezone=True), nullable=False, comment="as of which they are"),
    Column("as_at", Date, nullable=False, comment="up to which day they count"),
    Column("made_by", Text, nullable=False, comment="tells these definitions from any others"),
    Column("has_any", Boolean, nullable=False, comment="whether anything is counted at all"),
    Column("figures", JSONB, nullable=False, comment="of each measure rows of the figure's view, exact"),
    CheckConstraint('"only"', name="ck_kept_figures_only"),
)

# One row, which whoever restates holds until the transaction ends.
restating = Table(
    "restating",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=true()),
    Column(
        "begun_at", DateTime(timezone=True), nullable=False, comment="the moment at which the tables were last empty"
    ),
    Column("stated_at", DateTime(timezone=True), nullable=False, comment="the moment of the latest restating"),
    Column("key_check", Text, comment="tells the key of the pseudonyms from any other, and nothing of it"),
    CheckConstraint('"only"', name="ck_restating_only"),
)
