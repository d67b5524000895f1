"""Shapes `by-school-year` and `by-birthday`: obligations that a child grows into with no event at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.grounds import Ground, open_subjects, opened_last
from send_integration.rules.matters import MATTERS, Opening, subject_of
from send_integration.rules.model import Rule
from send_integration.rules.order import first_from, last_until, place_from
from send_integration.rules.shapes.end_by_age import end_by_age
from send_integration.rules.shapes.obligation import Ending, Obligation
from send_integration.rules.year_groups import (
    MOST_YEARS_APART,
    Told,
    as_told,
    latest,
    year_group_in,
    year_in_words,
    year_of_reception,
)
from send_integration.when.periods import after_months
from send_integration.when.school_years import school_year_end, school_year_start

MONTHS_BEFORE = 12
"""How long before a stop the event may lie that it follows from."""


def by_school_year(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation for each school year in which the child is in one of the `year_groups` (or in `from_year_group` or
    above), for each matter of `while_open` that is open when it begins; without a `subject`, for the last opened of them.

    `begins` and `due` are days of the year, the first of their name from 1 September, and from `begins`. A stop counts
    from `stop_from`, with `in_that_year` only up to 31 August; one that `follows` names only after such another event.
    """
    if not _may_be_open(rule, facts):
        return
    for year in _school_years(rule, facts):
        group = _year_asked_of(rule, facts, year, facts.enrolled)
        if group is None:
            continue
        school_year = date(year, 9, 1)
        begins_on = _day_of_year(rule.text("begins") or "09-01", school_year)
        if begins_on > facts.as_of:
            continue
        word = latest(facts.enrolled, year)
        told = [word] if word else []
        due_on = _day_of_year(rule.text("due") or "08-31", begins_on)
        last_day = school_year_end(school_year) if rule.is_set("in_that_year") else None
        stop_from = _day_of_year(rule.text("stop_from"), school_year) if rule.text("stop_from") else begins_on
        for turn in _turns(rule, facts, begins_on, told):
            stop, rests_on = _first_that_follows(turn, stop_from, last_day or date.max)
            begun = f"{year_in_words(group)}{as_told(told)}{',' if told else ''} began on {school_year}"
            yield turn.obligation(due_on)._replace(
                arithmetic=f"{begun}, and the date is {due_on}{turn.ground.words}",
                stop=stop,
                stop_rests_on=rests_on,
                last_day=last_day,
            )


def _school_years(rule: Rule, facts: Facts) -> Sequence[int]:
    """The school years from the first event to the day in which the child may be in a year group of the rule."""
    first, last = (school_year_start(day).year for day in (facts.timeline.events[0].on, facts.as_of))
    if rule.parameters.get("from_year_group") or rule.parameters.get("last_year_of"):
        return range(first, last + 1)
    reception = year_of_reception(facts.born_on)
    above = {0, *(told.above for told in facts.enrolled)}
    years = {reception + group - apart for group in _year_groups(rule, None) for apart in above}
    return sorted(year for year in years if first <= year <= last)


