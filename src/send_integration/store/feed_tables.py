"""The tables of how each feed as a whole is doing: its circuit breaker and the counts of its messages; see `tables`."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

STATES = "state IN ('closed', 'open', 'half-open')"

# A feed's circuit breaker as it stands (watch.breaker.Breaker). The gate locks the row at the end of each transaction,
# so that no worker keeps a batch after the feed was parked.
feed_breaker = Table(
    "feed_breaker",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("trips", Integer, nullable=False),
    Column("try_at", Moment, comment="when an open breaker lets a window through by itself"),
    Column("resumed_at", Moment, comment="when a person last let the feed in again"),
    CheckConstraint(STATES, name="state"),
)

# Every change of a breaker, and every batch rule that only warns; nothing deletes a row.
feed_change = Table(
    "feed_change",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("failures", JSONB, nullable=False, comment="[{rule, owner, measure, value, limit}]"),
    Column(
        "posted_at", Moment, comment="of an opening: when it was handed to the channels, or found to have no address"
    ),
    Column("first_bad_at", Moment, comment="when the first row was read that counts against the rules that failed"),
    CheckConstraint(STATES, name="state"),
    Index(None, "feed", "at"),
    Index(
        "ix_feed_change_unposted", "id", postgresql_where=(Column("state") == "open") & Column("posted_at").is_(None)
    ),
)


def _tally() -> list[Column[Any]]:
    """The columns of watch.window.Tally."""
    return [
        *(
            Column(name, BigInteger, nullable=False)
            for name in (
                "messages",
                "arrived_today",
                "accepted",
                "quarantined",
                "duplicates",
                "rows",
                "people",
                "matched",
            )
        ),
        Column("lag_seconds", Double, nullable=False),
        Column("last_recorded_at", Moment),
        Column("absent", JSONB, nullable=False, comment="{column: rows without a value}"),
        Column("codes", JSONB, nullable=False, comment="{column: {code: rows}}"),
    ]


# The counts of a feed's messages, a row for each window; the one that is judged next is the row that is not `judged`.
feed_window = Table(
    "feed_window",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    *_tally(),
    Column(
        "bad_since",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="when the first message was read that counts against a measure, by the measure",
    ),
    Column("judged", Boolean, nullable=False, server_default=false()),
    Index("uq_feed_window_open", "feed", unique=True, postgresql_where=~Column("judged", Boolean)),
    Index(None, "began_at"),
)

# The same, a row for each day in London: what is usual for the feed.
feed_day = Table(
    "feed_day",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    *_tally(),
)

# The counts of one agency's messages in a feed, by the day in London on which the gate saw them
# (watch.agencies.AgencyTally); the agency is '' where nobody can tell. Nothing deletes a row.
agency_day = Table(
    "agency_day",
    METADATA,
    Column("feed", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False)
        for name in (
            "messages",
            "accepted",
            "refused",
            "repeats",
            "kept",
            "doubted",
            "wanted",
            "present",
            "timely",
        )
    ),
    Column("lag_seconds", Double, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("recorded_at", Moment, comment="when the newest of its events was recorded"),
    Index(None, "day"),
)

# How far each partition reached when a worker last asked the broker: what lies beyond `stream_position` waits.
broker_end = Table(
    "broker_end",
    METADATA,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("begin_offset", BigInteger, nullable=False),
    Column("end_offset", BigInteger, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

# A silence of a feed that its stewards are told of, once; it stands until the feed sends again. Nothing deletes a row.
feed_silence = Table(
    "feed_silence",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("since", Date, nullable=False, comment="the last day on which it sent as usual"),
    Column("told_at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("posted_at", Moment, comment="when it was handed to the channels"),
    Column("ended_at", Moment, comment="when it was seen to send again"),
    Index("uq_feed_silence_standing", "feed", unique=True, postgresql_where=Column("ended_at").is_(None)),
)
