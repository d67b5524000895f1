"""One child's timeline as rules look at it: events by name and subject, found once and asked often."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.courses import Course, Spell, courses_of, plan_spells
from send_integration.rules.matters import MATTERS, open_on
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

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """The child's cases with the events that opened, started and ended each, in order of opening."""
        return courses_of(self.timeline)

    @cached_property
    def plans(self) -> list[Spell]:
        """How long each final plan was in force."""
        gone = [event for name in ENDS_EVERYTHING for event in self.by_name.get(name, ())]
        return plan_spells(self.by_name.get("ehcp.finalised", ()), self.by_name.get("ehcp.ceased", ()), gone)

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
        asked = tuple(patterns)
        events = self._found_before.get(asked)
        if events is None:
            events = self._found_before[asked] = self._look_for(asked)
        return [event for event in events if event.text(subject) == value] if subject else events.copy()

    def _look_for(self, patterns: tuple[str, ...]) -> list[Event]:
        by_key: dict[EventKey, Event] = {}
        for pattern in patterns:
            for event in self.by_name.get(pattern.partition(" ")[0], ()):
                if matches(event, pattern):
                    by_key[event.key] = event
        if len(patterns) == 1:
            return list(by_key.values())
        return sorted(by_key.values(), key=lambda event: (event.on, event.time, event.source, event.id))

    @cached_property
    def _found_before(self) -> dict[tuple[str, ...], list[Event]]:
        return {}

    def of_matter(self, name: str) -> list[Event]:
        """The events that open or close a matter, in order of happening; none where nothing has opened it."""
        matter = MATTERS[name]
        if not self.found(matter.opens):
            return []
        return self.found((*matter.opens, *matter.closes, *ENDS_EVERYTHING))

    def open_matters(self, name: str, day: date) -> list[Event]:
        """The events that opened those matters of a name which were open on `day`."""
        return open_on(self.of_matter(name), MATTERS[name], day)

    @cached_property
    def enrolments(self) -> list[Event]:
        """The enrolments, in order of happening."""
        return self.by_name.get("school.enrolled", [])

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
