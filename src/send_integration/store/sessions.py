"""Who is signed in, and who looked at what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, text

from send_integration.store.outbox import wait_for_disk
from send_integration.store.shown import SHOWING_LOCK

SHOWN = "shown: "
"""How the audit begins to say why, where somebody was shown a list, or what tells of no entry of a child."""

SEEN_TO_THE = timedelta(minutes=1)
"""How exactly it is kept when somebody was last there: not every look is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person: `actor` is their worker id, where the directory of workers knows them; `inboxes` are the
    recipients whose alerts they read besides their own, `agencies` the sources whose scorecards they see."""

    actor: str
    role: str
    csrf: str
    name: str = ""
    sector: str | None = None
    inboxes: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as whoever may end it sees it; `session_id` opens nothing."""

    session_id: str
    actor: str
    name: str
    role: str
    sector: str | None
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime


class Entry(NamedTuple):
    """What the audit is to say that somebody did: of which child, None for no one child, and why they may."""

    action: str
    child_id: str | None
    why: str


def open_session(engine: Engine, token: str, session: Session, now: datetime, expires_at: datetime) -> None:
    """Keep a session under its token's hash, and forget those that have ended."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM session WHERE expires_at <= :now"), {"now": now})
        connection.execute(
            text(
                "INSERT INTO session (token_hash, session_id, actor, name, role, sector, inboxes, agencies, csrf,"
                " opened_at, seen_at, expires_at) VALUES (:hash, :id, :actor, :name, :role, :sector, :inboxes, :agencies,"
                " :csrf, :now, :now, :expires_at)"
            ),
            {
                "hash": _hash(token),
                "id": f"s{uuid4().hex[:11]}",
                "actor": session.actor,
                "name": session.name,
                "role": session.role,
                "sector": session.sector,
                "inboxes": list(session.inboxes),
                "agencies": list(session.agencies),
                "csrf": session.csrf,
                "now": now,
                "expires_at": expires_at,
            },
        )


def find_session(
    engine: Engine, token: str, now: datetime, idle: timedelta, *, is_there: bool = True
) -> Session | None:
    """The session of a token, where it has not ended, nor was left alone for longer than `idle`; `is_there` is whether
    this shows that somebody is at the browser."""
    given = {"hash": _hash(token), "now": now, "left_alone": now - idle}
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT actor, role, csrf, name, sector, inboxes, agencies, seen_at FROM session"
                " WHERE token_hash = :hash AND expires_at > :now AND seen_at > :left_alone"
            ),
            given,
        ).one_or_none()
        if row is None:
            return None
        if is_there and now - row.seen_at > SEEN_TO_THE:
            connection.execute(text("UPDATE session SET seen_at = :now WHERE token_hash = :hash"), given)
            connection.commit()
    return Session(row.actor, row.role, row.csrf, row.name, row.sector, tuple(row.inboxes), tuple(row.agencies))


def close_session(engine: Engine, token: str) -> None:
    """End a session at once."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM session WHERE token_hash = :hash"), {"hash": _hash(token)})


def open_sessions(engine: Engine, now: datetime, idle: timedelta) -> list[OpenSession]:
    """Everybody who is signed in, whoever was there last first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT session_id, actor, name, role, sector, opened_at, seen_at, expires_at FROM session"
                " WHERE expires_at > :now AND seen_at > :left_alone ORDER BY seen_at DESC, session_id"
            ),
            {"now": now, "left_alone": now - idle},
        )
        return [OpenSession(*row) for row in rows]


def end_sessions(engine: Engine, by: Session, *, session_id: str = "", actor: str = "") -> int:
    """End a session, or all of a person's; gives how many there were, and writes down who did it."""
    with engine.begin() as connection:
        rows = connection.execute(
            text("DELETE FROM session WHERE session_id = :id OR actor = :actor RETURNING actor"),
            {"id": session_id or None, "actor": actor or None},
        ).all()
        for who in sorted({row[0] for row in rows}):
            record_within(connection, by, "end-session", None, allowed=True, why=f"of {who}")
    return len(rows)


def record(engine: Engine, session: Session, action: str, child_id: str | None, *, allowed: bool, why: str) -> None:
    """Write down who did what, or was refused it; to be called before what is looked at is read."""
    record_each(engine, session, action, [child_id], allowed=allowed, why=why)


def record_each(
    engine: Engine, session: Session, action: str, child_ids: Iterable[str | None], *, allowed: bool, why: str
) -> None:
    """The same of each of some children; None stands for what is of no one child."""
    record_all(engine, session, [Entry(action, child_id, why) for child_id in child_ids], allowed=allowed)


def record_all(engine: Engine, session: Session, entries: Sequence[Entry], *, allowed: bool) -> None:
    """The same of several things that somebody does at once.

    One statement is the whole transaction, for all entries follow one another under the lock of their chain. So they are
    committed first and waited for to be safe on disk after, without it: as many readers as there are wait for the disk
    together, and not in a queue.
    """
    with engine.connect() as connection:
        connection.execute(_BY_ITSELF, _entries(session, entries, allowed=allowed))
        connection.commit()
        wait_for_disk(connection)


def record_within(
    connection: Connection, session: Session, action: str, child_id: str | None, *, allowed: bool, why: str
) -> None:
    """The same in the transaction of what was done."""
    connection.execute(_WITHIN, _entries(session, [Entry(action, child_id, why)], allowed=allowed))


# The lock is that of store.shown.about_to_show: it is had before an entry is made, and held until the transaction ends.
_ENTRIES = (
    "INSERT INTO audit (at, actor, role, action, child_id, allowed, why)"
    " SELECT clock_timestamp(), :actor, :role, e.action, e.child_id, :allowed, e.why"
    " FROM (SELECT pg_advisory_xact_lock_shared(:lock){also}) AS before,"
    " unnest(cast(:actions AS text[]), cast(:children AS text[]), cast(:reasons AS text[])) AS e(action, child_id, why)"
)
_WITHIN = text(_ENTRIES.format(also=""))
_BY_ITSELF = text(_ENTRIES.format(also=", set_config('synchronous_commit', 'off', true)"))


def _entries(session: Session, entries: Sequence[Entry], *, allowed: bool) -> dict[str, object]:
    return {
        "actor": session.actor,
        "role": session.role,
        "actions": [str(entry.action) for entry in entries],  # the policy's names are of a type of their own
        "children": [entry.child_id for entry in entries],
        "reasons": [entry.why for entry in entries],
        "allowed": allowed,
        "lock": SHOWING_LOCK,
    }


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
