"""Absence over the last weeks, and since when it has crossed a line: what several risks make of attendance figures.

* A span of figures is counted in a window, whole, where at least half of its days lie in it; one that is longer than two
  windows says nothing of six weeks and is left out. So figures stay the whole sessions that a school wrote down.
* The value is looked at on each day on which a span ends, for the window that ends on that day, whenever the figures
  came: the same history gives the same days.
* A run begins on the first such day on which the line is crossed. It ends once the value has been back for the settle
  time, or when for the stale time no figures came at all; until then the value may cross the line a hundred times.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT


@dataclass(frozen=True, slots=True)
class Figures:
    """Sessions possible and missed within one span of days."""

    event: Event
    first: date
    last: date
    possible: int
    missed: int


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken time in which absence has crossed the line, however often it went back for less than the settle time.

    `since` and `last_on` are the first and last days on which it did; `stands_until` is the last day of the run. `events`
    are the figures that it rests on: those of each window looked at in the run, and of those just before it, without
    which it might have begun sooner.
    """

    since: date
    last_on: date
    stands_until: date
    figures: tuple[Figures, ...]

    @property
    def events(self) -> list[Event]:
        """The events that tell of the figures."""
        return [figures.event for figures in self.figures]

    @property
    def words(self) -> str:
        """All that the run rests on, added up."""
        possible, missed = totals(self.figures)
        return f"{missed} of {possible} sessions missed from {self.figures[0].first} to {self.figures[-1].last}"


class Attendance:
    """A child's figures up to a day, by the day on which each span ends, and the windows in which they count."""

    def __init__(self, rule: Rule, facts: Facts) -> None:
        self.window = timedelta(weeks=rule.number("weeks"))
        self.settle = timedelta(weeks=rule.number("settle_weeks"))
        self.stale = timedelta(weeks=rule.number("stale_weeks"))
        told = (_figures(event) for event in facts.by_name.get("school.attendance", ()))
        found = [each for each in told if each.possible and (each.last - each.first + NEXT) <= 2 * self.window]
        found.sort(key=lambda each: (each.last, each.first, each.event.source, each.event.id))
        self.to_come = tuple(each.last for each in found if each.last > facts.as_of)
        self.figures = [each for each in found if each.last <= facts.as_of]
        self._ends = [each.last for each in self.figures]
        self.days = sorted(set(self._ends))

    def before(self, day: date, ago: timedelta, length: timedelta) -> tuple[int, int]:
        """Sessions possible and missed, as known on `day`, in the window of a length that ended some time before it."""
        last = day - ago
        first = last - length + NEXT
        figures = self.figures[bisect_left(self._ends, first) : bisect_right(self._ends, day)]
        return totals([each for each in figures if 2 * _shared(each, first, last) >= _length(each)])

    def latest_run(self, since: date, crossed: Callable[[date], bool], reach: timedelta) -> Run | None:
        """The run whose line was last crossed on `since` or after it; None where it was not.

        `crossed` tells it for a day on which a span ends, from figures of at most `reach` before that day.
        """
        place = bisect_left(self.days, since)
        last = next((here for here in range(len(self.days) - 1, place - 1, -1) if crossed(self.days[here])), None)
        if last is None:
            return None
        first, back = self._beginning(last, crossed)
        begun = self.days[back] - reach + NEXT
        figures = tuple(
            each
            for each in self.figures[bisect_left(self._ends, begun) :]
            if each.last >= self.days[back] or 2 * _shared(each, begun, self.days[back]) >= _length(each)
        )
        return Run(self.days[first], self.days[last], self._end(last), figures)

    def _beginning(self, last: int, crossed: Callable[[date], bool]) -> tuple[int, int]:
        """The places of a run's first day, and of the first of the days before it that could have joined an earlier."""
        first = here = last
        while here and self.days[here] - self.days[here - 1] <= self.stale:
            if here < first and self.days[here] + self.settle < self.days[first]:
                break
            here -= 1
            if crossed(self.days[here]):
                first = here
        return first, here

    def _end(self, last: int) -> date:
        """The last day of a run, by when the value went back after it was last crossed, or figures stopped coming."""
        stale = self.days[last] + self.stale
        if last + 1 == len(self.days) or self.days[last + 1] > stale:
            return stale
        return self.days[last + 1] + self.settle


def totals(figures: Sequence[Figures]) -> tuple[int, int]:
    """Sessions possible and missed."""
    return sum(each.possible for each in figures), sum(each.missed for each in figures)


def _figures(event: Event) -> Figures:
    first, last = event.day("from_on"), event.day("to_on")
    assert first is not None  # noqa: S101 - the contract of school.attendance
    assert last is not None  # noqa: S101 - the same
    return Figures(
        event, first, last, _count(event, "possible"), _count(event, "authorised_absence", "unauthorised_absence")
    )


def _count(event: Event, *names: str) -> int:
    counts = (event.data.get(f"sessions_{name}") for name in names)
    return sum(count for count in counts if isinstance(count, int))


def _length(each: Figures) -> int:
    return (each.last - each.first).days + 1


def _shared(each: Figures, first: date, last: date) -> int:
    return max(0, (min(each.last, last) - max(each.first, first)).days + 1)
