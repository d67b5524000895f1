"""The tables of flags, their history and the rules that raise them; see `tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Identity, Index, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# The rules by which children were to be judged, one set after the other; the last is in force.
rule_book = Table(
    "rule_book",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("since", Moment, nullable=False, server_default=func.clock_timestamp()),
)

# A flag as it stands, and every change it ever had: a trigger refuses to update, delete or truncate the changes.
flag = Table(
    "flag",
    METADATA,
    Column("flag_id", Text, primary_key=True),
    Column("child_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("raised_at", Moment, nullable=False),
    CheckConstraint("status IN ('open', 'cleared')", name="status"),
    Index(None, "child_id", "status"),
)

flag_change = Table(
    "flag_change",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("flag_id", Text, nullable=False),
    Column("child_id", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("because", Text, nullable=False, server_default="", comment="what a decision on identity did; else empty"),
    Column("changed_at", Moment, nullable=False, server_default=func.now()),
    Index(None, "flag_id"),
    Index(None, "child_id"),
)

# A child whom a fault of ours kept from being judged: the answer and the flags stand as they did.
unjudged = Table(
    "unjudged",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("fault", Text, nullable=False, comment="its kind and place, never its text"),
    Column("since", Moment, nullable=False, server_default=func.now()),
    Column("tried_on", Date, nullable=False),
    Column("judged_by", Text, nullable=False, comment="the fingerprint of the rules that failed"),
)
