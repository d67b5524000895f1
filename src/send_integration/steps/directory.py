"""Keeps the directory of workers from the clean events of the workers feed."""

from collections.abc import Sequence

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.registry import read
from send_integration.steps.batch import RawMessage
from send_integration.store.alerts import keep_worker
from send_integration.store.positions import move_on, split_known

READER = "directory"


def keep_directory(engine: Engine, batch: Sequence[RawMessage]) -> int:
    """Keep who joined and who left, in one transaction; gives how many entries were written."""
    with engine.begin() as connection:
        new, _ = split_known(connection, READER, batch)
        events = [read(message.value) for message in new]
        changes = [event for event in events if event.what in ("workers.joined", "workers.left")]
        for event in sorted(changes, key=lambda event: (event.recorded_at, event.source, event.id)):
            keep_worker(connection, _values(event))
        move_on(connection, READER, new, {})
        return len(changes)


def _values(event: Event) -> dict[str, object]:
    worker = event.worker
    assert worker is not None  # noqa: S101 - the contract demands it of these types
    left = event.what == "workers.left"
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
