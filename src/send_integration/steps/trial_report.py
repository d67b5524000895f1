"""The sums of a trial of rules over an authority: by month, by rule and by team; no child can be told from them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import quantiles
from typing import Any, NamedTuple

from send_integration.alerts.route import LAST_TEAM, TEAM_OF_ROLE
from send_integration.rules.trial import ChildTrial, Course, RuleChange

Month = str
"""A month as '2025-03': so written, months sort as they follow."""


class BothBooks(NamedTuple):
    """A number of flags by the rules in force, and by the rules that are tried."""

    in_force: int = 0
    tried: int = 0

    def with_one(self, *, tried: bool) -> "BothBooks":
        """One more by one of the books."""
        return BothBooks(self.in_force + (not tried), self.tried + tried)


class Spread(NamedTuple):
    """How some whole numbers of days lie: of how many, the least, the quarters and the most."""

    of: int
    least: int
    lower_quartile: float
    median: float
    upper_quartile: float
    most: int


@dataclass(frozen=True, slots=True)
class MonthOfTrial:
    """One month: how many children and flags would have gone another way from then, how, and how many were raised."""

    month: Month
    children: int
    courses: Counter[Course]
    raised: BothBooks


@dataclass(frozen=True, slots=True)
class Lead:
    """Of one rule's flags that both books raise on different days: how many earlier, how many later, by how many days."""

    rule: str
    earlier: int
    later: int
    days_gained: Spread | None


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """What the team of some roles is told of in a month: flags that are raised, and flags that become urgent."""

    team: str
    month: Month
    raised: BothBooks
    urgent: BothBooks


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What other rules would have changed from the first day to the last, both included."""

    first: date
    last: date
    changes: tuple[RuleChange, ...]
    children: int
    children_changed: int
    months: tuple[MonthOfTrial, ...]
    leads: tuple[Lead, ...]
    workload: tuple[TeamMonth, ...]

    @property
    def flags_changed(self) -> int:
        """How many flags would have gone another way."""
        return sum(month.courses.total() for month in self.months)

    @property
    def teams(self) -> list[str]:
        """The teams that are told of anything, by name."""
        return sorted({entry.team for entry in self.workload})

    def as_json(self) -> dict[str, Any]:
        """The report as `--json` prints it."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "rules": [_change_as_json(change) for change in self.changes],
            "children": self.children,
            "children_changed": self.children_changed,
            "flags_changed": self.flags_changed,
            "months": [_month_as_json(month) for month in self.months],
            "lead_time": [_lead_as_json(lead) for lead in self.leads],
            "workload": [_team_month_as_json(entry) for entry in self.workload],
        }


def report_of(
    trials: Iterable[ChildTrial], changes: Sequence[RuleChange], children: int, first: date, last: date
) -> TrialReport:
    """The sums of the trials of those children for whom there was anything, out of so many children."""
    found = list(trials)
    months = months_between(first, last)
    return TrialReport(
        first,
        last,
        tuple(changes),
        children,
        sum(bool(trial.differences) for trial in found),
        tuple(_months(found, months)),
        tuple(_leads(found)),
        tuple(_workload(found, months)),
    )


def months_between(first: date, last: date) -> list[Month]:
    """Every month of which a day lies between two days."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def spread_of(days: Sequence[int]) -> Spread | None:
    """How some numbers of days lie; None of none."""
    if not days:
        return None
    lower, median, upper = quantiles(days, n=4, method="inclusive") if len(days) > 1 else [float(days[0])] * 3
    return Spread(len(days), min(days), lower, median, upper, max(days))


def month_of(day: date) -> Month:
    """The month of a day."""
    return f"{day:%Y-%m}"


def team_of(role: str) -> str:
    """The team that takes what no named worker of a role can take."""
    return TEAM_OF_ROLE.get(role, LAST_TEAM)


def _months(trials: Sequence[ChildTrial], months: Sequence[Month]) -> Iterable[MonthOfTrial]:
    children: Counter[Month] = Counter()
    courses: dict[Month, Counter[Course]] = {month: Counter() for month in months}
    raised = dict.fromkeys(months, BothBooks())
    for trial in trials:
        children.update({month_of(difference.on) for difference in trial.differences})
        for difference in trial.differences:
            courses[month_of(difference.on)][difference.course] += 1
        for told in trial.told:
            if not told.urgent:
                month = month_of(told.on)
                raised[month] = raised[month].with_one(tried=told.tried)
    return (MonthOfTrial(month, children[month], courses[month], raised[month]) for month in months)


def _leads(trials: Sequence[ChildTrial]) -> Iterable[Lead]:
    moved = [
        difference
        for trial in trials
        for difference in trial.differences
        if difference.course in (Course.EARLIER, Course.LATER)
    ]
    for rule in sorted({difference.rule for difference in moved}):
        own = [difference for difference in moved if difference.rule == rule]
        courses = Counter(difference.course for difference in own)
        gained = [difference.days_gained for difference in own if difference.days_gained is not None]
        yield Lead(rule, courses[Course.EARLIER], courses[Course.LATER], spread_of(gained))


def _workload(trials: Sequence[ChildTrial], months: Sequence[Month]) -> Iterable[TeamMonth]:
    """Every month of each team that is told of anything by either book, or by the rules that do not differ."""
    counts: dict[tuple[str, Month, bool], BothBooks] = {}
    for trial in trials:
        for told in (*trial.told, *trial.told_anyway):
            place = (team_of(told.role), month_of(told.on), told.urgent)
            counts[place] = counts.get(place, BothBooks()).with_one(tried=told.tried)
    for team in sorted({team for team, _, _ in counts}):
        for month in months:
            raised, urgent = (counts.get((team, month, urgent), BothBooks()) for urgent in (False, True))
            yield TeamMonth(team, month, raised, urgent)


def _change_as_json(change: RuleChange) -> dict[str, Any]:
    values = {name: {"in_force": before, "tried": after} for name, (before, after) in change.parameters.items()}
    return {"rule": change.rule, "change": change.change, "parameters": values}


def _month_as_json(month: MonthOfTrial) -> dict[str, Any]:
    return {
        "month": month.month,
        "children": month.children,
        "flags": month.courses.total(),
        **{course.replace("-", "_"): month.courses[course] for course in Course},
        "raised": month.raised._asdict(),
    }


def _lead_as_json(lead: Lead) -> dict[str, Any]:
    days = lead.days_gained._asdict() if lead.days_gained else None
    return {"rule": lead.rule, "earlier": lead.earlier, "later": lead.later, "days_gained": days}


def _team_month_as_json(entry: TeamMonth) -> dict[str, Any]:
    counts = {"raised": entry.raised._asdict(), "urgent": entry.urgent._asdict()}
    return {"team": entry.team, "month": entry.month, **counts}
