"""One child's timeline as rules look at it: events by name and subject, found once and asked often."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.courses import Course, Spell, courses_of, plan_spells
from send_integration.rules.matters import MATTERS, Matter, Opening, subject_of
from send_integration.rules.order import first_from
from send_integration.rules.year_groups import Told, told_by
from send_integration.timeline.episodes import ENDS_EVERYTHING, matches
from send_integration.timeline.fold import happening_order
from send_integration.timeline.model import Timeline
from send_integration.when.periods import after_months, birthday

AFTER_PLAN_MONTHS = 12
"""For how long what ends with age goes on after a plan has ceased."""

LAST_BIRTHDAY = 25
"""SEND law ends with the 25th birthday (Children and Families Act 2014, s.83)."""


@lru_cache(maxsize=1024)
def _names(patterns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each pattern with the name of the events that it is about."""
    return tuple((pattern, pattern.partition(" ")[0]) for pattern in patterns)


BySaid: TypeAlias = dict[tuple[int, ...], dict[tuple[str, ...], list[Event]]]
"""Events by which of a subject's fields they say something of, and by what they say."""


def _by_what_they_say(events: Iterable[Event], written: str) -> BySaid:
    found: BySaid = {}
    for event in events:
        said = subject_of(event, written)
        fields = tuple([place for place, value in enumerate(said) if value])
        found.setdefault(fields, {}).setdefault(tuple([said[place] for place in fields]), []).append(event)
    return found


class Openings(NamedTuple):
    """The events that opened some matters, in order of happening, and their days."""

    all: Sequence[Opening]
    days: Sequence[date]

    def until(self, day: date) -> int:
        """How many there were up to and with a day."""
        return bisect_right(self.days, day)


class CarriedByPlans(NamedTuple):
    """For a child's plans, the one made last first and none after one in force: the keys of what made and ended each; the
    latest last day of the plans up to each; and all their last days, sorted. A plan in force has the end of time."""

    keys: Sequence[EventKey]
    latest: Sequence[date]
    sorted: Sequence[date]


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

    @cached_property
    def carried_by_plans(self) -> CarriedByPlans:
        """To which day each plan carries an obligation that ends with age, the plan made last first."""
        plans: dict[str, Opening] = {}
        for opening in reversed(self.openings(("plan",)).all):
            plans.setdefault(opening.event.text("plan_id"), opening)
        keys: list[EventKey] = []
        days: list[date] = []
        for opening in plans.values():
            ceased = first_from(opening.closings, opening.event.on)
            keys += [event.key for event in (opening.event, ceased) if event is not None]
            days.append(after_months(ceased.on, AFTER_PLAN_MONTHS) if ceased else date.max)
            if ceased is None:
                break  # it carries every obligation, so none rests on an older plan
        return CarriedByPlans(keys, list(accumulate(days, max)), sorted(days))

    @property
    def born_on(self) -> date:
        """The date of birth."""
        return self.timeline.date_of_birth

    @cached_property
    def endings(self) -> tuple[tuple[date, EventKey | None], ...]:
        """When every obligation ends: death, a move away, the 25th birthday; with the event where there is one."""
        gone: list[tuple[date, EventKey | None]] = [
            (event.on, event.key) for name in ENDS_EVERYTHING for event in self.by_name.get(name, ())
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
        """Events that match any pattern and are about a subject, as rules write one. Nobody may change the list.

        Events are looked up by what they say of the subject; those that leave some field out are about several subjects.
        """
        events = self.found(patterns)
        if not events or not subject:
            return events
        by_said = self._about_before.get((patterns, written))
        if by_said is None:
            by_said = self._about_before[patterns, written] = _by_what_they_say(events, written)
        lists = [
            found
            for fields, by_subject in by_said.items()
            if (found := by_subject.get(tuple([subject[field] for field in fields])))
        ]
        if len(lists) <= 1:
            return lists[0] if lists else []
        return sorted([event for found in lists for event in found], key=happening_order)

    @cached_property
    def _about_before(self) -> dict[tuple[tuple[str, ...], str], BySaid]:
        return {}

    def openings(self, names: tuple[str, ...]) -> Openings:
        """The events that opened some matters, in order of happening; of one day the matter named first comes last."""
        found = self._openings_before.get(names)
        if found is None:
            ranked = [
                (event.on, -place, happening_order(event), Opening(matter, event, self._closings(matter, event)))
                for place, matter in enumerate(MATTERS[name] for name in names)
                for event in self.found(matter.opens)
            ]
            ranked.sort(key=lambda each: each[:3])
            found = Openings([each[3] for each in ranked], [each[0] for each in ranked])
            self._openings_before[names] = found
        return found

    def _closings(self, matter: Matter, opened: Event) -> list[Event]:
        return self.about(matter.closes, matter.subject, subject_of(opened, matter.subject))

    @cached_property
    def _openings_before(self) -> dict[tuple[str, ...], Openings]:
        return {}

    @cached_property
    def enrolled(self) -> list[Told]:
        """What schools told of the child's year group, in order of happening."""
        return told_by(self.born_on, self.by_name.get("school.enrolled", ()))
