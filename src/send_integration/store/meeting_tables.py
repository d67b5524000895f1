"""The tables of the panel's meetings; see `tables`. Whom a meeting is about is on the timeline: here is how it is run."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
)

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

meeting = Table(
    "meeting",
    METADATA,
    Column("meeting_on", Date, primary_key=True),
    Column("place", Text, nullable=False, server_default=""),
    Column("quorum", Integer, nullable=False, comment="how many members must be present"),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("quorum BETWEEN 1 AND 50", name="quorum"),
)

# Who is expected at a meeting, for whom they sit, and whether they came.
meeting_seat = Table(
    "meeting_seat",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("meeting_on", Date, ForeignKey("meeting.meeting_on"), nullable=False),
    Column("part", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("present", Boolean, comment="null while nobody has said"),
    Column("said_by", Text, nullable=False, comment="who seated them, or last said whether they came"),
    Column("said_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("part IN ('chair', 'education', 'health', 'care', 'family', 'other')", name="part"),
    Index(None, "meeting_on"),
)

# The place that somebody gave a child on a meeting's agenda, and to which meeting the child was carried over.
agenda_place = Table(
    "agenda_place",
    METADATA,
    Column("meeting_on", Date, ForeignKey("meeting.meeting_on"), primary_key=True),
    Column("child_id", Text, primary_key=True),
    Column("place", Integer, comment="null where nobody has moved the child"),
    Column("carried_to", Date),
    Column("carried_why", Text, nullable=False, server_default=""),
    Column("carried_by", Text, nullable=False, server_default=""),
    Column("carried_at", Moment),
)
