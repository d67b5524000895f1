"""What stewards do to items in quarantine, in sets: choose, replay, discard."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

AGENCY = "coalesce(q.source, q.origin ->> 'sender', '')"
"""Whose an item is: as its bytes say, else as its sender is known; '' where nobody can tell."""

CHOSEN = (
    "(cast(:feed AS text) IS NULL OR q.feed = :feed) AND (cast(:agency AS text) IS NULL"
    f" OR {AGENCY} = :agency) AND (cast(:code AS text) IS NULL OR EXISTS (SELECT FROM jsonb_array_elements(q.reasons) AS r"
    " WHERE r ->> 'code' = :code AND (cast(:field AS text) IS NULL OR r ->> 'field' = :field)))"
)
"""The items that `Choice.as_values` chooses, of `quarantine` as q."""


class Choice(NamedTuple):
    """Items by feed, agency, and one of their reasons; None leaves a part open. `agency` '' is of those nobody's."""

    feed: str | None = None
    agency: str | None = None
    code: str | None = None
    field: str | None = None

    def as_values(self) -> dict[str, object]:
        """The values that `CHOSEN` needs."""
        return self._asdict()


class Standing(NamedTuple):
    """How an item stands: its status, whether it waits for a decision on identity, the act of a replay under way, its latest
    act, and whether a file's adapter found fault with it."""

    id: int
    status: str
    held: bool
    replay: int | None
    latest_act: int
    adapter: bool


class Replayed(NamedTuple):
    """An item whose bytes are about to go through the gate again, and the number of that act."""

    id: int
    feed: str
    raw: bytes
    origin: dict[str, Any]
    adapter_reasons: list[dict[str, str]]
    position: str
    act: int


_STANDING = (
    "SELECT q.id, q.status, q.person_record_id IS NOT NULL, q.replay,"
    " (SELECT max(a.id) FROM quarantine_act a WHERE a.item = q.id), q.adapter_reasons <> '[]' FROM quarantine q"
)


def lock_items(connection: Connection, ids: Iterable[int]) -> list[Standing]:
    """How some items stand, those that there are; none changes until the transaction ends."""
    wanted = {"ids": list(ids)}
    connection.execute(text("SELECT FROM quarantine WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), wanted)
    return _standings(connection.execute(text(f"{_STANDING} WHERE q.id = ANY(:ids) ORDER BY q.id"), wanted))


def lock_chosen(connection: Connection, choice: Choice) -> list[Standing]:
    """How the open items of a choice stand; none changes until the transaction ends."""
    rows = connection.execute(
        text(
            f"SELECT q.id FROM quarantine q WHERE q.status = 'open' AND {CHOSEN} ORDER BY q.id FOR UPDATE"  # noqa: S608
        ),
        choice.as_values(),
    )
    return lock_items(connection, [row[0] for row in rows])


def standings_of(connection: Connection, choice: Choice) -> list[Standing]:
    """How the open items of a choice stand."""
    query = f"{_STANDING} WHERE q.status = 'open' AND {CHOSEN} ORDER BY q.id"
    return _standings(connection.execute(text(query), choice.as_values()))


def note_replays(connection: Connection, ids: Sequence[int], by: str, why: str) -> list[Replayed]:
    """Note that items are replayed: what was discarded is open again."""
    rows = connection.execute(
        text(
            "WITH acts AS (INSERT INTO quarantine_act (item, act, by, why, reasons)"
            " SELECT id, 'replayed', :by, :why, reasons FROM quarantine WHERE id = ANY(:ids) ORDER BY id RETURNING id, item)"
            " UPDATE quarantine q SET status = 'open', replay = acts.id FROM acts WHERE q.id = acts.item"
            " RETURNING q.id, q.feed, q.raw, q.origin, q.adapter_reasons,"
            ' concat_ws(\'/\', q.topic, q."partition", q."offset"), acts.id'
        ),
        {"ids": list(ids), "by": by, "why": why},
    )
    return [Replayed(row[0], row[1], bytes(row[2]), *row[3:]) for row in rows]


def note_discards(connection: Connection, ids: Sequence[int], by: str, why: str) -> None:
    """Note that items are discarded; a replay of one that is under way then changes nothing."""
    connection.execute(
        text(
            "WITH acts AS (INSERT INTO quarantine_act (item, act, by, why, reasons)"
            " SELECT id, 'discarded', :by, :why, reasons FROM quarantine WHERE id = ANY(:ids) ORDER BY id RETURNING item)"
            " UPDATE quarantine SET status = 'discarded', replay = NULL WHERE id IN (SELECT item FROM acts)"
        ),
        {"ids": list(ids), "by": by, "why": why},
    )


def _standings(rows: Iterable[Row[Any]]) -> list[Standing]:
    return [Standing(*fields) for fields in (tuple[Any, ...](row) for row in rows)]
