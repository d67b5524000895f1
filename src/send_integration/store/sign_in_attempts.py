"""Sign-ins that were begun at the provider: each can be finished once, in time, by the browser that began it."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Engine, text


class Attempt(NamedTuple):
    """What a sign-in was begun with."""

    nonce: str
    verifier: str


def begin_attempt(engine: Engine, state: str, browser: str, attempt: Attempt, now: datetime, until: datetime) -> None:
    """Keep a sign-in under the hash of its state, and forget those that were never finished."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM sign_in_attempt WHERE expires_at <= :now"), {"now": now})
        connection.execute(
            text(
                "INSERT INTO sign_in_attempt (state_hash, browser_hash, nonce, verifier, expires_at)"
                " VALUES (:state, :browser, :nonce, :verifier, :until)"
            ),
            {"state": _hash(state), "browser": _hash(browser), **attempt._asdict(), "until": until},
        )


def finish_attempt(engine: Engine, state: str, browser: str, now: datetime) -> Attempt | None:
    """What a sign-in was begun with; None where this browser began none with that state, or not in time, or finished it."""
    with engine.begin() as connection:
        row = connection.execute(
            text(
                "DELETE FROM sign_in_attempt WHERE state_hash = :state AND browser_hash = :browser"
                " RETURNING nonce, verifier, expires_at"
            ),
            {"state": _hash(state), "browser": _hash(browser)},
        ).one_or_none()
    return Attempt(row[0], row[1]) if row is not None and row[2] > now else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
