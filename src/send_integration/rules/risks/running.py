"""What runs on a day, and the events on which that rests: what several risks ask of a child's cases, plans and support.

Of several that run, the one begun last is taken. A flag that rests on it rests also on every one begun after it that has
ended, for were that end taken back the flag would rest on another case: so its opening and its end are evidence too, and
the reason says how many there are. A case is as late as it was last said to begin; that is evidence in the same way.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.rules.courses import Spell, first_of
from send_integration.rules.facts import Facts
from send_integration.timeline.episodes import ENDS_EVERYTHING
from send_integration.timeline.fold import happening_order

ENDS_SEN_SUPPORT = ("ehcp.finalised", "school.left", *ENDS_EVERYTHING)


class Running(NamedTuple):
    """What runs on a day, all events on which that rests, how many of the spells that they tell of have ended, and how
    often one was said to begin once more."""

    spells: list[Spell]
    rests_on: list[Event]
    ended: int
    again: int

    @property
    def since(self) -> date:
        """The day from which all of them have run."""
        return max(spell.opened.on for spell in self.spells)

    @property
    def words(self) -> str:
        """What a reason says of those that have ended or were opened again; '' where there is none."""
        return words_of_others(self.ended, self.again)


def words_of_others(ended: int, again: int = 0) -> str:
    """Sentences that say why events of ended cases, or that open a case once more, are evidence; '' where none is."""
    said = f" Cases that would count too, and have ended: {ended}." if ended else ""
    return said + (f" Opened again while open: {again}." if again else "")


def begun_last_first(spells: Iterable[Spell], day: date) -> list[Spell]:
    """The spells begun by `day`, the one first that was said last to begin."""
    begun = [spell for spell in spells if spell.opened.on <= day]
    return sorted(begun, key=lambda spell: happening_order(spell.said_by(day)[-1]), reverse=True)


def latest_running(spells: Iterable[Spell], day: date, services: int = 1) -> Running:
    """The spells begun last of those that run on `day`, one a service until there are `services`.

    Where fewer run, all of them, and what says that no more do.
    """
    found: dict[str, Spell] = {}
    rests_on: list[Event] = []
    ended = again = 0
    for spell in begun_last_first(spells, day):
        if spell.service in found:
            continue
        said = spell.said_by(day)
        rests_on += said
        again += len(said) - 1
        if not spell.runs_on(day):
            rests_on += spell.over
            ended += 1
            continue
        found[spell.service] = spell
        if len(found) == services:
            break
    return Running(list(found.values()), rests_on, ended, again)


def open_cases(facts: Facts, services: Iterable[str]) -> list[Spell]:
    """The child's cases with some services, from opening to end."""
    return [course.open for course in facts.courses if course.service in services]


def waits(facts: Facts, services: Iterable[str]) -> list[Spell]:
    """The child's waits for some services, from being asked until help began."""
    return [course.wait for course in facts.courses if course.service in services]


def sen_support(facts: Facts) -> list[Spell]:
    """The SEN support begun last; a plan, leaving the school or the area ends it.

    Who leaves one school and has support at the next on the same day is supported.
    """
    begun = facts.found(["school.sen_support_started"])[-1:]
    ends = facts.found(ENDS_SEN_SUPPORT)
    return [
        Spell("sen-support", start, first_of((end for end in ends if end.on > start.on), start.on)) for start in begun
    ]
