"""The events that stand on a child's answer, as bodies: for whoever tells the child's story otherwise than the answer does."""

from sqlalchemy import Engine, text


def standing_bodies(engine: Engine, child_id: str) -> list[bytes]:
    """The body of each event that stands on a child's answer, in no order."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT body FROM event WHERE child_id = :child AND shown_since IS NOT NULL"), {"child": child_id}
        )
        return [bytes(row[0]) for row in rows]
