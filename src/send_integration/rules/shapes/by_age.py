"""Shapes `by-school-year` and `by-birthday`: obligations that a child grows into with no event at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.matters import MATTERS, decisive, is_about, subject_of
from send_integration.rules.model import Rule
from send_integration.rules.shapes.end_by_age import end_by_age
from send_integration.rules.shapes.obligation import Obligation
from send_integration.rules.year_groups import latest_enrolment, year_group_in
from send_integration.when.periods import after_months
from send_integration.when.school_years import school_year_end, school_year_start

MONTHS_BEFORE = 12
"""How long before a stop the event may lie that it follows from."""

MOST_YEARS_APART = 3
"""How far a child may be from the year group of their age."""


def by_school_year(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation for each school year in which the child is in one of the `year_groups` (or in `from_year_group` or
    above), for each matter of `while_open` that is open when it begins; without a `subject`, for the first of them.

    `begins` and `due` are days of the year, the first of their name from 1 September, and from `begins`. A stop counts
    from `stop_from`, with `in_that_year` only up to 31 August; one that `follows` names only after such another event.
    """
    if not _may_be_open(rule, facts):
        return
    last_year = school_year_start(facts.as_of).year
    for year in range(school_year_start(facts.timeline.events[0].on).year, last_year + 1):
        school_year = date(year, 9, 1)
        begins_on = _day_of_year(rule.text("begins") or "09-01", school_year)
        if begins_on > facts.as_of or not _is_for(rule, facts, school_year, facts.enrolments):
            continue
        enrolled = decisive(facts.enrolments, partial(_is_for, rule, facts, school_year))
        due_on = _day_of_year(rule.text("due") or "08-31", begins_on)
        last_day = school_year_end(school_year) if rule.is_set("in_that_year") else None
        stop_from = _day_of_year(rule.text("stop_from"), school_year) if rule.text("stop_from") else begins_on
        for turn in _turns(rule, facts, begins_on):
            stops = _follow(rule, facts, [e for e in turn.about(rule.texts("stop")) if stop_from <= e.on])
            stop, rests_on = next((s for s in stops if last_day is None or s[0].on <= last_day), (None, []))
            group = year_group_in(facts.born_on, facts.enrolments, school_year)
            yield replace(
                turn.obligation(due_on, enrolled),
                arithmetic=f"Year {group} began on {school_year}, and the date is {due_on}",
                stop=stop,
                stop_rests_on=rests_on,
                last_day=last_day,
            )


