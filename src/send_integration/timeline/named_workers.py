"""Who is responsible for a child, in which role, since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from send_integration.contracts.event import Event, Worker
from send_integration.timeline.model import Sector
from send_integration.timeline.relations import tells_of_family
from send_integration.timeline.titles import SECTOR_OF_ROLE


@dataclass(frozen=True, slots=True)
class NamedWorker:
    """A worker who has a role for a child; `last_heard_on` is the day of the last event in which they act.

    What tells of the family is left out: its day would say that there is somebody of whom the reader may not know.
    """

    role: str
    worker: Worker
    sector: Sector
    since: date
    last_heard_on: date


def named_workers(events: Iterable[Event], as_of: date) -> tuple[NamedWorker, ...]:
    """The named worker of each role on `as_of`, by role; `events` are one child's, in order of happening."""
    holders: dict[str, NamedWorker] = {}
    heard: dict[str, date] = {}
    for event in events:
        if event.on > as_of or event.worker is None or tells_of_family(event):
            continue
        heard[event.worker.id] = event.on
        role = event.text("role_for_child")
        if event.what == "workers.assigned":
            holders[role] = NamedWorker(role, event.worker, SECTOR_OF_ROLE[role], event.on, event.on)
        elif event.what == "workers.unassigned" and role in holders and holders[role].worker.id == event.worker.id:
            del holders[role]
    return tuple(
        NamedWorker(held.role, held.worker, held.sector, held.since, heard[held.worker.id])
        for _, held in sorted(holders.items())
    )
