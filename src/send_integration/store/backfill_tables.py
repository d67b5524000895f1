"""The tables of history that is loaded from files: which files, how far each has come, and what waits; see `tables`."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# A file of history, known by its feed and its bytes, whatever it is called: loaded once for ever.
backfill_file = Table(
    "backfill_file",
    METADATA,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("begun_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    UniqueConstraint("feed", "content_hash"),
)

# A part of a file that is read, and let in, in one transaction each.
backfill_chunk = Table(
    "backfill_chunk",
    METADATA,
    Column("file", Integer, ForeignKey("backfill_file.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_byte", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("lines_before", BigInteger, nullable=False),
    Column("messages", Integer, comment="null until it is read"),
    Column("put_by", Integer, nullable=False, server_default="0", comment="how many of them the gate is to take"),
    Column("too_long", Integer, nullable=False, server_default="0", comment="lines that no message may be"),
    Column("state", Text, nullable=False, server_default="planned"),
    CheckConstraint("state IN ('planned', 'read', 'let-in')", name="state"),
)

# What was read and is not let in yet. Not logged: after a crash of the database it is empty, and read again.
backfill_event = Table(
    "backfill_event",
    METADATA,
    Column("file", Integer, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("source", Text, comment="of what is refused: as its bytes say, where they can be read"),
    Column("event_id", Text, comment="likewise"),
    Column("body_hash", LargeBinary, comment="null where it is refused"),
    Column("recorded_at", Moment),
    Column("raw", LargeBinary, nullable=False),
    Column("body", LargeBinary, comment="null where it is the raw bytes"),
    Column("record", LargeBinary, comment="the digest of the person record that it asserts"),
    Column("target", Text, comment="what it corrects or retracts"),
    Column("remarks", ARRAY(Text), comment="the warning rules that speak of it"),
    Index(None, "file", "chunk"),
    prefixes=["UNLOGGED"],
)

# What is not plain: refused, or there under the same source and id before. The gate takes it, message by message.
backfill_rest = Table(
    "backfill_rest",
    METADATA,
    Column("file", Integer, primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("line", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

# The children whom history has touched since they were last evaluated.
backfill_child = Table(
    "backfill_child",
    METADATA,
    Column("child_id", Text, primary_key=True),
)
