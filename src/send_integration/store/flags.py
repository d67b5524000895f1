"""What lists and pages ask of the database about flags."""

from typing import Any, NamedTuple

from sqlalchemy import Engine, text

_URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)


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
    """One child's open flags, the most urgent first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(f"SELECT content FROM flag WHERE status = 'open' AND child_id = :child ORDER BY {_URGENCY}"),  # noqa: S608 - ours
            {"child": child_id},
        )
        return [row[0] for row in rows]
