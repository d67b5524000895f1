"""What lists and pages ask of the database about flags."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)
"""The order of flags, the most urgent first."""


BECAUSE = "(SELECT h.because FROM flag_change h WHERE h.flag_id = f.flag_id ORDER BY h.id DESC LIMIT 1)"
"""Why flag `f` last changed, where that was owed to a decision on identity; else empty."""

_RAISED_BY_VERSION = (
    "(SELECT h.content ->> 'version' FROM flag_change h WHERE h.flag_id = f.flag_id AND h.change = 'raised'"
    " ORDER BY h.id DESC LIMIT 1)"
)
_NAME_OF_HANDLER = "(SELECT w.name FROM worker w WHERE w.worker_id = f.content -> 'handled' ->> 'by')"
_DISMISSED = "coalesce(f.content -> 'handled' ->> 'what', '') = 'dismissed'"
_OF_RESTRICTED = "f.child_id IN (SELECT child_id FROM child WHERE restricted)"


class OpenFlag(NamedTuple):
    """A flag as `rules.flags.flag_as_json` wrote it, and whether it is a restricted child's."""

    content: dict[str, Any]
    restricted: bool


class StoredFlag(NamedTuple):
    """The same of any flag, and whether it is 'open' or 'cleared'."""

    content: dict[str, Any]
    status: str
    restricted: bool


class PastChange(NamedTuple):
    """A change in a flag's history, with the flag as it then stood; flags of the past may lack fields that came later."""

    at: datetime
    change: str
    content: dict[str, Any]
    because: str


def is_dismissed(content: Mapping[str, Any]) -> bool:
    """Whether somebody said of a flag, as it is stored, that nobody need act on it."""
    return (content["handled"] or {}).get("what") == "dismissed"


def open_flags_by_urgency(engine: Engine, *, restricted: bool, limit: int) -> list[OpenFlag]:
    """Open flags, the most urgent first and the dismissed last; with `restricted` off, none of a restricted child."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT content, {_OF_RESTRICTED} FROM flag f WHERE status = 'open'"  # noqa: S608 - constants of ours
                f" AND (:restricted OR NOT {_OF_RESTRICTED}) ORDER BY {_DISMISSED}, {URGENCY} LIMIT :limit"
            ),
            {"restricted": restricted, "limit": limit},
        )
        return [OpenFlag(*row) for row in rows]


def open_flags_of(engine: Engine, child_id: str) -> list[dict[str, Any]]:
    """One child's open flags, the most urgent first, each with what a decision on identity had to do with it, by which
    version of its rule it was raised, and who handled it by name."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT content, {BECAUSE}, {_RAISED_BY_VERSION}, {_NAME_OF_HANDLER}"  # noqa: S608 - ours
                f" FROM flag f WHERE status = 'open' AND child_id = :child ORDER BY {URGENCY}"
            ),
            {"child": child_id},
        )
        return [
            {**row[0], "because": row[1], "raised_by_version": row[2] or row[0]["version"], "handler": row[3]}
            for row in rows
        ]


def stored_flag(connection: Connection, flag_id: str) -> StoredFlag | None:
    """A flag as it stands, or last stood."""
    row = connection.execute(
        text(f"SELECT content, status, {_OF_RESTRICTED} FROM flag f WHERE flag_id = :flag"),  # noqa: S608 - ours
        {"flag": flag_id},
    ).one_or_none()
    return StoredFlag(*row) if row is not None else None


def history_of(connection: Connection, flag_id: str) -> list[PastChange]:
    """Everything that ever became of a flag, the first first."""
    rows = connection.execute(
        text("SELECT changed_at, change, content, because FROM flag_change WHERE flag_id = :flag ORDER BY id"),
        {"flag": flag_id},
    )
    return [PastChange(*row) for row in rows]


def record_of_flag(connection: Connection, child_id: str, evidence: Sequence[str]) -> bytes | None:
    """The body of one event on which a flag rests and that stands on the child's answer: the one recorded last."""
    row = connection.execute(
        text(
            "SELECT body FROM event WHERE child_id = :child AND event_id = ANY(:evidence) AND shown_since IS NOT NULL"
            " ORDER BY recorded_at DESC, source, event_id LIMIT 1"
        ),
        {"child": child_id, "evidence": list(evidence)},
    ).one_or_none()
    return bytes(row[0]) if row is not None else None
