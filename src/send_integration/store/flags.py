"""What lists and pages ask of the database about flags."""

from typing import Any, NamedTuple

from sqlalchemy import Engine, text

_URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)


BECAUSE = "(SELECT h.because FROM flag_change h WHERE h.flag_id = f.flag_id ORDER BY h.id DESC LIMIT 1)"
"""Why flag `f` last changed, where that was owed to a decision on identity; else empty."""

_OF_RESTRICTED = "child_id IN (SELECT child_id FROM child WHERE restricted)"


class OpenFlag(NamedTuple):
    """A flag as `rules.flags.flag_as_json` wrote it, and whether it is a restricted child's."""

    content: dict[str, Any]
    restricted: bool


def open_flags_by_urgency(engine: Engine, *, restricted: bool, limit: int) -> list[OpenFlag]:
    """Open flags, the most urgent first; with `restricted` off, none of a restricted child."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT content, {_OF_RESTRICTED} FROM flag WHERE status = 'open'"  # noqa: S608 - constants of ours
                f" AND (:restricted OR NOT {_OF_RESTRICTED}) ORDER BY {_URGENCY} LIMIT :limit"
            ),
            {"restricted": restricted, "limit": limit},
        )
        return [OpenFlag(*row) for row in rows]


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
