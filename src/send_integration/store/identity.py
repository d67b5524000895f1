"""Why records are joined, which pairs wait for a person, and what people decided."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from send_integration.identity.judge import Judgement, Part
from send_integration.identity.records import PersonRef
from send_integration.identity.statements import Statement
from send_integration.store.bulk import copy_rows


class PairRow(NamedTuple):
    """A link or a review as it is kept, between two records by their numbers, the lower first.

    `parts` is JSON: [field, level, weight] for every field; null where no weight was asked for.
    """

    one: int
    other: int
    why: str
    weight: float | None
    parts: str
    model: str


LINKS, REVIEWS = "identity_link", "identity_review"


def pair_row(one: int, other: int, why: str, judgement: Judgement | None, model: str) -> PairRow:
    """A pair's row; a review's `why` is the condition that held it down."""
    first, second = sorted((one, other))
    if judgement is None:
        return PairRow(first, second, why, None, "null", "")
    return PairRow(first, second, why, round(judgement.weight, 3), _parts(judgement.parts), model)


@lru_cache(maxsize=16_384)
def _parts(parts: tuple[Part, ...]) -> str:
    return json.dumps([[part.field, part.level, round(part.weight, 3)] for part in parts])


def keep_pairs(connection: Connection, table: str, among: Collection[int], rows: Iterable[PairRow]) -> None:
    """Make the links or reviews between some records exactly `rows`, writing only what changed."""
    wanted = {row[:2]: row for row in rows}
    kept = {row[:2]: row for row in _pairs(connection, table, among)}
    remove_pairs(connection, table, [pair for pair, row in kept.items() if wanted.get(pair) != row])
    add_pairs(connection, table, [row for pair, row in wanted.items() if kept.get(pair) != row])


def pairs_among(connection: Connection, table: str, among: Collection[int]) -> list[tuple[int, int]]:
    """The links or reviews between some records, which are whole components, by the numbers of both."""
    if not among:
        return []
    rows = connection.execute(
        text(f"SELECT one, other FROM {table} WHERE one = ANY(:ids)"),  # noqa: S608 - a constant of ours
        {"ids": list(among)},
    )
    return [(row[0], row[1]) for row in rows]


def remove_pairs(connection: Connection, table: str, gone: Collection[tuple[int, int]]) -> None:
    """Remove links or reviews, each by the numbers of its records, the lower first."""
    if not gone:
        return
    connection.execute(
        text(
            f"DELETE FROM {table} WHERE (one, other) IN"  # noqa: S608 - a constant of ours
            " (SELECT * FROM unnest(cast(:ones AS bigint[]), cast(:others AS bigint[])))"
        ),
        {"ones": [pair[0] for pair in gone], "others": [pair[1] for pair in gone]},
    )


def forget_pairs(connection: Connection, gone: Collection[int], among: Collection[int]) -> None:
    """Remove the links and reviews of some records; `among` are they and all other records of their components."""
    for table in (LINKS, REVIEWS):
        connection.execute(
            text(
                f"DELETE FROM {table} WHERE one = ANY(:among) AND (one = ANY(:gone) OR other = ANY(:gone))"  # noqa: S608 - ours
            ),
            {"gone": list(gone), "among": list(among)},
        )


def add_pairs(connection: Connection, table: str, rows: Sequence[PairRow]) -> None:
    """Add links or reviews that are not there yet."""
    if not rows:
        return
    columns = (("one", "int8"), ("other", "int8"), ("why", "text"), ("weight", "float8"), ("parts", "jsonb"))
    copy_rows(
        connection,
        table,
        (*columns, ("model", "text")),
        ((*row[:4], Jsonb(row.parts, dumps=str), row.model) for row in rows),
    )


def count_reviews(connection: Connection) -> int:
    """How many pairs wait for a person."""
    number: int = connection.execute(text("SELECT count(*) FROM identity_review")).scalar_one()
    return number


def _pairs(connection: Connection, table: str, among: Collection[int]) -> list[PairRow]:
    rows = connection.execute(
        text(f"SELECT one, other, why, weight, parts, model FROM {table} WHERE one = ANY(:ids)"),  # noqa: S608 - ours
        {"ids": list(among)},
    )
    return [PairRow(row[0], row[1], row[2], row[3], json.dumps(row[4]), row[5]) for row in rows]


def statements_about(connection: Connection, refs: Iterable[PersonRef]) -> list[Statement]:
    """The statements in force that name any of some refs."""
    wanted = sorted(set(refs))
    given = {"sources": [ref.source for ref in wanted], "ids": [ref.local_id for ref in wanted]}
    named = "(SELECT * FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])))"
    rows = connection.execute(
        text(
            f"{_STATEMENT} WHERE (one_source, one_local_id) IN {named}"
            f" UNION {_STATEMENT} WHERE (other_source, other_local_id) IN {named}"
        ),
        given,
    )
    return [_statement(tuple(row)) for row in rows]


_STATEMENT = (
    "SELECT one_source, one_local_id, other_source, other_local_id, same, recorded_at, source, event_id"
    " FROM identity_statement"
)


def _statement(row: Sequence[Any]) -> Statement:
    return Statement(PersonRef(*row[0:2]), PersonRef(*row[2:4]), *row[4:])


def replace_statements(connection: Connection, statements: Iterable[Statement]) -> set[PersonRef]:
    """Make the statements in force exactly these; gives whoever is named by one that came, went or changed."""
    kept = {said.pair: said for said in (_statement(tuple(row)) for row in connection.execute(text(_STATEMENT)))}
    wanted = {said.pair: said for said in statements}
    gone = [said for pair, said in kept.items() if pair not in wanted]
    new = [said for pair, said in wanted.items() if kept.get(pair) != said]
    for said in gone:
        connection.execute(
            text(
                "DELETE FROM identity_statement WHERE one_source = :one_source AND one_local_id = :one_local_id"
                " AND other_source = :other_source AND other_local_id = :other_local_id"
            ),
            _columns(said),
        )
    for said in new:
        connection.execute(
            text(
                "INSERT INTO identity_statement (one_source, one_local_id, other_source, other_local_id, same,"
                " recorded_at, source, event_id) VALUES (:one_source, :one_local_id, :other_source, :other_local_id,"
                " :same, :recorded_at, :source, :event_id) ON CONFLICT (one_source, one_local_id, other_source,"
                " other_local_id) DO UPDATE SET same = :same, recorded_at = :recorded_at, source = :source,"
                " event_id = :event_id"
            ),
            _columns(said),
        )
    return {ref for said in (*gone, *new) for ref in said.pair}


def _columns(said: Statement) -> Mapping[str, object]:
    return {
        "one_source": said.one.source,
        "one_local_id": said.one.local_id,
        "other_source": said.other.source,
        "other_local_id": said.other.local_id,
        "same": said.same,
        "recorded_at": said.recorded_at,
        "source": said.source,
        "event_id": said.event_id,
    }


class InUse(NamedTuple):
    """By which model the kept decisions were taken, and which version of the keys records are kept under."""

    version: str
    keys: int

    def __str__(self) -> str:
        return f"{self.version}, keys {self.keys}"


def model_in_use(connection: Connection) -> InUse | None:
    """What the kept decisions were taken by; None where there is none yet."""
    row = connection.execute(text("SELECT version, keys FROM identity_model")).one_or_none()
    return InUse._make(row) if row else None


def use_model(connection: Connection, used: InUse) -> None:
    """Write down what all kept decisions are taken by from now on."""
    connection.execute(
        text(
            "INSERT INTO identity_model (version, keys) VALUES (:version, :keys)"
            " ON CONFLICT (one) DO UPDATE SET version = :version, keys = :keys"
        ),
        used._asdict(),
    )
