"""The tables of who is signed in, who looked at what and who came to it by breaking the glass; see `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
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

# Who is signed in on the page; the cookie holds only a random token, of which we keep the hash.
session = Table(
    "session",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("session_id", Text, nullable=False, comment="by which it is ended; opens nothing"),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sector", Text),
    Column("inboxes", ARRAY(Text), nullable=False, comment="the recipients whose alerts they read, but themselves"),
    Column(
        "agencies", ARRAY(Text), nullable=False, comment="whose scorecards they see, where their role sees no others"
    ),
    Column("csrf", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("session_id"),
)

# Who looked at or did what, and why they were allowed to: a trigger refuses to update, delete or truncate it. What a row
# says stands whole in `audit_text` (contracts.audit_chain), so that a new column is to be added there.
audit = Table(
    "audit",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False, server_default=func.now()),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("child_id", Text),
    Column("allowed", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "child_id"),
    Index(None, "actor", "id"),
    Index(None, "at"),
    Index("ix_audit_export", "at", postgresql_where=Column("action") == "export"),
)

# The chain over the audit, in the order in which entries were committed; written by a trigger, and by nobody else.
audit_link = Table(
    "audit_link",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 …, without a gap"),
    Column("audit_id", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False, comment="of the hash before and the entry's text"),
    UniqueConstraint("audit_id"),
)
