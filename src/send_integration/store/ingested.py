"""Remembers which wordings of a return's facts were sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, text


class IngestedRow(NamedTuple):
    """One wording of one fact, as it is kept."""

    base_id: str
    event_id: str
    content_hash: bytes
    returned_at: datetime


class Wording(Protocol):
    """One wording of one fact, to be kept."""

    @property
    def base_id(self) -> str:
        """The fact's name."""

    @property
    def event_id(self) -> str:
        """The event that carries it."""

    @property
    def content_hash(self) -> bytes:
        """What tells two wordings apart."""

    @property
    def returned_at(self) -> datetime:
        """When the return was made that said it first."""


def wordings_of(connection: Connection, source: str, base_ids: Sequence[str]) -> list[IngestedRow]:
    """Every wording that is known of some facts of a source."""
    rows = connection.execute(
        text(
            "SELECT base_id, event_id, content_hash, returned_at FROM ingested"
            " WHERE source = :source AND base_id = ANY(:base_ids)"
        ),
        {"source": source, "base_ids": list(base_ids)},
    )
    return [IngestedRow(row[0], row[1], bytes(row[2]), row[3]) for row in rows]


def keep_wordings(connection: Connection, source: str, wordings: Iterable[Wording]) -> None:
    """Remember wordings; those that are known already stay as they are.

    They are kept in one order: two returns that say the same in other orders do not wait in a ring.
    """
    rows = sorted(wordings, key=lambda wording: wording.event_id)
    connection.execute(
        text(
            "INSERT INTO ingested (source, base_id, event_id, content_hash, returned_at)"
            " SELECT :source, b, e, h, r FROM unnest(cast(:base_ids AS text[]), cast(:event_ids AS text[]),"
            " cast(:hashes AS bytea[]), cast(:moments AS timestamptz[])) AS u(b, e, h, r) ON CONFLICT DO NOTHING"
        ),
        {
            "source": source,
            "base_ids": [row.base_id for row in rows],
            "event_ids": [row.event_id for row in rows],
            "hashes": [row.content_hash for row in rows],
            "moments": [row.returned_at for row in rows],
        },
    )
