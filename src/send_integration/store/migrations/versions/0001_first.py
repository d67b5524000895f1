"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("decision_number")))
    op.create_table(
        "alert",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("flag_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_flag_id"), "alert", ["flag_id"], unique=False)
    op.create_index(op.f("ix_alert_recipient_cleared_at"), "alert", ["recipient", "cleared_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_child_id"), "audit", ["child_id"], unique=False)
    op.create_table(
        "child",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "named_workers",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{role, worker_id, name, team, sector, since}]",
        ),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False, comment="order of the panel's list, highest first"),
        sa.Column("open_flags", sa.Integer(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("next_change_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_child")),
    )
    op.create_index("ix_child_need", "child", [sa.literal_column("need DESC"), "child_id"], unique=False)
    op.create_index(op.f("ix_child_next_change_on"), "child", ["next_change_on"], unique=False)
    op.create_table(
        "event",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_child_id"), "event", ["child_id"], unique=False)
    op.create_index(
        "ix_event_target", "event", ["source", "target"], unique=False, postgresql_where=sa.text("target IS NOT NULL")
    )
    op.create_table(
        "flag",
        sa.Column("flag_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open', 'cleared')", name=op.f("ck_flag_status")),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_flag")),
    )
    op.create_index(op.f("ix_flag_child_id_status"), "flag", ["child_id", "status"], unique=False)
    op.create_table(
        "flag_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flag_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_change")),
    )
    op.create_index(op.f("ix_flag_change_flag_id"), "flag_change", ["flag_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="pairs of name and text"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "person_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("component", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=False),
        sa.Column("upn", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("first_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_source", sa.Text(), nullable=False),
        sa.Column("first_event_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=True),
        sa.Column(
            "held_between",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="children it leads to, where it is held for review",
        ),
        sa.Column(
            "decision", sa.BigInteger(), nullable=False, comment="from decision_number; the higher decision stands"
        ),
        sa.CheckConstraint(
            "(child_id IS NULL) <> (held_between IS NULL)", name=op.f("ck_person_record_decided_or_held")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_record")),
        sa.UniqueConstraint(
            "source",
            "local_id",
            "nhs_number",
            "upn",
            "date_of_birth",
            name=op.f("uq_person_record_source_local_id_nhs_number_upn_date_of_birth"),
        ),
    )
    op.create_index(op.f("ix_person_record_child_id"), "person_record", ["child_id"], unique=False)
    op.create_index(op.f("ix_person_record_component"), "person_record", ["component"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_table(
        "stream_position",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("published_offset", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("reader", "topic", "partition", name=op.f("pk_stream_position")),
    )
    op.create_table(
        "worker",
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("manager_id", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("hands_over_to", sa.Text(), nullable=True),
        sa.Column("as_recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker")),
    )
    op.create_table(
        "admitted",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("person_record_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "least_decision", sa.BigInteger(), nullable=False, comment="it replaced a body that was said with one less"
        ),
        sa.Column("admitted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_record_id"], ["person_record.id"], name=op.f("fk_admitted_person_record_id")),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_admitted")),
    )
    op.create_index(op.f("ix_admitted_feed"), "admitted", ["feed"], unique=False)
    op.create_index(op.f("ix_admitted_person_record_id"), "admitted", ["person_record_id"], unique=False)
    op.create_index("ix_admitted_position", "admitted", ["topic", "partition", "offset"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], name=op.f("fk_delivery_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "channel", name=op.f("pk_delivery")),
    )
    op.create_index(
        "ix_delivery_due", "delivery", ["due_at"], unique=False, postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "person_record_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_record_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_record_id"], ["person_record.id"], name=op.f("fk_person_record_key_person_record_id")
        ),
        sa.PrimaryKeyConstraint("key", "person_record_id", name=op.f("pk_person_record_key")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), sa.Computed("sha256(raw)", persisted=True), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column(
            "origin",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the raw message's headers: file, line, sender",
        ),
        sa.Column("person_record_id", sa.BigInteger(), nullable=True, comment="set where held for identity"),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("status IN ('open', 'released', 'discarded')", name=op.f("ck_quarantine_status")),
        sa.ForeignKeyConstraint(
            ["person_record_id"], ["person_record.id"], name=op.f("fk_quarantine_person_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("feed", "raw_hash", name=op.f("uq_quarantine_feed_raw_hash")),
    )
    op.create_index(op.f("ix_quarantine_feed_status"), "quarantine", ["feed", "status"], unique=False)
    op.create_index(op.f("ix_quarantine_person_record_id"), "quarantine", ["person_record_id"], unique=False)