def by_birthday(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation from a birthday on which a matter of `while_open` is open, due at a later age.

    With `or_end_of_year_group` it is due on the later of that and the end of that school year. A stop of `stop` counts
    whenever it came (from `stop_from_age`, where given), one of `stop_after` only from the birthday.
    """
    turned_on = rule.period("age").after(facts.born_on)
    if turned_on > facts.as_of or not _may_be_open(rule, facts):
        return
    for turn in _turns(rule, facts, turned_on):
        due_on = _due_on(rule, facts, facts.enrolments)
        yield replace(
            turn.obligation(due_on, decisive(facts.enrolments, partial(_due_on, rule, facts))),
            arithmetic=f"from the age of {rule.period('age')} on {turned_on} until {due_on}",
            stop=_first_stop(rule, facts, turned_on),
        )


def changes_by_age(rule: Rule, facts: Facts) -> list[date]:
    """The days on which the child may next grow into the obligation."""
    if not _may_be_open(rule, facts):
        return []
    if rule.shape == "by-birthday":
        return [rule.period("age").after(facts.born_on)]
    this_year = school_year_start(facts.as_of)
    years = (this_year, date(this_year.year + 1, 9, 1))
    return [
        _day_of_year(rule.text("begins") or "09-01", year)
        for year in years
        if _is_for(rule, facts, year, facts.enrolments)
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    """The day on which a child grows into an obligation, and the event that opened what asks for it."""

    rule: Rule
    facts: Facts
    matter: str
    ground: Event
    begins_on: date

    def about(self, patterns: tuple[str, ...]) -> list[Event]:
        """Events that are about the same matter, or do not say about which."""
        written = MATTERS[self.matter].subject
        subject = subject_of(self.ground, written)
        return [event for event in self.facts.found(patterns) if is_about(event, written, subject)]

    def obligation(self, due_on: date, enrolled: Sequence[str]) -> Obligation:
        """The obligation, as yet without its stop; `enrolled` are the ids of the enrolments that it rests on."""
        rule = self.rule
        ended = [event for event in self.about(rule.texts("not_needed")) if event.on >= self.begins_on]
        aged = end_by_age(rule, self.facts, self.begins_on, self.facts.as_of)
        return Obligation(
            subject=self.ground.text(rule.text("subject")),
            triggered_on=self.begins_on,
            due_on=due_on,
            arithmetic="",
            grounds=[self.ground.id, *enrolled],
            endings=[*((event.on, event.id) for event in ended), *([(aged.on, None)] if aged.on else [])],
            expected=(*rule.texts("stop"), *rule.texts("stop_after")),
            may_change_on=aged.may_change_on,
        )


def _may_be_open(rule: Rule, facts: Facts) -> bool:
    """Whether anything that could be open when the child grows into the obligation was ever opened."""
    return any(facts.found(MATTERS[name].opens) for name in rule.texts("while_open"))


def _turns(rule: Rule, facts: Facts, day: date) -> list[_Turn]:
    """What of the rule's matters is open on `day`: each of them where the rule has a subject, else the first."""
    turns = [
        _Turn(rule, facts, name, event, day)
        for name in rule.texts("while_open")
        for event in facts.open_matters(name, day)
    ]
    return turns if rule.text("subject") else turns[:1]


def _follow(rule: Rule, facts: Facts, stops: list[Event]) -> list[tuple[Event, list[str]]]:
    """The stops that count, each with the ids of what it had to follow."""
    follows = rule.parameters.get("follows", {})
    found: list[tuple[Event, list[str]]] = []
    for stop in stops:
        pattern = follows.get(stop.what) if isinstance(follows, dict) else None
        if pattern is None:
            found.append((stop, []))
            continue
        earliest = after_months(stop.on, -MONTHS_BEFORE)
        before = [e for e in facts.found([pattern], subject="plan_id", value=stop.text("plan_id")) if e.on <= stop.on]
        if before and before[-1].on >= earliest:
            found.append((stop, [before[-1].id]))
    return found


def _first_stop(rule: Rule, facts: Facts, turned_on: date) -> Event | None:
    first_day = rule.period("stop_from_age").after(facts.born_on) if rule.text("stop_from_age") else date.min
    stops = facts.found((*rule.texts("stop"), *rule.texts("stop_after")))
    later = {event.key for event in facts.found(rule.texts("stop_after"))}
    return next((e for e in stops if e.on >= (turned_on if e.key in later else first_day)), None)


def _day_of_year(written: str, not_before: date) -> date:
    """The first day of the year written as '02-15' on or after a day."""
    day = date.fromisoformat(f"{not_before.year}-{written}")
    return day if day >= not_before else day.replace(year=day.year + 1)


def _is_for(rule: Rule, facts: Facts, school_year: date, enrolments: Sequence[Event]) -> bool:
    """Whether the child is in one of the rule's year groups in a school year, or in the last year of a school that ends
    earlier or later than most (`last_year_of`)."""
    year_group = year_group_in(facts.born_on, enrolments, school_year)
    from_year_group = rule.parameters.get("from_year_group")
    if isinstance(from_year_group, int):
        return year_group >= from_year_group
    ends = rule.parameters.get("last_year_of", {})
    enrolled = latest_enrolment(enrolments, school_year)
    if isinstance(ends, dict) and enrolled and enrolled.text("urn") in ends:
        return bool(year_group == ends[enrolled.text("urn")])
    groups = rule.parameters.get("year_groups", ())
    return year_group in groups if isinstance(groups, list | tuple) else False


def _due_on(rule: Rule, facts: Facts, enrolments: Sequence[Event]) -> date:
    """The age at which it is due, or the end of the school year where the rule says so and that is later."""
    due_on = rule.period("due_age").after(facts.born_on)
    year_group = rule.parameters.get("or_end_of_year_group")
    if not isinstance(year_group, int):
        return due_on
    this_year = school_year_start(due_on).year
    years = (date(this_year + n, 9, 1) for n in range(-MOST_YEARS_APART, MOST_YEARS_APART + 1))
    ends = (school_year_end(y) for y in years if year_group_in(facts.born_on, enrolments, y) == year_group)
    return max([due_on, *ends])
