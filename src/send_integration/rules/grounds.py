"""What was open on a day, and exactly the events on which that rests: of several that were open, the one opened last.

It rests also on each one opened after that which had ended, for were that end taken back the later one would be named: so
its opening and its end are evidence too, and the words say how many there are. Of one day that comes last which the rule
names first.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.matters import Opening, subject_of
from send_integration.rules.order import last_until
from send_integration.timeline.episodes import ENDS_EVERYTHING

Ends = Callable[[Opening], Event | None]
"""What ended a matter after the day, in the eyes of the rule that asks; None where nothing did."""


class Ground(NamedTuple):
    """What was open on the day, None where nothing was; the events on which that rests, the opening too; and how many
    others among these had ended. `ending` is the last day on which all that was open ended, and the event that ended
    this one; None where something goes on."""

    opening: Opening | None
    rests_on: tuple[EventKey, ...]
    ended: int
    ending: tuple[date, EventKey] | None = None

    @property
    def words(self) -> str:
        """What an arithmetic says of it; '' where nothing was ever opened."""
        words = f", with {self.opening.matter.words} since {self.opening.event.on}" if self.opening else ""
        return words + (f", others that had ended: {self.ended}" if self.ended else "")


def opened_last(facts: Facts, names: tuple[str, ...], day: date, *, ended_since: Ends = lambda _: None) -> Ground:
    """Of what was open on a day of some matters, that which was opened last; if it can be, one that has not ended since."""
    gone = last_until(facts.found(ENDS_EVERYTHING), day)
    passed_over: dict[EventKey, None] = {}
    ended = 0
    last: Ground | None = None
    for opening in _newest_first(facts, names, day):
        over = opening.closed_by(day, gone, passed_over)
        since = ended_since(opening) if over is None else None
        if over is None:
            found = Ground(opening, (*passed_over, opening.event.key), ended)
            if since is None:
                return found
            latest = max(since.on, last.ending[0]) if last and last.ending else since.on
            last = found._replace(ending=(latest, since.key))
        for event in (opening.event, over or since):
            if event is not None:
                passed_over[event.key] = None
        ended += 1
    if last is None or last.ending is None:
        return Ground(None, tuple(passed_over), ended)
    rests_on = tuple(key for key in passed_over if key != last.ending[1])
    return last._replace(rests_on=rests_on, ended=ended - 1)


def open_subjects(facts: Facts, names: tuple[str, ...], day: date) -> list[Ground]:
    """All that was open on a day of some matters, each by its last opening, which needs no other event."""
    gone = last_until(facts.found(ENDS_EVERYTHING), day)
    return [
        Ground(opening, (opening.event.key,), 0)
        for opening in _newest_first(facts, names, day)
        if opening.closed_by(day, gone, {}) is None
    ]


def _newest_first(facts: Facts, names: tuple[str, ...], day: date) -> Iterator[Opening]:
    """The last opening by a day of each subject of some matters: what ended that has ended all before it."""
    openings = facts.openings(names)
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for place in range(openings.until(day) - 1, -1, -1):
        opening = openings.all[place]
        about = opening.matter.words, subject_of(opening.event, opening.matter.subject)
        if about not in seen:
            seen.add(about)
            yield opening
