"""What a child's events amount to: entries of a timeline and episodes of care."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from send_integration.contracts.event import Event, EventKey, Person, WorkerId


class Sector(StrEnum):
    """Whose piece of the story it is."""

    EDUCATION = "education"
    HEALTH = "health"
    CARE = "care"
    PANEL = "panel"


class EpisodeStatus(StrEnum):
    """Where one pathway stands: asked for and not yet begun, under way, or over."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Episode:
    """One pathway from referral to closure.

    `id` is the source's own name for it (referral, assessment, request, plan or support id). `pathway` is the service
    or process: 'camhs', 'ndd', 'early-help', 'ehcp', 'sen-support', 'support', 'transition', or the receiving service
    of a referral. `started_on` is the day on which the wait ended, None where it has not, or the case was closed before.
    `last_event_on` is the last day on which anything of it was heard, `opening_event` the event that
    opened it; events are named with their source, for two sources can give one id.
    """

    id: str
    pathway: str
    sector: Sector
    status: EpisodeStatus
    opened_on: date
    started_on: date | None
    closed_on: date | None
    last_event_on: date
    worker: WorkerId | None
    opening_event: EventKey
    evidence: tuple[EventKey, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One child's standing events in order of happening, after corrections and retractions, and their episodes.

    `events` is sorted by day, then by moment, source and id. `date_of_birth` is the one most sources assert.
    """

    events: tuple[Event, ...]
    episodes: tuple[Episode, ...]
    date_of_birth: date
    persons: tuple[Person, ...]

    @property
    def restricted(self) -> bool:
        """Whether any standing record of the child is: after adoption, or for somebody who must not be found."""
        return any(person.restricted for person in self.persons)
