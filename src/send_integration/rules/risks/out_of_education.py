"""Risk `out-of-education`: a child out of school, or there for part of the week only, for more than some school days."""

from datetime import date
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, keys
from send_integration.timeline.episodes import ENDS_EVERYTHING
from send_integration.when.school_days import after_school_days, holidays_of


class Way(NamedTuple):
    """A way of being out of education: its name, how a reason says it, the events by which it begins and those that end it."""

    name: str
    words: str
    begins: tuple[str, ...]
    ends: tuple[str, ...]


WAYS = (
    Way(
        "out-of-school",
        "Out of school",
        ("school.missing_education", "school.excluded"),
        ("school.returned_to_education", "school.enrolled"),
    ),
    Way(
        "part-time-timetable",
        "On a part-time timetable",
        ("school.part_time_timetable_started",),
        ("school.part_time_timetable_ended", "school.left", "school.enrolled"),
    ),
)


def out_of_education(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each way, from the first school day past the limit until the child is back."""
    found = [pair for way in WAYS if (pair := _finding(rule, facts, way))]
    return Verdict(
        tuple(finding for raised_on, finding in found if raised_on <= facts.as_of),
        tuple(raised_on for raised_on, _ in found),
    )


def _finding(rule: Rule, facts: Facts, way: Way) -> tuple[date, Finding] | None:
    """Counted from the first word of it since the child was last back: saying so again begins no new count."""
    begins = facts.found(way.begins)
    if not begins:
        return None
    back = facts.found((*way.ends, *ENDS_EVERYTHING))[-1:]
    since = next((event for event in begins if not back or event.on > back[0].on), None)
    if since is None:
        return None
    first_day = _first_day(since, back, facts.born_on)
    raised_on = after_school_days(first_day, rule.number("school_days") + 1, holidays_of(rule.texts("school_holidays")))
    counted = f", counted from when that ended last, on {back[0].on}" if back else ""
    reason = f"{way.words} since {first_day}, for more than {rule.number('school_days')} school days{counted}."
    raised_on = max(raised_on, since.on)
    return raised_on, Finding(raised_on, reason, keys((since, *back)), way.ends, subject=way.name)


def _first_day(since: Event, back: list[Event], born_on: date) -> date:
    """The day from which the child is said to be out, where that is after their birth and after they were last back."""
    said = since.day("since_on")
    if said is None or said < born_on or (back and said <= back[0].on):
        return since.on
    return min(said, since.on)
