"""One child's timeline as rules look at it: events by name and subject, found once and asked often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from send_integration.contracts.event import Event
from send_integration.timeline.episodes import ENDS_EVERYTHING, matches
from send_integration.timeline.model import Timeline
from send_integration.when.periods import birthday

LAST_BIRTHDAY = 25
"""SEND law ends with the 25th birthday (Children and Families Act 2014, s.83)."""


@dataclass(frozen=True)
class Facts:
    """A timeline cut at `as_of`; nothing that happens later is seen."""

    timeline: Timeline
    as_of: date

    @cached_property
    def by_name(self) -> dict[str, list[Event]]:
        """Events up to `as_of` by their name, each list in order of happening."""
        found: dict[str, list[Event]] = {}
        for event in self.timeline.events:
            if event.on <= self.as_of:
                found.setdefault(event.what, []).append(event)
        return found

    @property
    def born_on(self) -> date:
        """The date of birth."""
        return self.timeline.date_of_birth

    @cached_property
    def endings(self) -> tuple[tuple[date, str | None], ...]:
        """When every obligation ends: death, a move away, the 25th birthday; with the event's id where there is one."""
        gone: list[tuple[date, str | None]] = [
            (event.on, event.id) for name in ENDS_EVERYTHING for event in self.by_name.get(name, ())
        ]
        grown = birthday(self.born_on, LAST_BIRTHDAY)
        if grown <= self.as_of:
            gone.append((grown, None))
        return tuple(gone)

    def found(self, patterns: Iterable[str], *, subject: str = "", value: str = "") -> list[Event]:
        """Events that match any pattern ('camhs.triaged outcome=declined'), of one subject where one is given."""
        events = [
            event
            for pattern in patterns
            for event in self.by_name.get(pattern.partition(" ")[0], ())
            if matches(event, pattern) and (not subject or event.text(subject) == value)
        ]
        events.sort(key=lambda event: (event.on, event.time, event.source, event.id))
        return events

    def plans_in_force(self, day: date) -> list[Event]:
        """The `ehcp.finalised` events of plans that were in force on `day`."""
        ceased = {event.text("plan_id"): event.on for event in reversed(self.by_name.get("ehcp.ceased", []))}
        return [
            event
            for event in self.by_name.get("ehcp.finalised", [])
            if event.on <= day < ceased.get(event.text("plan_id"), date.max)
        ]

    def open_on(self, day: date, pathways: Sequence[str]) -> list[str]:
        """Ids of the events that opened episodes of these pathways which were open on `day`."""
        return [
            episode.opening_event
            for episode in self.timeline.episodes
            if episode.pathway in pathways
            and episode.opened_on <= day
            and (episode.closed_on is None or episode.closed_on > day)
        ]
