"""What lists and pages ask of the database about flags."""

from typing import Any

from sqlalchemy import Engine, text

_URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)


BECAUSE = "(SELECT h.because FROM flag_change h WHERE h.flag_id = f.flag_id ORDER BY h.id DESC LIMIT 1)"
"""Why flag `f` last changed, where that was owed to a decision on identity; else empty."""


def open_flags_by_urgency(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Open flags, the most urgent first, as `rules.flags.flag_as_json` wrote them."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT content FROM flag WHERE status = 'open' ORDER BY {_URGENCY} LIMIT :limit"),  # noqa: S608 - ours
            {"limit": limit},
        )
        return [row[0] for row in rows]


def open_flags_of(engine: Engine, child_id: str) -> list[dict[str, Any]]:
    """One child's open flags, the most urgent first, each with what a decision on identity had to do with it."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT content, {BECAUSE} FROM flag f WHERE status = 'open' AND child_id = :child ORDER BY {_URGENCY}"  # noqa: S608 - ours
            ),
            {"child": child_id},
        )
        return [{**row[0], "because": row[1]} for row in rows]
