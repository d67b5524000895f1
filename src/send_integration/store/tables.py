"""Every table but those of the other modules of tables, once, with what a row means; a test compares the migrations with them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = MetaData(naming_convention=NAMES)

Moment = DateTime(timezone=True)

# How far each reader has come. `next_offset` moves in the transaction that keeps what was read; `published_offset`
# follows once what the batch had to say is on its topics, and is where a reader starts again.
stream_position = Table(
    "stream_position",
    METADATA,
    Column("reader", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("published_offset", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False, server_default="0"),
    Column("quarantined", BigInteger, nullable=False, server_default="0"),
    Column("duplicates", BigInteger, nullable=False, server_default="0"),
)

# Every event that the gate let in, as the bytes it was: one row for ever for each source and id.
admitted = Table(
    "admitted",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("person_record_id", BigInteger, ForeignKey("person_record.id")),
    Column("least_decision", BigInteger, nullable=False, comment="it replaced a body that was said with one less"),
    Column("admitted_at", Moment, nullable=False, server_default=func.now()),
    Index(None, "person_record_id"),
    Index(None, "feed"),
    Index("ix_admitted_position", "topic", "partition", "offset"),
)

# One source's assertion of one person (identity.records.PersonRecord), and the child it was decided to be.
person_record = Table(
    "person_record",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("component", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="of all that is asserted"),
    Column("source", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    Column("nhs_number", Text, nullable=False),
    Column("upn", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("first_recorded_at", Moment, nullable=False),
    Column("first_source", Text, nullable=False),
    Column("first_event_id", Text, nullable=False),
    Column("child_id", Text),
    Column("held_between", ARRAY(Text), comment="children it leads to, where it is held for review"),
    Column("decision", BigInteger, nullable=False, comment="from decision_number; the higher decision stands"),
    UniqueConstraint("digest"),
    CheckConstraint("(child_id IS NULL) <> (held_between IS NULL)", name="decided_or_held"),
    Index(None, "component", "id"),
    Index(None, "child_id"),
    Index("ix_person_record_restricted", "source", "local_id", postgresql_where=Column("restricted", Boolean)),
    Index(None, "local_id", "source"),
    Index("ix_person_record_restricted_child", "child_id", postgresql_where=Column("restricted", Boolean)),
    Index(
        "ix_person_record_held_between",
        "held_between",
        postgresql_using="gin",
        postgresql_where=Column("held_between", ARRAY(Text)).is_not(None),
    ),
)

# The keys under which the records of a component are found by another that might be one of its children (identity.blocking),
# hashed, and those of their homes. Of a child's records one brings most, and those after it few.
person_record_key = Table(
    "person_record_key",
    METADATA,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("component", BigInteger, primary_key=True, autoincrement=False),
)

# An id that a child had until its first event became another's, or another event came to be the first.
former_child_id = Table(
    "former_child_id",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column(
        "person_record_id",
        BigInteger,
        ForeignKey("person_record.id", ondelete="CASCADE"),
        nullable=False,
        comment="the record whose event gave the id",
    ),
    Index(None, "person_record_id"),
)

# Of which children a record was before: a legal hold on one of them holds whoever has the record, and what was kept of a child
# while it had the record can speak of whoever has it now.
record_was_of = Table(
    "record_was_of",
    METADATA,
    Column("person_record_id", BigInteger, ForeignKey("person_record.id", ondelete="CASCADE"), primary_key=True),
    Column("child_id", Text, primary_key=True),
    Index(None, "child_id"),
)


def _pairs(name: str) -> Table:
    # No foreign keys: for each, PostgreSQL would read and lock the record at that end, and a new record among many children
    # costs a twentieth more. Only store.people removes records, and their pairs with them.
    return Table(
        name,
        METADATA,
        Column("one", BigInteger, primary_key=True, autoincrement=False),
        Column("other", BigInteger, primary_key=True, autoincrement=False),
        Column("why", Text, nullable=False),
        Column("weight", Double),
        Column("parts", JSONB, nullable=False, comment="[[field, level, weight]]"),
        Column("model", Text, nullable=False),
        Column("decided_at", Moment, nullable=False, server_default=func.now()),
    )


# Why the records of a child are joined, and the pairs of which a person is asked.
identity_link = _pairs("identity_link")
Index("ix_identity_link_likely", identity_link.c.one, postgresql_where=identity_link.c.why == "likely")
identity_review = _pairs("identity_review")
Index(None, identity_review.c.other)
Index("ix_identity_review_weight", identity_review.c.weight.desc(), identity_review.c.one, identity_review.c.other)

decision_number = Sequence("decision_number", metadata=METADATA)

# What was not let in: the untouched bytes and every reason. A row is also the record that it was counted: unless it is
# released, it stands at the message that is counted as quarantined for it.
quarantine = Table(
    "quarantine",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feed", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("raw_hash", LargeBinary, Computed("sha256(raw)", persisted=True)),
    Column("reasons", JSONB, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("origin", JSONB, nullable=False, comment="the raw message's headers: file, line, sender"),
    Column("person_record_id", BigInteger, ForeignKey("person_record.id"), comment="set where held for identity"),
    Column("quarantined_at", Moment, nullable=False, server_default=func.now()),
    Column("status", Text, nullable=False, server_default="open"),
    Column("source", Text, comment="as the bytes say, where they can be read"),
    Column("event_id", Text, comment="likewise"),
    Column("local_id", Text, comment="likewise, of the person"),
    Column("restricted", Boolean, nullable=False, server_default=false(), comment="the bytes say so, or could"),
    Column(
        "adapter_reasons",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="those of `reasons` that came with the message",
    ),
    Column("replay", BigInteger, comment="the act of the replay that is under way"),
    CheckConstraint("status IN ('open', 'released', 'discarded')", name="status"),
    UniqueConstraint("feed", "raw_hash"),
    Index(None, "person_record_id"),
    Index(None, "feed", "status"),
    Index(
        "ix_quarantine_again",
        "source",
        "event_id",
        postgresql_where=text("status <> 'released' AND person_record_id IS NULL"),
    ),
    Index("ix_quarantine_position", "topic", "partition", "offset", postgresql_where=text("status = 'open'")),
    Index("ix_quarantine_awaiting", "source", "local_id", postgresql_where=text("status = 'open'")),
)

# Everything that ever happened to an item: who, when, why, and its reasons at that time; an act goes with its item alone,
# when that is erased.
quarantine_act = Table(
    "quarantine_act",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("item", BigInteger, ForeignKey("quarantine.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("by", Text, nullable=False, comment="a worker id, or 'gate'"),
    Column("why", Text, nullable=False, server_default=""),
    Column("reasons", JSONB, nullable=False, comment="the item's as they were then"),
    CheckConstraint("act IN ('quarantined', 'replayed', 'refused-again', 'released', 'discarded')", name="act"),
    Index(None, "item"),
)

# Events as the timeline reads them from send.child-events; `target` is what it corrects or retracts.
event = Table(
    "event",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("child_id", Text, nullable=False),
    Column("decision", BigInteger, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("target", Text),
    Column("body", LargeBinary, nullable=False),
    Column("shown_since", Moment, comment="since when it has stood on its child's answer; null where it does not"),
    Index(None, "child_id"),
    Index("ix_event_target", "source", "target", postgresql_where=Column("target").is_not(None)),
)

# One row a child: the one answer of contracts.md 4 and what lists and pages need without reading it.
child = Table(
    "child",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("answer", JSONB, nullable=False),
    Column("named_workers", JSONB, nullable=False, comment="[{role, worker_id, name, team, sector, since}]"),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    Column(
        "years_above",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="how far above the year group of their age, as a school told; below it where negative",
    ),
    Column("need", Integer, nullable=False, comment="order of the panel's list, highest first"),
    Column("open_flags", Integer, nullable=False),
    Column("restricted", Boolean, nullable=False, comment="a standing record is: shown only to whom the policy lets"),
    Column("evaluated_on", Date, nullable=False),
    Column("next_change_on", Date),
    Column("updated_at", Moment, nullable=False, server_default=func.now()),
    Column(
        "judged_by",
        Text,
        nullable=False,
        server_default="",
        comment="the fingerprint of the rules; empty: not known which",
    ),
    Column(
        "panel",
        JSONB,
        nullable=False,
        server_default='{"actions": [], "services": [], "voices": [], "listings": [], "decisions": [], "discussions": []}',
        comment="the panel's record (timeline.panel), whose texts may not be in the answer",
    ),
    Column("snapshot", JSONB, comment="what of it may be told under a pseudonym; null of restricted children"),
    Index(None, "next_change_on"),
    Index(None, "judged_by"),
    Index("ix_child_need", Column("need").desc(), "child_id"),
    Index("ix_child_restricted", "child_id", postgresql_where=Column("restricted", Boolean)),
    Index(
        "ix_child_workers",
        text("jsonb_path_query_array(named_workers, '$[*].\"worker_id\"')"),
        postgresql_using="gin",
    ),
    Index(
        "ix_child_owners",
        text('jsonb_path_query_array(panel, \'$."actions"[*]."owner"\')'),
        postgresql_using="gin",
    ),
)

# Who is whose brother, sister or carer, or of whose household (timeline.relations), by what stands of a child's events.
# The other is a reference, resolved to a child when it is read: nothing here says that two records are one child's.
relation = Table(
    "relation",
    METADATA,
    Column("child_id", Text, primary_key=True),
    Column("source", Text, primary_key=True, comment="who says so"),
    Column("event_id", Text, primary_key=True, comment="the last event that says so"),
    Column("kind", Text, nullable=False),
    Column("other_source", Text, nullable=False),
    Column("other_local_id", Text, nullable=False),
    Column("other_key", BigInteger, nullable=False, comment="of person_record_key, for the reference's records"),
    Column("since_on", Date),
    Column("until_on", Date),
    Index(None, "other_source", "other_local_id"),
)

# What a transaction had to say, waiting for the relay to publish it.
outbox = Table(
    "outbox",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, comment="null takes away what a compacted topic holds under the key"),
    Column("headers", JSONB, nullable=False, comment="pairs of name and text"),
    Column(
        "records",
        JSONB,
        comment="pairs of source and local id, by whose keys the value is protected when it is published; null: by none",
    ),
)

# Which wordings of a return's facts were sent, so that another return's are repeats or corrections of them.
ingested = Table(
    "ingested",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("base_id", Text, nullable=False, comment="names the fact, whatever later returns say of it"),
    Column("content_hash", LargeBinary, nullable=False),
    Column("returned_at", Moment, nullable=False, comment="the moment of the return that said it first"),
    Index(None, "source", "base_id"),
)
