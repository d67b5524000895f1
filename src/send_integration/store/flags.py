"""What lists and pages ask of the database about flags."""

from typing import Any

from sqlalchemy import Engine, text

_URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)


def open_flags_by_urgency(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Open flags, the most urgent first, as `rules.flags.flag_as_json` wrote them."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT content FROM flag WHERE status = 'open' ORDER BY {_URGENCY} LIMIT :limit"),  # noqa: S608 - ours
            {"limit": limit},
        )
        return [row[0] for row in rows]


def open_flags_of(engine: Engine, child_id: str) -> list[dict[str, Any]]:
    """One child's open flags, the most urgent first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT content FROM flag WHERE status = 'open' AND child_id = :child ORDER BY {_URGENCY}"),  # noqa: S608 - ours
            {"child": child_id},
        )
        return [row[0] for row in rows]
