"""Which services were ever heard of for a child, who last acted in each of them, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from send_integration.contracts.event import Event, Worker
from send_integration.timeline.model import Sector
from send_integration.timeline.titles import sector_of, sector_of_service

SERVICE_OF_FEED = {
    "ndd-triage": "ndd-pathway",
    "camhs": "camhs",
    "early-help": "early-help",
    "ehcp": "sen-team",
    "school": "school",
    "transition": "transition",
    "support": "support",
}
"""A feed's service, by the name under which others refer to it; what a register, the directory or the panel itself says is
nobody's care for a child. An event of feed `referrals` is the service's that the referral went to."""

REFERRALS = "referrals"
"""The service of a referral that nobody says it was received: which it went to, is not known."""


@dataclass(frozen=True, slots=True)
class Involvement:
    """A service that was heard of for a child: the worker who last acted in it, where one is named, and its last event."""

    service: str
    sector: Sector
    worker: Worker | None
    last_involved_on: date
    event_id: str
    source: str
    recorded_at: datetime


def involvements_of(events: Iterable[Event]) -> tuple[Involvement, ...]:
    """Each service, by name, from one child's standing events in order of happening."""
    known = list(events)
    received = {
        (event.source, event.text("referral_id")): event.text("to_service")
        for event in known
        if event.what == "referrals.received"
    }
    found: dict[str, Involvement] = {}
    for event in known:
        service = _service_of(event, received)
        if service is None:
            continue
        before = found.get(service)
        worker = event.worker or (before.worker if before is not None else None)
        sector = sector_of_service(service) if event.feed == "referrals" else sector_of(event)
        found[service] = Involvement(service, sector, worker, event.on, event.id, event.source, event.recorded_at)
    return tuple(found[service] for service in sorted(found))


def _service_of(event: Event, received: dict[tuple[str, str], str]) -> str | None:
    """Whose care an event tells of; None where it is nobody's."""
    if event.feed == "referrals":
        return received.get((event.source, event.text("referral_id")), REFERRALS)
    return SERVICE_OF_FEED.get(event.feed)
