"""Sessions say who somebody is, and can be listed and ended; broken glass, the basis of sharing, and sign-ins under way."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Whoever is signed in signs in again, for it is not known of them what a session now says."""
    op.execute("DELETE FROM session")
    for column in (
        sa.Column("session_id", sa.Text(), nullable=False, comment="by which it is ended; opens nothing"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column(
            "inboxes",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="the recipients whose alerts they read, but themselves",
        ),
        sa.Column(
            "agencies",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="whose scorecards they see, where their role sees no others",
        ),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    ):
        op.add_column("session", column)
    op.create_unique_constraint(op.f("uq_session_session_id"), "session", ["session_id"])
    op.create_table(
        "broken_glass",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("broken_at", MOMENT, server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True, comment="when they, or an administrator, ended it before"),
        sa.CheckConstraint("until > broken_at", name=op.f("ck_broken_glass_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broken_glass")),
    )
    op.create_index(op.f("ix_broken_glass_child_id_actor"), "broken_glass", ["child_id", "actor"])
    op.create_table(
        "glass_told",
        sa.Column("glass_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("read_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["glass_id"], ["broken_glass.id"], name=op.f("fk_glass_told_glass_id")),
        sa.PrimaryKeyConstraint("glass_id", "recipient", name=op.f("pk_glass_told")),
    )
    op.create_index(
        "ix_glass_told_unread", "glass_told", ["recipient"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_table(
        "sharing_basis",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, server_default=sa.func.clock_timestamp(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('public-task', 'consent', 'safeguarding')", name=op.f("ck_sharing_basis_basis")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_basis")),
    )
    op.create_index(op.f("ix_sharing_basis_child_id_id"), "sharing_basis", ["child_id", "id"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "browser_hash", sa.LargeBinary(), nullable=False, comment="of the cookie of the browser that began it"
        ),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False, comment="of PKCE"),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_attempt")),
    )
