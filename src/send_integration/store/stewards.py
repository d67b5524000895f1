"""What stewards do to items in quarantine, in sets: choose, replay, discard."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

AGENCY = "coalesce(q.source, q.origin ->> 'sender', '')"
"""Whose an item is: as its bytes say, else as its sender is known; '' where nobody can tell."""

FIELD = r"regexp_replace(r ->> 'field', '\.[0-9]+(?=\.|$)', '', 'g')"
"""The field of a reason r; of an entry of a list the list, for which entry it is makes no other fault of it."""

CHOSEN = (
    "(cast(:feed AS text) IS NULL OR q.feed = :feed) AND (cast(:agency AS text) IS NULL"
    f" OR {AGENCY} = :agency) AND (cast(:code AS text) IS NULL OR EXISTS (SELECT FROM jsonb_array_elements(q.reasons) AS r"
    f" WHERE r ->> 'code' = :code AND (cast(:field AS text) IS NULL OR {FIELD} = :field)))"
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
    """How an item stands: its status, whether it waits for a decision on identity, the act of a replay under way, how many
    bytes it is, and its latest act."""

    id: int
    status: str
    held: bool
    replay: int | None
    size: int
    latest_act: int


class Summary(NamedTuple):
    """How some items stand together: how many there are, wait for a decision on identity, are being replayed; whether an
    adapter found fault with any, and the latest act on any."""

    items: int
    held: int
    under_way: int
    adapter: bool
    latest_act: int


class Replayed(NamedTuple):
    """An item whose bytes are about to go through the gate again, and the number of that act."""

    id: int
    feed: str
    raw: bytes
    origin: dict[str, Any]
    adapter_reasons: list[dict[str, str]]
    position: str
    act: int


_STANDING = "SELECT q.id, q.status, q.person_record_id IS NOT NULL, q.replay, octet_length(q.raw) FROM quarantine q"


def lock_items(connection: Connection, ids: Iterable[int]) -> list[Standing]:
    """How some items stand, those that there are; none changes until the transaction ends."""
    rows = connection.execute(text(f"{_STANDING} WHERE q.id = ANY(:ids) ORDER BY q.id FOR UPDATE"), {"ids": list(ids)})
    return _with_latest_acts(connection, rows.all())


def lock_chosen(connection: Connection, choice: Choice) -> list[Standing]:
    """How the open items of a choice stand; none changes until the transaction ends."""
    query = f"{_STANDING} WHERE q.status = 'open' AND {CHOSEN} ORDER BY q.id FOR UPDATE"
    return _with_latest_acts(connection, connection.execute(text(query), choice.as_values()).all())


def summary_of(connection: Connection, choice: Choice) -> Summary:
    """How the open items of a choice stand, taken together."""
    row = connection.execute(
        text(
            "WITH chosen AS (SELECT q.id, q.person_record_id IS NOT NULL AS held, q.replay, q.adapter_reasons"  # noqa: S608
            f" FROM quarantine q WHERE q.status = 'open' AND {CHOSEN})"
            " SELECT count(*), count(*) FILTER (WHERE held), count(*) FILTER (WHERE NOT held AND replay IS NOT NULL),"
            " coalesce(bool_or(adapter_reasons <> '[]'), false),"
            " coalesce((SELECT max(a.id) FROM quarantine_act a WHERE a.item IN (SELECT id FROM chosen)), 0) FROM chosen"
        ),
        choice.as_values(),
    ).one()
    fields: tuple[Any, ...] = tuple(row)
    return Summary(*fields)


def note_replays(connection: Connection, ids: Sequence[int], by: str, why: str) -> list[Replayed]:
    """Note that items are replayed: what was discarded is open again."""
    rows = connection.execute(
        text(
            "WITH acts AS (INSERT INTO quarantine_act (item, act, by, why, reasons)"
            " SELECT id, 'replayed', :by, :why, reasons FROM quarantine WHERE id = ANY(:ids) ORDER BY id RETURNING id, item)"
            # by the ids as well: by what was just inserted alone, of which nothing is known, each is sought among all
            " UPDATE quarantine q SET status = 'open', replay = acts.id FROM acts WHERE q.id = acts.item AND q.id = ANY(:ids)"
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


def _with_latest_acts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Standing]:
    """Asked for apart and of all together: joined, or item by item, each was sought among all the others' acts."""
    acts = connection.execute(
        text("SELECT item, max(id) FROM quarantine_act WHERE item = ANY(:ids) GROUP BY item"),
        {"ids": [row[0] for row in rows]},
    )
    latest: dict[int, int] = {row[0]: row[1] for row in acts}
    return [Standing._make((*row, latest[row[0]])) for row in rows]
