"""The tables of the panel's meetings; see `tables`."""

from sqlalchemy import Column, Date, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# Who is on which meeting's agenda, by what stands of the children's events: what child.panel says, the other way round.
panel_listing = Table(
    "panel_listing",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("meeting_on", Date, nullable=False),
    Index(None, "meeting_on", "child_id"),
)

# What somebody said of a child on our pages. Once the timeline has it, its body is forgotten here; until then pages show it.
panel_word = Table(
    "panel_word",
    METADATA,
    Column("event_id", Text, primary_key=True),
    Column("source", Text, nullable=False, comment="of the record as which it was said"),
    Column("child_id", Text, nullable=False, comment="whose it was then"),
    Column("meeting_on", Date, nullable=True),
    Column("what", Text, nullable=False, comment="listed, taken_off, discussed, decided, ..."),
    Column("said_by", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("body", JSONB, nullable=True, comment="the event's own fields; null once it is on the timeline"),
    Index("ix_panel_word_under_way", "child_id", postgresql_where=Column("body", JSONB).is_not(None)),
)

# A child as a form of ours showed it (timeline.seen), until it is so old that nobody can still be typing.
panel_sight = Table(
    "panel_sight",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("seen", JSONB, nullable=False),
    Column("shown_at", Moment, nullable=False),
    Index(None, "shown_at"),
)

# What the person had before them who decided. Found by the decision's event alone: whose that is now, may see it.
decision_seen = Table(
    "decision_seen",
    METADATA,
    Column("event_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("child_id", Text, nullable=False, comment="as whom the child was seen"),
    Column("seen", JSONB, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "child_id"),
)
