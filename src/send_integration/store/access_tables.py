"""The tables of who came to see a child by another way than their role: broken glass, and who was told; see `tables`."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
)

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# Somebody saw a child who is not theirs, for a while and with a reason.
broken_glass = Table(
    "broken_glass",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("child_id", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("broken_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment, comment="when they, or an administrator, ended it before"),
    CheckConstraint("until > broken_at", name="lasts"),
    Index(None, "child_id", "actor"),
)

# Who is to read of it: the managers of the child's named workers, or the duty manager.
glass_told = Table(
    "glass_told",
    METADATA,
    Column("glass_id", BigInteger, ForeignKey("broken_glass.id"), primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("read_at", Moment),
    Column("read_by", Text),
    Index("ix_glass_told_unread", "recipient", postgresql_where=Column("read_at").is_(None)),
)

# On what basis a child's records are shared, as somebody said it; the last word on a child stands.
sharing_basis = Table(
    "sharing_basis",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("child_id", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("basis IN ('public-task', 'consent', 'safeguarding')", name="basis"),
    Index(None, "child_id", "id"),
)

# A sign-in that was begun at the provider and has not come back yet; only the browser that began it has the key.
sign_in_attempt = Table(
    "sign_in_attempt",
    METADATA,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False, comment="of the cookie of the browser that began it"),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False, comment="of PKCE"),
    Column("expires_at", Moment, nullable=False),
)
