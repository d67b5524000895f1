"""The keys of person records, in a schema of their own, wrapped by a master key that is not in the database; see `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData(
    schema="keys",
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# Which master key wraps what is made now, and what names of keys are made with. One row, made by whoever first needs it.
master = Table(
    "master",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=true()),
    Column("master", Text, nullable=False, comment="the name of the master key"),
    Column("mark_key", LargeBinary, nullable=False, comment="wrapped; names of keys are made with it"),
    Column("former", ARRAY(Text), nullable=False, server_default="{}", comment="names of those that it was before"),
    Column("destroyed", BigInteger, nullable=False, server_default="0", comment="rises whenever keys are destroyed"),
    CheckConstraint('"only"', name="only"),
)

# The key of each person record, by its name; once it is destroyed neither the key nor whose it was is there any more.
record_key = Table(
    "record_key",
    METADATA,
    Column("name", Text, primary_key=True, comment="made of source and local_id under mark_key"),
    Column("wrapped", LargeBinary, comment="the key; null: it was destroyed"),
    Column("source", Text),
    Column("local_id", Text),
    Column("destroyed_on", Date),
    CheckConstraint(
        "num_nulls(wrapped, source, local_id) = CASE WHEN destroyed_on IS NULL THEN 0 ELSE 3 END", name="destroyed"
    ),
    Index(
        "ix_record_key_source_local_id",
        "source",
        "local_id",
        unique=True,
        postgresql_where=Column("wrapped").is_not(None),
    ),
)

# How many messages each reader passed over, and each sayer did not say, since the keys of their records were destroyed.
passed_over = Table(
    "passed_over",
    METADATA,
    Column("who", Text, primary_key=True),
    Column("messages", BigInteger, nullable=False),
)
