"""The keys of person records: made when a record is first spoken of, found by name, and destroyed for good.

A key is kept wrapped (AES-256-GCM) by a master key that is not in the database. Its name is made of whose it is under a key of
its own, so that one that was destroyed is known again, and tells nobody whose it was.
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from send_integration.contracts.protected import CONTENT_KEY_BYTES, ContentKey, key_name
from send_integration.errors import Broken
from send_integration.store.key_wrapping import Masters, Wrapping

MOST_KNOWN = 50_000
"""Keys that a process keeps at hand, and as many that stand for several; each takes about a kilobyte."""

Ref = tuple[str, str]
"""A person record: its source, and the id under which that keeps the person."""


def destroy_keys(connection: Connection, records: Sequence[Ref]) -> int:
    """Destroy the keys of some person records for good, within the caller's transaction; gives how many there were.

    What stays of each is its name and the day, so that no key is ever made for that record again. Whoever keeps keys at
    hand drops them with the next batch.
    """
    if not records:
        return 0
    sources, local_ids = zip(*sorted(set(records)), strict=True)
    gone = connection.execute(
        text(
            "UPDATE keys.record_key SET wrapped = NULL, source = NULL, local_id = NULL,"
            " destroyed_on = (now() AT TIME ZONE 'Europe/London')::date WHERE (source, local_id) IN"
            " (SELECT * FROM unnest(cast(:sources AS text[]), cast(:local_ids AS text[]))) AND wrapped IS NOT NULL"
            " RETURNING 1"
        ),
        {"sources": list(sources), "local_ids": list(local_ids)},
    ).all()
    if gone:
        connection.execute(text("UPDATE keys.master SET destroyed = destroyed + 1"))
    return len(gone)


def note_passed_over(connection: Connection, by: str, messages: int) -> None:
    """Count messages that a reader passed over, or a sayer did not say, since keys were destroyed."""
    connection.execute(
        text(
            "INSERT INTO keys.passed_over AS before (who, messages) VALUES (:by, :messages)"
            " ON CONFLICT (who) DO UPDATE SET messages = before.messages + excluded.messages"
        ),
        {"by": by, "messages": messages},
    )


def passed_over(connection: Connection) -> dict[str, int]:
    """How many messages each reader passed over and each sayer did not say."""
    return {row[0]: row[1] for row in connection.execute(text("SELECT who, messages FROM keys.passed_over"))}


class _Standing(NamedTuple):
    """Which master key wraps, how often keys were destroyed, and what names are made with, wrapped."""

    master: str
    destroyed: int
    mark_key: bytes


class RecordKeys:
    """Finds and makes keys, and keeps those met of late at hand; belongs to one thread."""

    def __init__(self, masters: Masters) -> None:
        """Raises BadSetting where there is no master key."""
        self._wrapping = Wrapping(masters)
        self._standing: _Standing | None = None
        self._mark_key = b""
        self._names: dict[Ref, str] = {}
        self._known: dict[str, bytes] = {}
        self._made: dict[str, ContentKey] = {}

    def prepare(self, connection: Connection) -> None:
        """Raise BadSetting where the master key that the database needs is not there: before anything is read."""
        self._look(connection)

    def of_records(
        self, connection: Connection, wanted: Collection[tuple[Ref, ...]]
    ) -> dict[tuple[Ref, ...], ContentKey | None]:
        """For each group of records what protects a message that names them all, made where there is none; None where the key
        of one of them was destroyed. One query for all, one more for those never met."""
        refs = {ref for group in wanted for ref in group}
        found = self._found(connection, lambda: {self._name_of(ref) for ref in refs})
        names = {ref: self._name_of(ref) for ref in refs}
        new = {names[ref]: ref for ref in refs if names[ref] not in found}
        if new:
            found |= self._make(connection, new)
        return {group: self._joined([names[ref] for ref in group], found) for group in wanted}

    def by_name(self, connection: Connection, wanted: Collection[str]) -> dict[str, ContentKey | None]:
        """What opens messages, by the names that stand in them; None where a key was destroyed. One query for all.

        Raises Broken for a key that this database never had: nothing is passed over without being known to be erased.
        """
        names = {name for group in wanted for name in group.split(".")}
        found = self._found(connection, lambda: names)
        if names - found.keys():
            raise Broken(
                "Messages are protected by keys that this database never had",
                where="the topics",
                next_step="Read the topics of this database, or put back a copy of it that has schema `keys` whole.",
            )
        return {group: self._joined(group.split("."), found) for group in wanted}

    def _look_first(self, connection: Connection) -> None:
        """Find the master key of now where nothing is known yet; later each query for keys tells whether it is still that."""
        if self._standing is None:
            self._look(connection)

    def _look(self, connection: Connection) -> None:
        """Drop what is at hand, and find the master key of now."""
        query = text("SELECT master, destroyed, mark_key FROM keys.master")
        row = connection.execute(query).one_or_none()
        if row is None:
            name = self._wrapping.names[0]
            connection.execute(
                text("INSERT INTO keys.master (master, mark_key) VALUES (:name, :mark_key) ON CONFLICT DO NOTHING"),
                {"name": name, "mark_key": self._wrapping.wrapped(name, "", secrets.token_bytes(CONTENT_KEY_BYTES))},
            )
            row = connection.execute(query).one()
        self._known, self._made, self._names = {}, {}, {}
        self._mark_key = self._wrapping.unwrapped("", bytes(row.mark_key))
        self._standing = _Standing(row.master, row.destroyed, bytes(row.mark_key))

    def _name_of(self, ref: Ref) -> str:
        name = self._names.get(ref)
        if name is None:
            if len(self._names) >= MOST_KNOWN:
                self._names.clear()
            name = self._names[ref] = key_name(self._mark_key, *ref)
        return name

    def _found(self, connection: Connection, names: Callable[[], Collection[str]]) -> dict[str, bytes | None]:
        """The keys of some names as `_find` gives them, found again where keys were destroyed meanwhile; the names are asked
        for each time, for they are made with what a look brings."""
        found: dict[str, bytes | None] | None = None
        while found is None:
            self._look_first(connection)
            found = self._find(connection, names())
        return found

    def _find(self, connection: Connection, names: Collection[str]) -> dict[str, bytes | None] | None:
        """Of some names the keys; None where one was destroyed. A name that nobody has is not in it. Instead of all of it
        None, and nothing at hand any more, where keys were destroyed, or another master key came, since they were.

        What the caller's own transaction made is not kept at hand: it may be undone, and then nobody could open anything.
        """
        found: dict[str, bytes | None] = {name: self._known[name] for name in names if name in self._known}
        asked = [name for name in names if name not in found]
        rows = connection.execute(
            text(
                "SELECT m.master, m.destroyed, m.mark_key, k.name, k.wrapped,"
                " k.xmin IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid"
                " FROM keys.master m LEFT JOIN keys.record_key k ON k.name = ANY(:names)"
            ),
            {"names": asked},
        ).all()
        if not rows or (rows[0].master, rows[0].destroyed, bytes(rows[0].mark_key)) != self._standing:
            self._standing = None
            return None
        if len(self._known) + len(asked) > MOST_KNOWN:
            self._known.clear()
        for name, wrapped, is_committed in (row[3:] for row in rows if row[3] is not None):
            key = found[name] = None if wrapped is None else self._wrapping.unwrapped(name, bytes(wrapped))
            if key is not None and is_committed:
                self._known[name] = key
        return found

    def _make(self, connection: Connection, new: Mapping[str, Ref]) -> dict[str, bytes | None]:
        """Make keys and give them; where another was faster, that one's. In the order of their names, so that two who do it wait
        in one order."""
        assert self._standing is not None  # noqa: S101 - looked at first
        names = sorted(new)
        keys: dict[str, bytes | None] = {name: secrets.token_bytes(CONTENT_KEY_BYTES) for name in names}
        wrapped = [self._wrapping.wrapped(self._standing.master, name, key) for name, key in keys.items() if key]
        made = connection.execute(
            text(
                "INSERT INTO keys.record_key (name, wrapped, source, local_id) SELECT * FROM unnest(cast(:names AS text[]),"
                " cast(:wrapped AS bytea[]), cast(:sources AS text[]), cast(:local_ids AS text[])) ON CONFLICT DO NOTHING"
                " RETURNING name"
            ),
            {
                "names": names,
                "wrapped": wrapped,
                "sources": [new[name][0] for name in names],
                "local_ids": [new[name][1] for name in names],
            },
        ).scalars()
        mine = {name: keys[name] for name in made}
        return mine | self._of_others(connection, keys.keys() - mine.keys())

    def _of_others(self, connection: Connection, names: Collection[str]) -> dict[str, bytes | None]:
        """Keys that another made, or destroyed, in this very moment."""
        if not names:
            return {}
        rows = connection.execute(
            text("SELECT name, wrapped FROM keys.record_key WHERE name = ANY(:names)"), {"names": list(names)}
        )
        return {name: None if key is None else self._wrapping.unwrapped(name, bytes(key)) for name, key in rows}

    def _joined(self, names: Sequence[str], found: Mapping[str, bytes | None]) -> ContentKey | None:
        told = ".".join(sorted(set(names)))
        made = self._made.get(told)
        if made is None:
            keys = {name: key for name in names if (key := found[name]) is not None}
            if len(keys) < len(set(names)):
                return None
            made = ContentKey(keys)
            if len(self._made) >= MOST_KNOWN:
                self._made.clear()
            if self._known.keys() >= keys.keys():
                self._made[told] = made
        return made