def by_birthday(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation from a birthday on which a matter of `while_open` is open, due at a later age.

    With `or_end_of_year_group` it is due on the later of that and the end of that school year. A stop of `stop` counts
    whenever it came (from `stop_from_age`, where given), one of `stop_after` only from the birthday.
    """
    turned_on = rule.period("age").after(facts.born_on)
    if turned_on > facts.as_of or not _may_be_open(rule, facts):
        return
    due_on, told = _due_on(rule, facts)
    for turn in _turns(rule, facts, turned_on, told):
        words = f"from the age of {rule.period('age')} on {turned_on} until {due_on}{_year_as_told(rule, told)}"
        yield turn.obligation(due_on)._replace(
            arithmetic=words + turn.ground.words,
            stop=_first_stop(rule, facts, turned_on),
        )


def changes_by_age(rule: Rule, facts: Facts) -> list[date]:
    """The days on which the child may next grow into the obligation."""
    if not _may_be_open(rule, facts):
        return []
    if rule.shape == "by-birthday":
        return [rule.period("age").after(facts.born_on)]
    year = school_year_start(facts.as_of).year
    years = [] if _year_asked_of(rule, facts, year, facts.enrolled) is None else [year]
    then = year_group_in(facts.born_on, facts.enrolled, year + 1)
    years += [year + 1 + group - then for group in _groups(rule, facts, then, year + 1)]
    return [_day_of_year(rule.text("begins") or "09-01", date(found, 9, 1)) for found in years]


@dataclass(frozen=True, slots=True)
class _Turn:
    """The day on which a child grows into an obligation, what was open then that asks for it, and the enrolments by which
    the child's year group is known."""

    rule: Rule
    facts: Facts
    opening: Opening
    ground: Ground
    begins_on: date
    told: Sequence[Told]

    def about(self, patterns: tuple[str, ...]) -> list[Event]:
        """Events that are about the same matter, or do not say about which."""
        return _about(self.facts, self.opening, patterns)

    def obligation(self, due_on: date) -> Obligation:
        """The obligation, as yet without its arithmetic and its stop."""
        rule = self.rule
        aged = end_by_age(rule, self.facts, self.begins_on, self.facts.as_of)
        ending: Ending | None = self.ground.ending
        return Obligation(
            subject=self.opening.event.text(rule.text("subject")),
            triggered_on=self.begins_on,
            due_on=due_on,
            arithmetic="",
            grounds=[*self.ground.rests_on, *(word.key for word in self.told), *aged.rests_on],
            endings=[*([ending] if ending else []), *([(aged.on, None)] if aged.on else [])],
            expected=(*rule.texts("stop"), *rule.texts("stop_after")),
            may_change_on=aged.may_change_on,
        )


def _about(facts: Facts, opening: Opening, patterns: tuple[str, ...]) -> list[Event]:
    written = opening.matter.subject
    return facts.about(patterns, written, subject_of(opening.event, written)) if patterns else []


def _may_be_open(rule: Rule, facts: Facts) -> bool:
    """Whether anything that could be open when the child grows into the obligation was ever opened."""
    return any(facts.found(MATTERS[name].opens) for name in rule.texts("while_open"))


def _turns(rule: Rule, facts: Facts, day: date, told: Sequence[Told]) -> Iterator[_Turn]:
    """What of the rule's matters is open on `day`: each of them where the rule has a subject, else the one opened last
    that has not ended since; where all have, that on which they rest."""
    names, not_needed = rule.texts("while_open"), rule.texts("not_needed")
    # What ends everything leaves nothing for another end to do.
    gone_on = min((gone for gone, _ in facts.endings if gone >= day), default=date.max)

    def ended_since(opening: Opening) -> Event | None:
        end = first_from(_about(facts, opening, not_needed), day)
        return end if end and end.on < gone_on else None

    if rule.text("subject"):
        grounds = [
            ground._replace(ending=(end.on, end.key)) if (end := ended_since(ground.opening)) else ground
            for ground in open_subjects(facts, names, day)
            if ground.opening
        ]
    else:
        grounds = [opened_last(facts, names, day, ended_since=ended_since)]
    for ground in grounds:
        if ground.opening:
            yield _Turn(rule, facts, ground.opening, ground, day, told)


def _first_that_follows(turn: _Turn, first_day: date, last_day: date) -> tuple[Event | None, list[EventKey]]:
    """The first stop that counts, and what it had to follow."""
    follows = turn.rule.parameters.get("follows", {})
    stops = turn.about(turn.rule.texts("stop"))
    for place in range(place_from(stops, first_day), len(stops)):
        stop = stops[place]
        if stop.on > last_day:
            break
        pattern = follows.get(stop.what) if isinstance(follows, dict) else None
        if pattern is None:
            return stop, []
        plan = (stop.text("plan_id"),)
        before = last_until(turn.facts.about((pattern,), "plan_id", plan), stop.on)
        if before and before.on >= after_months(stop.on, -MONTHS_BEFORE):
            return stop, [before.key]
    return None, []


def _first_stop(rule: Rule, facts: Facts, turned_on: date) -> Event | None:
    first_day = rule.period("stop_from_age").after(facts.born_on) if rule.text("stop_from_age") else date.min
    stops = facts.found((*rule.texts("stop"), *rule.texts("stop_after")))
    later = {event.key for event in facts.found(rule.texts("stop_after"))}
    return next((e for e in stops if e.on >= (turned_on if e.key in later else first_day)), None)


def _day_of_year(written: str, not_before: date) -> date:
    """The first day of the year written as '02-15' on or after a day."""
    day = date.fromisoformat(f"{not_before.year}-{written}")
    return day if day >= not_before else day.replace(year=day.year + 1)


def _year_asked_of(rule: Rule, facts: Facts, year: int, enrolled: Sequence[Told]) -> int | None:
    """The child's year group in the school year that begins in `year`, where it is one of the rule's; else None."""
    year_group = year_group_in(facts.born_on, enrolled, year)
    from_year_group = rule.parameters.get("from_year_group")
    if isinstance(from_year_group, int):
        return year_group if year_group >= from_year_group else None
    return year_group if year_group in _year_groups(rule, latest(enrolled, year)) else None


def _year_groups(rule: Rule, enrolled: Told | None) -> Sequence[int]:
    """The rule's year groups; of a school that ends in a year of its own (`last_year_of`) that year alone."""
    ends = rule.parameters.get("last_year_of")
    if isinstance(ends, dict) and enrolled and enrolled.urn in ends:
        return (ends[enrolled.urn],)
    groups = rule.parameters.get("year_groups")
    return groups if isinstance(groups, list | tuple) else ()


def _groups(rule: Rule, facts: Facts, then: int, year: int) -> list[int]:
    """The year groups of the rule that the child, in year `then` in that school year, is in or has yet to come to."""
    from_year_group = rule.parameters.get("from_year_group")
    if isinstance(from_year_group, int):
        return [max(from_year_group, then)]
    return [group for group in _year_groups(rule, latest(facts.enrolled, year)) if group >= then]


def _due_on(rule: Rule, facts: Facts) -> tuple[date, list[Told]]:
    """The age at which it is due, or the end of that school year where the rule names one and that is later; and the
    enrolments that say when the child is in it, up to the one by which it is over."""
    due_on = rule.period("due_age").after(facts.born_on)
    year_group = rule.parameters.get("or_end_of_year_group")
    if not isinstance(year_group, int):
        return due_on, []
    told: list[Told] = []
    first = school_year_start(due_on).year
    for year in range(first, first + MOST_YEARS_APART + 1):
        word = latest(facts.enrolled, year)
        told += [word] if word and word not in told else []
        group = year_group_in(facts.born_on, facts.enrolled, year)
        if group > year_group:
            break
        if group == year_group:
            due_on = school_year_end(date(year, 9, 1))
    return due_on, told


def _year_as_told(rule: Rule, told: Sequence[Told]) -> str:
    year_group = rule.parameters.get("or_end_of_year_group")
    return f", {year_in_words(year_group)}{as_told(told)}" if told and isinstance(year_group, int) else ""
