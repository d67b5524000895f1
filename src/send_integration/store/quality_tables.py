"""The tables of how good feeds are: remarks, audits of the gate's own judgement, and columns that no mapping names."""

from sqlalchemy import BigInteger, Column, Date, Identity, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# How often a warning rule found something in events that were let in, by the day on which the gate saw them.
remark = Table(
    "remark",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("noted_on", Date, primary_key=True),
    Column("events", BigInteger, nullable=False),
)

# One window of a feed, judged by plain Great Expectations and by the gate's fast path; no row's values.
quality_audit = Table(
    "quality_audit",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("audited_at", Moment, nullable=False),
    Column("newest_at", Moment, nullable=False, comment="when the window's last message was judged"),
    Column("events", Integer, nullable=False),
    Column("differing", ARRAY(Text), nullable=False, comment="rules whose verdicts differ or that could not be asked"),
    Column("results", JSONB, nullable=False, comment="each rule's counts, as its BASIC result has them"),
    Index(None, "feed", "audited_at"),
)

# A column of a CSV file that its mapping does not name, or one that it names and the file no longer has.
csv_column = Table(
    "csv_column",
    METADATA,
    Column("mapping", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("column_name", Text, primary_key=True),
    Column("what", Text, primary_key=True, comment="new or missing"),
    Column("type", Text, nullable=False, comment="the events that the mapping makes"),
    Column("shapes", ARRAY(Text), nullable=False, comment="of its cells, and never a value"),
    Column("likely_field", Text, nullable=False, comment="what it may be a new name of; '' where nothing is like it"),
    Column("files", BigInteger, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
)
