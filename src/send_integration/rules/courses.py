"""The course of each of a child's cases: the event that opened it, the first by which help began, and what ended it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from send_integration.contracts.event import Event, EventKey
from send_integration.timeline.episodes import ENDS_EVERYTHING, PATHWAYS, Pathway, matches
from send_integration.timeline.fold import happening_order
from send_integration.timeline.model import Episode, Sector, Timeline

PATHWAY_OPENED_BY = {pattern.partition(" ")[0]: pathway for pathway in PATHWAYS for pattern in pathway.opens}
PATHWAY_OF_SERVICE = {"ndd-pathway": "ndd"}
"""Services that are a pathway with a feed of its own under another name; a referral to one waits for the same help."""


class Spell(NamedTuple):
    """Something that runs from an event until another ends it.

    `over` begins with the event that ended it, and holds the others without which that one would not have; it is empty
    while the spell runs. `again` are later events that said once more that it begins.
    """

    service: str
    opened: Event
    over: tuple[Event, ...] = ()
    again: tuple[Event, ...] = ()

    def said_by(self, day: date) -> list[Event]:
        """The events up to `day` that said that it begins, in order."""
        return [event for event in (self.opened, *self.again) if event.on <= day]

    def runs_on(self, day: date) -> bool:
        """Whether it had begun on `day` and had not ended."""
        return self.opened.on <= day and not (self.over and self.over[0].on <= day)


@dataclass(frozen=True, slots=True)
class Course:
    """An episode with its events. `name` tells it from every other of the child, whatever ids their sources gave.

    `again` are later events that opened it once more. `service` is who helps: a referral to a service and that service's
    own record of it have the same.
    """

    name: str
    service: str
    sector: Sector
    opened: Event
    again: tuple[Event, ...]
    started: Event | None
    ended: tuple[Event, ...]
    events: tuple[Event, ...]

    @property
    def open(self) -> Spell:
        """From its opening to its end."""
        return Spell(self.service, self.opened, self.ended, self.again)

    @property
    def wait(self) -> Spell:
        """From its opening until help began, or it ended without."""
        if self.started and not (self.ended and self.ended[0].on < self.started.on):
            return Spell(self.service, self.opened, (self.started,), self.again)
        return self.open


def courses_of(timeline: Timeline) -> tuple[Course, ...]:
    """The courses of all episodes, in the order in which they were opened."""
    place = {event.key: event for event in timeline.events}
    gone = tuple(event for event in timeline.events if event.what in ENDS_EVERYTHING)
    courses = [_course(episode, place, gone) for episode in timeline.episodes]
    return tuple(sorted(courses, key=lambda course: happening_order(course.opened)))


def plan_spells(finalised: Iterable[Event], ceased: Sequence[Event], gone: Sequence[Event]) -> list[Spell]:
    """How long each plan was in force: a final plan ends when it ceases, or the child's records here do."""
    return [
        Spell(
            "plan",
            plan,
            first_of(
                [
                    *(event for event in ceased if event.text("plan_id") == plan.text("plan_id")),
                    *gone,
                ],
                plan.on,
            ),
        )
        for plan in finalised
    ]


def first_of(events: Iterable[Event], on_or_after: date) -> tuple[Event, ...]:
    """The first of some events on or after a day, alone; nothing where there is none.

    Of several on one day what ends everything comes first, so that all that ended on that day rest on one event.
    """
    later = [event for event in events if event.on >= on_or_after]
    if not later:
        return ()
    return (min(later, key=lambda event: (event.on, event.what not in ENDS_EVERYTHING, happening_order(event))),)


def _course(episode: Episode, place: dict[EventKey, Event], gone: Sequence[Event]) -> Course:
    opened = place[episode.opening_event]
    pathway = PATHWAY_OPENED_BY[opened.what]
    events = sorted((place[key] for key in episode.evidence), key=happening_order)
    later = [event for event in events if event.on >= opened.on]
    said = [event for event in later if any(matches(event, pattern) for pattern in pathway.opens)]
    closings = [event for event in later if any(matches(event, pattern) for pattern in pathway.closes)]
    ended = first_of((*closings, *gone), opened.on)
    return Course(
        name=f"{pathway.name} {episode.id}".strip(),
        service=PATHWAY_OF_SERVICE.get(episode.pathway, episode.pathway),
        sector=episode.sector,
        opened=opened,
        again=tuple(event for event in said if event is not opened),
        started=next((event for event in later if any(matches(event, pattern) for pattern in pathway.starts)), None),
        ended=(*ended, *(mapping for event in ended for mapping in linked(event, pathway, events))),
        events=tuple(events),
    )


def linked(event: Event, pathway: Pathway, events: Iterable[Event]) -> list[Event]:
    """The final plan by which alone an event that names a plan, and no request, is of the request's episode."""
    if pathway.name != "ehcp" or event.text("request_id") or not event.what.startswith("ehcp."):
        return []
    about = event.text("plan_id") or event.text("request_or_plan_id")
    plans = [plan for plan in events if plan.what == "ehcp.finalised" and plan.text("plan_id") == about]
    return plans[-1:]
