"""Who is signed in, and who looked at what."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, text

from send_integration.store.outbox import wait_for_disk
from send_integration.store.shown import about_to_show


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person."""

    actor: str
    role: str
    csrf: str


def open_session(engine: Engine, token: str, session: Session, expires_at: datetime) -> None:
    """Keep a session under its token's hash, and forget those that have ended."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM session WHERE expires_at < now()"))
        connection.execute(
            text(
                "INSERT INTO session (token_hash, actor, role, csrf, expires_at)"
                " VALUES (:hash, :actor, :role, :csrf, :expires_at)"
            ),
            {
                "hash": _hash(token),
                "actor": session.actor,
                "role": session.role,
                "csrf": session.csrf,
                "expires_at": expires_at,
            },
        )


def find_session(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of a token, where it has not ended."""
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT actor, role, csrf FROM session WHERE token_hash = :hash AND expires_at > :now"),
            {"hash": _hash(token), "now": now},
        ).one_or_none()
    return Session(row[0], row[1], row[2]) if row is not None else None


def close_session(engine: Engine, token: str) -> None:
    """End a session at once."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM session WHERE token_hash = :hash"), {"hash": _hash(token)})


def record(engine: Engine, session: Session, action: str, child_id: str | None, *, allowed: bool, why: str) -> None:
    """Write down who did what, or was refused it; to be called before what is looked at is read."""
    with writing_down(engine) as connection:
        record_within(connection, session, action, child_id, allowed=allowed, why=why)


@contextmanager
def writing_down(engine: Engine) -> Iterator[Connection]:
    """A transaction in which is written down who looked at what, and nothing else is done.

    All entries follow one another under the lock of their chain. So they are committed first and waited for to be safe on
    disk after, without it: as many readers as there are wait for the disk together, and not in a queue.
    """
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        yield connection
        connection.commit()
        wait_for_disk(connection)


def record_within(
    connection: Connection, session: Session, action: str, child_id: str | None, *, allowed: bool, why: str
) -> None:
    """The same in the transaction of what was done."""
    about_to_show(connection)
    connection.execute(
        text(
            "INSERT INTO audit (at, actor, role, action, child_id, allowed, why)"
            " VALUES (clock_timestamp(), :actor, :role, :action, :child, :allowed, :why)"
        ),
        {
            "actor": session.actor,
            "role": session.role,
            "action": action,
            "child": child_id,
            "allowed": allowed,
            "why": why,
        },
    )


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
