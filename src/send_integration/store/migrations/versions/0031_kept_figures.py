"""The figures of the page of measures are kept, for working them out takes longer than anybody waits for a page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Create the table; the reports fill it."""
    op.create_table(
        "kept_figures",
        sa.Column("only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False, comment="as of which they are"),
        sa.Column("as_at", sa.Date(), nullable=False, comment="up to which day they count"),
        sa.Column("made_by", sa.Text(), nullable=False, comment="tells these definitions from any others"),
        sa.Column("has_any", sa.Boolean(), nullable=False, comment="whether anything is counted at all"),
        sa.Column(
            "figures", postgresql.JSONB(), nullable=False, comment="of each measure rows of the figure's view, exact"
        ),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_kept_figures")),
        sa.CheckConstraint('"only"', name="ck_kept_figures_only"),
        schema="reporting_intake",
    )
