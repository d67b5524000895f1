"""Shapes `by-school-year` and `by-birthday`: obligations that a child grows into with no event at all."""

from collections.abc import Iterator
from datetime import date

from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.shapes.obligation import Obligation
from send_integration.when.periods import birthday
from send_integration.when.school_years import school_year_end, year_group_starts


def by_school_year(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation for each plan in force on 1 September of the year group, due on the 31 August that ends it."""
    starts_on = year_group_starts(facts.born_on, rule.number("year_group"))
    if starts_on > facts.as_of:
        return
    for plan in facts.plans_in_force(starts_on):
        about = plan.text("plan_id")
        stops = [
            event
            for event in facts.found(rule.texts("stop"), subject="plan_id", value=about)
            if event.on >= starts_on and event.data.get(rule.text("stop_is_true")) is not False
        ]
        ended = facts.found(rule.texts("not_needed"), subject="plan_id", value=about)
        yield Obligation(
            subject=about,
            triggered_on=starts_on,
            due_on=school_year_end(starts_on),
            arithmetic=f"the school year of Year {rule.number('year_group')} ends on {school_year_end(starts_on)}",
            trigger=[plan.id],
            stop=stops[0] if stops else None,
            endings=[(event.on, event.id) for event in ended],
        )


def by_birthday(rule: Rule, facts: Facts) -> Iterator[Obligation]:
    """One obligation from a birthday on which a pathway is open or an event has happened, due on a later birthday.

    With `or_end_of_year_group` it is due on the later of that birthday and the end of that school year.
    """
    turned_on = birthday(facts.born_on, rule.number("age"))
    if turned_on > facts.as_of:
        return
    grounds = [
        *(plan.id for plan in (facts.plans_in_force(turned_on) if rule.parameters.get("with_plan") else ())),
        *facts.open_on(turned_on, rule.texts("while_open")),
        *(event.id for event in facts.found(rule.texts("or_after")) if event.on <= turned_on),
    ]
    if not grounds:
        return
    due_on = _due_on(rule, facts)
    stops = facts.found(rule.texts("stop"))
    yield Obligation(
        subject="",
        triggered_on=turned_on,
        due_on=due_on,
        arithmetic=f"from the birthday of {rule.number('age')} on {turned_on} until {due_on}",
        trigger=grounds,
        stop=stops[0] if stops else None,
    )


def changes_by_age(rule: Rule, facts: Facts) -> list[date]:
    """The day on which the child grows into the obligation."""
    if rule.shape == "by-school-year":
        return [year_group_starts(facts.born_on, rule.number("year_group"))]
    return [birthday(facts.born_on, rule.number("age"))]


def _due_on(rule: Rule, facts: Facts) -> date:
    due_on = birthday(facts.born_on, rule.number("due_age"))
    year = rule.parameters.get("or_end_of_year_group")
    if isinstance(year, int):
        due_on = max(due_on, school_year_end(year_group_starts(facts.born_on, year)))
    return due_on
