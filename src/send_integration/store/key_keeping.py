"""What engineers do with records' keys: see how they stand, wrap them by another master key, give them to a reader."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Row, text

from send_integration.errors import BadInput
from send_integration.store.key_wrapping import Wrapping
from send_integration.store.master_keys import make_master_key, name_of_file, read_master_keys
from send_integration.store.record_keys import passed_over

AT_ONCE = 5_000
"""Keys of one transaction."""


class Standing(NamedTuple):
    """The master key that wraps what is made now ('' where none was needed yet), how many keys each master key wraps, how many
    keys were destroyed, and how many messages each reader passed over for that."""

    master: str
    wrapped_by: dict[str, int]
    destroyed: int
    passed_over: dict[str, int]


class Given(NamedTuple):
    """A key for a reader; none where it was destroyed, on that day."""

    name: str
    key: bytes | None
    destroyed_on: date | None


def standing(connection: Connection) -> Standing:
    """How the keys stand."""
    master = connection.execute(text("SELECT master FROM keys.master")).scalar_one_or_none()
    rows = connection.execute(
        text("SELECT substring(wrapped FROM 1 FOR 8), count(*) FROM keys.record_key GROUP BY 1")
    ).all()
    wrapped_by = {bytes(row[0]).hex(): row[1] for row in rows if row[0] is not None}
    destroyed = sum(row[1] for row in rows if row[0] is None)
    return Standing(master or "", wrapped_by, destroyed, passed_over(connection))


def rotate(engine: Engine, folder: Path) -> tuple[str, int]:
    """Wrap every key by another master key: one that was put beside the former, or a new one; gives its name and how many keys
    were wrapped anew. One that was broken off goes on where it ended. Workers may run.

    Raises BadInput where no key was made yet.
    """
    with engine.begin() as connection:
        row = connection.execute(text("SELECT master, former, mark_key FROM keys.master FOR UPDATE")).one_or_none()
        if row is None:
            raise BadInput("No key of a record was made yet, so that there is nothing to wrap", where="schema keys")
        if not set(standing(connection).wrapped_by) - {row.master}:
            _put_in_force(connection, row, _next_master(folder, {row.master, *row.former}), folder)
        master: str = connection.execute(text("SELECT master FROM keys.master")).scalar_one()
    wrapping = Wrapping(lambda: read_master_keys(folder))
    done, after = 0, ""
    while names := _wrap_some(engine, wrapping, master, after):
        done, after = done + len(names), names[-1]
    return master, done


def every_key(connection: Connection, folder: Path, sources: Sequence[str] = ()) -> Iterator[Given]:
    """Every key, or those of records of some sources, and every one that was destroyed."""
    wrapping = Wrapping(lambda: read_master_keys(folder))
    rows = connection.execution_options(stream_results=True).execute(
        text(
            "SELECT name, wrapped, destroyed_on FROM keys.record_key"
            " WHERE wrapped IS NULL OR cardinality(cast(:sources AS text[])) = 0 OR source = ANY(:sources) ORDER BY name"
        ),
        {"sources": list(sources)},
    )
    for name, wrapped, destroyed_on in rows:
        yield Given(name, None if wrapped is None else wrapping.unwrapped(name, bytes(wrapped)), destroyed_on)


def _next_master(folder: Path, used: set[str]) -> str:
    waiting = sorted(read_master_keys(folder).keys() - used)
    if len(waiting) > 1:
        raise BadInput(
            "There is more than one master key that was never used",
            where=str(folder),
            next_step="Move all but one away.",
        )
    return waiting[0] if waiting else name_of_file(make_master_key(folder, beside=True))


def _put_in_force(connection: Connection, row: Row[tuple[str, list[str], bytes]], master: str, folder: Path) -> None:
    wrapping = Wrapping(lambda: read_master_keys(folder))
    mark_key = wrapping.unwrapped("", bytes(row.mark_key))
    connection.execute(
        text("UPDATE keys.master SET former = former || master, master = :master, mark_key = :mark_key"),
        {"master": master, "mark_key": wrapping.wrapped(master, "", mark_key)},
    )


def _wrap_some(engine: Engine, wrapping: Wrapping, master: str, after: str) -> list[str]:
    """Wrap keys anew in the order of their names; gives these, none where there are no more."""
    with engine.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT name, wrapped FROM keys.record_key WHERE name > :after AND substring(wrapped FROM 1 FOR 8) <> :master"
                " ORDER BY name LIMIT :most FOR UPDATE"
            ),
            {"after": after, "master": bytes.fromhex(master), "most": AT_ONCE},
        ).all()
        names = [row[0] for row in rows]
        anew = [wrapping.wrapped(master, row[0], wrapping.unwrapped(row[0], bytes(row[1]))) for row in rows]
        connection.execute(
            text(
                "UPDATE keys.record_key k SET wrapped = u.wrapped FROM"
                " unnest(cast(:names AS text[]), cast(:wrapped AS bytea[])) AS u(name, wrapped) WHERE k.name = u.name"
            ),
            {"names": names, "wrapped": anew},
        )
        return names
