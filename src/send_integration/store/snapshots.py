"""What may be told of children under a pseudonym, as it stands beside their answers."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, text


class Snapshot(NamedTuple):
    """What may be told of a child on the day of their answer; `state` is None of whom nothing may."""

    child_id: str
    evaluated_on: date
    state: Mapping[str, Any] | None


def hide_snapshots(connection: Connection, children: Iterable[str]) -> set[str]:
    """Let nothing be told of children any more until they are judged anew; gives those of whom something was."""
    rows = connection.execute(
        text(
            "UPDATE child SET snapshot = NULL WHERE child_id = ANY(:children) AND snapshot IS NOT NULL RETURNING child_id"
        ),
        {"children": sorted(children)},
    )
    return {row[0] for row in rows}


def snapshots_after(connection: Connection, child_id: str, limit: int) -> list[Snapshot]:
    """The next children after one in the order of ids.

    Until the transaction ends nobody writes another answer, so that what is said of them now is not said too late.
    """
    connection.execute(text("LOCK TABLE child IN SHARE MODE"))
    rows = connection.execute(
        text(
            "SELECT child_id, evaluated_on, snapshot FROM child WHERE child_id > :after ORDER BY child_id LIMIT :limit"
        ),
        {"after": child_id, "limit": limit},
    )
    return [Snapshot(*row) for row in rows]
