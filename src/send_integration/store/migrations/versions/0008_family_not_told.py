"""What tells of a child's family leaves answers and reports; a notice's entry says whom it named as family."""

import json
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from send_integration.store.relations import reference_key

revision = "0008"
down_revision = "0007"

RELATED = "send.people.related.v1"
FORMER_TITLE = "Register: related"
GAVE_WAY = "The source had recorded something else under the same number earlier, and that stands."


class Named(NamedTuple):
    """Whom an event names as family."""

    source: str
    event_id: str
    other_source: str
    other_local_id: str


def upgrade() -> None:
    """Add the columns, find whom the entries at hand named, and take what tells of family off answers and reports."""
    op.add_column(
        "notice_entry",
        sa.Column(
            "other_source",
            sa.Text(),
            nullable=True,
            comment="whom the entry named as family, as in relation; else null",
        ),
    )
    op.add_column("notice_entry", sa.Column("other_local_id", sa.Text(), nullable=True))
    op.add_column("notice_entry", sa.Column("other_key", sa.BigInteger(), nullable=True))
    _say_whom_entries_named()
    # Evaluated on the next sweep, for a day on which a worker was heard of could be a relation's.
    op.execute(
        "UPDATE child SET next_change_on = evaluated_on, answer = jsonb_set(answer, '{timeline}', jsonb_path_query_array("
        f"answer, '$.timeline[*] ? (@.type != \"{RELATED}\")')) WHERE answer @? '$.timeline[*] ? (@.type == \"{RELATED}\")'"
    )
    op.execute(f"DELETE FROM warehouse.fact_event WHERE type = '{RELATED}'")


def _say_whom_entries_named() -> None:
    """From the events' bodies. Where a body gave way nobody knows any more whom it named, and nobody is told of it."""
    connection = op.get_bind()
    kept = connection.execute(
        sa.text(
            "SELECT DISTINCT e.source, e.event_id, e.body FROM notice_entry x JOIN event e USING (source, event_id)"
        )
    )
    for source, event_id, raw in kept.all():
        body = json.loads(bytes(raw))
        if body["type"] == RELATED:
            other = body["data"]["other"]
            named = Named(source, event_id, other.get("source") or source, other["local_id"])
            connection.execute(
                sa.text(
                    "UPDATE notice_entry SET other_source = :other_source, other_local_id = :other_local_id,"
                    " other_key = :other_key WHERE source = :source AND event_id = :event_id"
                ),
                {**named._asdict(), "other_key": reference_key(named.other_source, named.other_local_id)},
            )
    connection.execute(
        sa.text(
            "DELETE FROM notice_entry WHERE title = :title AND (other_key IS NULL OR why = :gave_way)"
        ),
        {"title": FORMER_TITLE, "gave_way": GAVE_WAY},
    )
    nothing_left = "NOT EXISTS (SELECT FROM notice_entry x WHERE x.notice_id = n.notice_id)"
    connection.execute(
        sa.text(f"DELETE FROM delivery d USING notice n WHERE n.notice_id = d.message_id AND {nothing_left}")
    )
    connection.execute(sa.text(f"DELETE FROM notice n WHERE {nothing_left}"))
