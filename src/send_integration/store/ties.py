"""What a person is to a child besides a role: whether the child is on an agenda, and whether they broke the glass."""

from datetime import date

from sqlalchemy import Engine, text

from send_integration.store.former_ids import ids_of

# Also while the listing is on its way to the timeline.
_LISTED = (
    "EXISTS (SELECT FROM panel_listing l WHERE l.child_id = :child AND l.meeting_on >= :since)"
    " OR EXISTS (SELECT FROM panel_word w WHERE w.child_id = :child AND w.what = 'listed' AND w.body IS NOT NULL"
    " AND w.meeting_on >= :since)"
)
_GLASS = (
    f"EXISTS (SELECT FROM broken_glass g WHERE g.child_id IN {ids_of(':child')} AND g.actor = :actor"
    " AND g.ended_at IS NULL AND g.until > clock_timestamp())"
)
_TIES = text(f"SELECT {_LISTED}, {_GLASS}")


def tie_of(engine: Engine, actor: str, child_id: str, *, listed_since: date) -> tuple[bool, bool]:
    """Whether a child is listed for a meeting on a day or later, and whether a person's glass for the child is open."""
    with engine.connect() as connection:
        row = connection.execute(_TIES, {"child": child_id, "actor": actor, "since": listed_since}).one()
    return row[0], row[1]
