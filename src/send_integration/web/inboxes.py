"""An inbox as people work through it: by urgency and, within it, by child; with names only of whom the reader may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

SOON = timedelta(days=7)
A_YEAR = 366
"""Days of any year at most: what is late by more than twice as many is later than two years."""

TOUCHED = ("escalated_from", "passed_on", "handed_to", "handled", "snoozed_until")
"""What an alert has once somebody did something about it, or did not in time."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """One degree of urgency: the name by which the page knows it, its heading, and what falls under it in words."""

    key: str
    title: str
    about: str


NOW = Urgency("now", "Act now", "A date is missed, or a child is at high risk.")
THIS_WEEK = Urgency("week", "This week", "Due within seven days, or a risk that should not wait.")
LATER = Urgency("later", "Keep an eye on it", "Due later, or only to be watched.")
URGENCIES = (NOW, THIS_WEEK, LATER)


@dataclass(frozen=True, slots=True)
class Task:
    """One alert with what an inbox says beside it: when it is due in words, whether it came since the last visit, and
    whether somebody did anything about it."""

    alert: Mapping[str, Any]
    due: str
    new: bool
    touched: bool


@dataclass(frozen=True, slots=True)
class ChildTasks:
    """The tasks of one child; `name` is None where the reader may not see the child."""

    child_id: str
    name: str | None
    restricted: bool
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class UrgencyGroup:
    """All that is equally urgent, child by child."""

    urgency: Urgency
    children: tuple[ChildTasks, ...]

    @property
    def size(self) -> int:
        """How many tasks there are."""
        return sum(len(child.tasks) for child in self.children)


def urgency_of(flag: Mapping[str, Any], today: date) -> Urgency:
    """How urgent a flag is, as it is stored."""
    due_on = date.fromisoformat(flag["due_on"]) if flag["due_on"] else None
    if flag["level"] == "high" or (due_on is not None and due_on < today):
        return NOW
    if flag["level"] == "raise" or (due_on is not None and due_on <= today + SOON):
        return THIS_WEEK
    return LATER


def due_in_words(due_on: date | None, today: date) -> str:
    """How far a day is: 'today', 'in 3 days', '12 days late', 'more than 4 years late'; '' for none."""
    if due_on is None:
        return ""
    days = (due_on - today).days
    if days == 0:
        return "today"
    if days > 0:
        return "tomorrow" if days == 1 else f"in {days} days"
    if days <= -2 * A_YEAR:
        return f"more than {-days // A_YEAR} years late"
    return "1 day late" if days == -1 else f"{-days} days late"


def tasks_of(
    alerts: Iterable[Mapping[str, Any]], names: Mapping[str, str], today: date, since: datetime | None
) -> tuple[ChildTasks, ...]:
    """Alerts by child, in the order in which the children first come; `names` are of whom the reader may see."""
    of_child: dict[str, list[Task]] = {}
    restricted: set[str] = set()
    for alert in alerts:
        due_on = alert["flag"]["due_on"]
        due = due_in_words(date.fromisoformat(due_on), today) if due_on else ""
        new = since is not None and alert["raised_at"] > since
        touched = alert["rung"] == "handed-over" or any(alert[name] for name in TOUCHED)
        of_child.setdefault(alert["child_id"], []).append(Task(alert, due, new, touched))
        if alert["restricted"]:
            restricted.add(alert["child_id"])
    return tuple(
        ChildTasks(child_id, names.get(child_id), child_id in restricted, tuple(tasks))
        for child_id, tasks in of_child.items()
    )


def by_urgency(
    alerts: Iterable[Mapping[str, Any]], names: Mapping[str, str], today: date, since: datetime | None
) -> list[UrgencyGroup]:
    """Alerts that wait for an answer, the most urgent first; no group is empty."""
    listed = list(alerts)
    found = []
    for urgency in URGENCIES:
        own = [alert for alert in listed if urgency_of(alert["flag"], today) == urgency]
        if own:
            found.append(UrgencyGroup(urgency, tasks_of(own, names, today, since)))
    return found
