"""What a person is to a child besides a role: whether the child is on an agenda, and whether they broke the glass."""

from datetime import date

from sqlalchemy import Engine, text

GLASS = (
    "EXISTS (SELECT FROM broken_glass g WHERE g.child_id = :child AND g.actor = :actor AND g.ended_at IS NULL"
    " AND g.until > clock_timestamp())"
)


def tie_of(engine: Engine, actor: str, child_id: str, *, listed_since: date) -> tuple[bool, bool]:
    """Whether a child is listed for a meeting on a day or later, and whether a person's glass for the child is open."""
    del listed_since  # until the panel's listings are kept, nobody is on an agenda
    with engine.connect() as connection:
        row = connection.execute(text(f"SELECT false, {GLASS}"), {"child": child_id, "actor": actor}).one()
    return row[0], row[1]
