"""One child's timeline as rules look at it: events by name and subject, found once and asked often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.courses import Course, Spell, courses_of, plan_spells
from send_integration.rules.matters import MATTERS, is_about, open_on
from send_integration.rules.year_groups import Told, told_by
from send_integration.timeline.episodes import ENDS_EVERYTHING, matches
from send_integration.timeline.model import Timeline
from send_integration.when.periods import birthday

LAST_BIRTHDAY = 25
"""SEND law ends with the 25th birthday (Children and Families Act 2014, s.83)."""


@lru_cache(maxsize=1024)
def _names(patterns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each pattern with the name of the events that it is about."""
    return tuple((pattern, pattern.partition(" ")[0]) for pattern in patterns)


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
        """Events that match any pattern ('camhs.triaged outcome=declined'), of one subject where one is given.

        The list is kept and given again: nobody may change it.
        """
        asked = tuple(patterns)
        events = self._found_before.get(asked)
        if events is None:
            events = self._found_before[asked] = self._look_for(asked)
        return [event for event in events if event.text(subject) == value] if subject else events

    def _look_for(self, patterns: tuple[str, ...]) -> list[Event]:
        asked = [(pattern, self.by_name[name]) for pattern, name in _names(patterns) if name in self.by_name]
        if not asked:
            return []
        if len(asked) == 1:
            pattern, events = asked[0]
            return [event for event in events if matches(event, pattern)] if " " in pattern else events
        by_key: dict[EventKey, Event] = {}
        for pattern, events in asked:
            by_key.update((event.key, event) for event in events if matches(event, pattern))
        return sorted(by_key.values(), key=lambda event: (event.on, event.time, event.source, event.id))

    @cached_property
    def _found_before(self) -> dict[tuple[str, ...], list[Event]]:
        return {}

    def about(self, patterns: tuple[str, ...], written: str, subject: tuple[str, ...]) -> list[Event]:
        """Events that match any pattern and are about a subject, as rules write one. Nobody may change the list."""
        events = self.found(patterns)
        if not events or not subject:
            return events
        by_subject = self._about_before.setdefault((patterns, written), {})
        found = by_subject.get(subject)
        if found is None:
            found = by_subject[subject] = [event for event in events if is_about(event, written, subject)]
        return found

    @cached_property
    def _about_before(self) -> dict[tuple[tuple[str, ...], str], dict[tuple[str, ...], list[Event]]]:
        return {}

    def of_matter(self, name: str) -> list[Event]:
        """The events that open or close a matter, in order of happening; none where nothing has opened it."""
        matter = MATTERS[name]
        return self.found(matter.patterns) if self.found(matter.opens) else []

    def open_matters(self, name: str, day: date) -> list[Event]:
        """The events that opened those matters of a name which were open on `day`."""
        events = self.of_matter(name)
        return open_on(events, MATTERS[name], day) if events else events

    @cached_property
    def enrolled(self) -> list[Told]:
        """What schools told of the child's year group, in order of happening."""
        return told_by(self.born_on, self.by_name.get("school.enrolled", ()))
