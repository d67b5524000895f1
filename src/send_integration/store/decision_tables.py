"""The tables of what people decided on identity, and of the model by which records were decided; see `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    func,
    literal_column,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from send_integration.store.tables import NAMES, Moment

METADATA = MetaData(naming_convention=NAMES)

# What people decided of two sources' local ids; the last word on each pair, from the events of feed identity.
identity_statement = Table(
    "identity_statement",
    METADATA,
    Column("one_source", Text, primary_key=True),
    Column("one_local_id", Text, primary_key=True),
    Column("other_source", Text, primary_key=True),
    Column("other_local_id", Text, primary_key=True),
    Column("same", Boolean, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Index(None, "other_source", "other_local_id"),
)

# Every decision of a person, of ours from the moment it is taken, before the gate has carried it out, and of others' once it has.
# What holds are the events of feed identity; this is where they are found by whom they speak of, and by what they take back.
identity_decision = Table(
    "identity_decision",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("recorded_at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("body", JSONB, nullable=False, comment="the event as it is said"),
    Column(
        "names",
        Text,
        Computed("coalesce(body #>> '{data,retracts}', body #>> '{data,corrects}')", persisted=True),
        comment="the decision of its source that it takes back, or in whose place it stands",
    ),
    Column("one", BigInteger, comment="the record with the lower number, where it was taken on a pair that waits"),
    Column("other", BigInteger),
    Column("children", ARRAY(Text), nullable=False, comment="whom it touched when it was taken; of others' not known"),
    Column("carried_out", Boolean, nullable=False, server_default=false()),
    Index(None, "one", "other"),
    Index("ix_identity_decision_children", "children", postgresql_using="gin"),
    Index("ix_identity_decision_under_way", "event_id", postgresql_where=~Column("carried_out", Boolean)),
    Index("ix_identity_decision_latest", "recorded_at", "event_id", "source"),
    Index("ix_identity_decision_names", "source", "names", postgresql_where=Column("names", Text).is_not(None)),
    Index(
        "ix_identity_decision_pairs",
        literal_column("(body #> '{data,pairs}')").label("pairs"),
        postgresql_using="gin",
        postgresql_ops={"pairs": "jsonb_path_ops"},
    ),
)

# The model by which the decisions in person_record were taken.
identity_model = Table(
    "identity_model",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=true(), comment="there is one row"),
    Column("version", Text, nullable=False),
    Column("keys", Integer, nullable=False, comment="the version of the keys under which records are kept"),
    CheckConstraint("one", name="one"),
)
