"""What was erased, under keyed hashes: known when it comes again, and telling nobody whose it was."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, text

from send_integration.contracts.erasing import Ref
from send_integration.contracts.event import EventKey
from send_integration.contracts.pseudonyms import ERASURE, Pseudonyms
from send_integration.errors import BadSetting
from send_integration.store.pseudonym_keys import read_pseudonyms

ERASURE_LOCK = 8210033
"""Advisory lock: shared by whoever keeps what topics say of children, exclusive for whoever erases one."""

Thing = TypeVar("Thing")


class Mark(NamedTuple):
    """A keyed hash as it is kept; see store.erasure_tables."""

    mark: str
    what: str
    feed: str | None
    counted_as: str | None


class Marks:
    """Makes marks and finds those that are kept; without the key nobody can try a number that they know."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names

    @property
    def key_check(self) -> str:
        """What tells this key from any other, and nothing of it."""
        return self._names.key_of("the key of what was erased")

    def of_event(self, source: str, event_id: str) -> str:
        """The mark of an event, whatever its body says."""
        return self._names.key_of("erased event", source, event_id)

    def of_bytes(self, feed: str, raw_hash: bytes) -> str:
        """The mark of a feed's bytes that were not let in, by their SHA-256."""
        return self._names.key_of("erased bytes", feed, raw_hash.hex())

    def of_record(self, source: str, local_id: str) -> str:
        """The mark of all that a source says under one local id."""
        return self._names.key_of("erased record", source, local_id)

    def erased_events(self, connection: Connection, keys: Iterable[EventKey]) -> set[EventKey]:
        """Those of some events that were erased."""
        return _known(connection, {self.of_event(key.source, key.id): key for key in keys})

    def erased_bytes(self, connection: Connection, feed: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Those of some bytes that were erased, by their SHA-256."""
        return _known(connection, {self.of_bytes(feed, of): of for of in hashes})

    def erased_records(self, connection: Connection, refs: Iterable[Ref]) -> set[Ref]:
        """Those of some sources' local ids that were erased."""
        return _known(connection, {self.of_record(*ref): ref for ref in refs})


def _known(connection: Connection, by_mark: Mapping[str, Thing]) -> set[Thing]:
    if not by_mark:
        return set()
    rows = connection.execute(text("SELECT mark FROM erased WHERE mark = ANY(:marks)"), {"marks": list(by_mark)})
    return {by_mark[row[0]] for row in rows}


class Erased:
    """What was erased, as a process of the stream asks for it; the key is read when something was, and then kept."""

    def __init__(self, folder: Path | None = None) -> None:
        """Without a folder of keys there is no key: whoever asks is stopped once anything was erased."""
        self._folder = folder
        self._marks: Marks | None = None

    def marks(self, connection: Connection) -> Marks | None:
        """The marks, of which there are none before anything was erased. Raises BadSetting where their key is not here, for
        without it whoever was erased would come back."""
        check = connection.execute(text("SELECT key_check FROM erasure_key")).scalar_one_or_none()
        if check is None:
            return None
        if self._marks is None:
            self._marks = marks_of(self._folder)
        if self._marks.key_check != check:
            raise BadSetting(
                "What was erased is kept under another key than this",
                where=ERASURE,
                next_step="Put back the key under which it was erased, and start again.",
            )
        return self._marks


def marks_of(folder: Path | None) -> Marks:
    """The marks by the key in a folder. Raises BadSetting where there is none that can be used."""
    if folder is None:
        raise BadSetting(
            "Children were erased, and this process was given no folder of keys by which it would know them",
            where="SEND_PSEUDONYM_KEYS",
        )
    return Marks(read_pseudonyms(folder, ERASURE))


def lock_erasing(connection: Connection, *, alone: bool) -> None:
    """Wait until nobody erases a child, or with `alone` until nobody keeps what topics say of any; held to the end of the
    transaction. Asked before what was erased is asked for, so that nothing comes in between."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    connection.execute(text(f"SELECT {function}(:lock)"), {"lock": ERASURE_LOCK})


def keep_marks(connection: Connection, marks: Marks, made: Iterable[Mark]) -> None:
    """Keep marks for good. Raises BadSetting where others were made under another key."""
    check = connection.execute(
        text(
            "INSERT INTO erasure_key (key_check) VALUES (:check) ON CONFLICT (one) DO UPDATE SET key_check ="
            " erasure_key.key_check RETURNING key_check"
        ),
        {"check": marks.key_check},
    ).scalar_one()
    if check != marks.key_check:
        raise BadSetting(
            "What was erased before is kept under another key than this",
            where=ERASURE,
            next_step="Put back the key under which it was erased: under two keys it would come back.",
        )
    rows = list(made)
    connection.execute(
        text(
            "INSERT INTO erased (mark, what, feed, counted_as) SELECT * FROM unnest(cast(:marks AS text[]),"
            " cast(:whats AS text[]), cast(:feeds AS text[]), cast(:counted AS text[])) ON CONFLICT (mark) DO UPDATE"
            " SET counted_as = coalesce(erased.counted_as, excluded.counted_as)"
        ),
        {
            "marks": [row.mark for row in rows],
            "whats": [row.what for row in rows],
            "feeds": [row.feed for row in rows],
            "counted": [row.counted_as for row in rows],
        },
    )
