"""The tables of what was erased and may not come back, and of what may not be erased; see `tables`."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Index, MetaData, Table, Text, func, true

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# That an event, some bytes or a record was erased, under a keyed hash: so that it is known when it comes again, and its counts
# stand. Nothing says whose it was or when it was erased, for either would lead to the child.
erased = Table(
    "erased",
    METADATA,
    Column("mark", Text, primary_key=True, comment="of its source and id, of its bytes, or of a source and a local id"),
    Column("what", Text, nullable=False),
    Column("feed", Text, comment="by which it came; null of a record"),
    Column("counted_as", Text, comment="what its message stays counted as; null where it was counted as nothing"),
    CheckConstraint("what IN ('event', 'bytes', 'record')", name="what"),
    CheckConstraint("counted_as IN ('accepted', 'quarantined')", name="counted_as"),
    Index(None, "counted_as", "feed", postgresql_where=Column("counted_as", Text).is_not(None)),
)

# The key under which marks were made: tells it from any other, and nothing of it.
erasure_key = Table(
    "erasure_key",
    METADATA,
    Column(
        "one", Boolean, primary_key=True, server_default=true(), comment="there is one row, or none was ever erased"
    ),
    Column("key_check", Text, nullable=False),
    CheckConstraint("one", name="one"),
)

# Nothing of a child is erased while one stands. The child is who has, or ever had, a record of this id's.
legal_hold = Table(
    "legal_hold",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("child_id", Text, nullable=False, comment="the child's id when it was placed"),
    Column("placed_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("placed_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_by", Text),
    Column("lifted_why", Text),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
    Index(None, "child_id", postgresql_where=Column("lifted_at", Moment).is_(None)),
)
