"""How often a risk that was raised was one: the share of children flagged for whom a bad end followed within six months.

Beside it stands the base rate: for how many children of the same town a bad end follows within six months of any day.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from send_integration.contracts.event import ChildId
from send_integration.rules.history import Span
from send_integration.simulate.troubles import Outcome

WITHIN = timedelta(days=183)
"""Six months."""


class Precision(NamedTuple):
    """Of one risk: how often it was raised, for how many children, and after how many of these a bad end followed."""

    risk: str
    raised: int
    followed: int

    @property
    def share(self) -> float:
        """The precision."""
        return self.followed / self.raised if self.raised else 0.0


def precision(runs: Iterable[Sequence[Span]], outcomes: Mapping[ChildId, Sequence[Outcome]]) -> list[Precision]:
    """Each risk's, from unbroken standings that began within the time that was looked at; a child counts once a risk, with
    the first of them."""
    first: dict[tuple[str, ChildId], date] = {}
    for run in runs:
        begun = run[0]
        if begun.flag.kind == "risk":
            key = begun.flag.rule, begun.flag.child_id
            first[key] = min(begun.from_on, first.get(key, date.max))
    counted: dict[str, list[bool]] = {}
    for (risk, child), day in first.items():
        counted.setdefault(risk, []).append(_follows(outcomes.get(child, ()), day))
    return [Precision(risk, len(found), sum(found)) for risk, found in sorted(counted.items())]


def base_rate(
    children: Sequence[ChildId], outcomes: Mapping[ChildId, Sequence[Outcome]], first: date, last: date
) -> float:
    """The share of children for whom a bad end follows within six months of a day, over days a month apart."""
    days = [first + timedelta(30 * number) for number in range((last - first).days // 30 + 1)]
    found = sum(_follows(outcomes.get(child, ()), day) for child in children for day in days)
    return found / (len(children) * len(days))


def foreseen(
    runs: Iterable[Sequence[Span]], outcomes: Mapping[ChildId, Sequence[Outcome]], first: date, last: date
) -> tuple[int, int]:
    """Of the bad ends between two days, before how many a risk of the child had been raised within six months; and all."""
    raised: dict[ChildId, list[date]] = {}
    for run in runs:
        if run[0].flag.kind == "risk":
            raised.setdefault(run[0].flag.child_id, []).append(run[0].from_on)
    ends = [(child, end.on) for child, found in outcomes.items() for end in found if first <= end.on <= last]
    return sum(any(day < on <= day + WITHIN for day in raised.get(child, ())) for child, on in ends), len(ends)


def _follows(found: Iterable[Outcome], day: date) -> bool:
    return any(day < outcome.on <= day + WITHIN for outcome in found)
