"""Keeps the directory of workers from the clean events of the workers feed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.protected import is_protected
from send_integration.contracts.registry import read
from send_integration.steps.batch import RawMessage
from send_integration.store.directory import keep_absence, keep_worker, note_change
from send_integration.store.positions import move_on, split_known

READER = "directory"


def keep_directory(engine: Engine, batch: Sequence[RawMessage]) -> int:
    """Keep who joined, who left and who is away, in one transaction; gives how many entries were written.

    What is protected gives a worker a child, and is not for the directory.
    """
    with engine.begin() as connection:
        new, _ = split_known(connection, READER, batch)
        events = [read(message.value) for message in new if not is_protected(message.value)]
        changes = [event for event in events if event.what in ("workers.joined", "workers.left", "workers.away")]
        for event in sorted(changes, key=_by_worker):
            if event.what == "workers.away":
                keep_absence(connection, _absence(event))
            else:
                keep_worker(connection, _values(event))
        if changes:
            note_change(connection)
        move_on(connection, READER, new, {})
        return len(changes)


def _by_worker(event: Event) -> tuple[str, datetime, str, str]:
    """Workers in one order, each as it was recorded: two batches that tell of the same ones do not wait in a ring."""
    assert event.worker is not None  # noqa: S101 - the contract demands it of these types
    return event.worker.id, event.recorded_at, event.source, event.id


def _values(event: Event) -> dict[str, object]:
    worker = event.worker
    assert worker is not None  # noqa: S101 - the contract demands it of these types
    left = (event.what == "workers.left") != bool(
        event.retracts
    )  # who did not leave after all is there; and the other way
    return {
        "worker_id": worker.id,
        "name": worker.name,
        "role": worker.role,
        "team": event.text("team") or worker.team,
        "sector": event.text("sector") or None,
        "email": worker.email,
        "manager_id": event.text("manager_id") or None,
        "left_on": event.on if left else None,
        "hands_over_to": event.text("hands_over_to") or None,
        "as_recorded_at": event.recorded_at,
    }


def _absence(event: Event) -> dict[str, object]:
    worker = event.worker
    assert worker is not None  # noqa: S101 - the contract demands it of this type
    return {
        "source": event.source,
        "event_id": event.id,
        "worker_id": worker.id,
        "from_on": event.day("from_on"),
        "to_on": event.day("to_on"),
        "covered_by": event.text("covered_by") or None,
        "target": event.corrects or event.retracts,
        "retracts": event.retracts is not None,
        "recorded_at": event.recorded_at,
    }
