"""Breaking the glass: somebody sees one child for a while, with a reason; it is written down, and a manager is told at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.access_letters import glass_letter
from send_integration.alerts.directory import DUTY
from send_integration.store.access import (
    BrokenGlass,
    end_glass,
    keep_broken_glass,
    managers_of_named_workers,
    mark_glass_read,
)
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.sessions import Session, record_within
from send_integration.when.london import london_day

BREAK, END, READ = "break-glass", "end-glass", "read-glass"
"""What the audit calls them."""


class Told(NamedTuple):
    """By which addresses teams are told, and whoever has none of their own."""

    mailboxes: Mapping[str, str]
    fallback: str


def break_glass(
    engine: Engine, child_id: str, by: Session, why: str, *, lasts: timedelta, told: Told, now: datetime
) -> BrokenGlass:
    """Let a person see a child for a while. The managers of those who work with the child are told, or where there are
    none (or only the person) the duty manager."""
    with engine.begin() as connection:
        record_within(connection, by, BREAK, child_id, allowed=True, why=why)
        managers = [one for one in managers_of_named_workers(connection, child_id, london_day(now)) if one != by.actor]
        recipients = managers or [DUTY]
        broken = keep_broken_glass(connection, by, child_id, why, lasts=lasts, told=recipients)
        letter = glass_letter(broken.glass_id)
        addresses = _addresses(connection, recipients, told)
        add_deliveries(
            connection,
            [
                Delivery(f"glass-{broken.glass_id}-{number}", address, letter, urgent=True)
                for number, address in enumerate(addresses, start=1)
            ],
            now,
        )
    return broken


def end_early(engine: Engine, child_id: str, by: Session) -> None:
    """End what a person sees of a child by broken glass; nothing where it has ended."""
    with engine.begin() as connection:
        if end_glass(connection, by.actor, child_id):
            record_within(connection, by, END, child_id, allowed=True, why="ended by themselves")


def say_read(engine: Engine, glass_id: int, recipients: list[str], by: Session) -> bool:
    """A manager has read who broke the glass and why; False where they were told nothing of it."""
    with engine.begin() as connection:
        child_id = mark_glass_read(connection, glass_id, recipients, by.actor)
        record_within(connection, by, READ, child_id, allowed=child_id is not None, why=f"broken glass {glass_id}"[:60])
    return child_id is not None


def _addresses(connection: Connection, recipients: list[str], told: Told) -> list[str]:
    """The recipients' addresses; the duty manager's mailbox, or the last resort's, for whoever has none."""
    duty = told.mailboxes.get(DUTY.partition(":")[2], "") or told.fallback
    rows = connection.execute(
        text("SELECT worker_id, email FROM worker WHERE worker_id = ANY(:ids) AND email <> ''"), {"ids": recipients}
    )
    own = {row[0]: row[1] for row in rows}
    return sorted({own.get(recipient, duty) for recipient in recipients} - {""})
