"""An obligation that ends at an age, for some only later where a plan is in force; in `until_age`, `longer_with_plan`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.matters import decisive
from send_integration.rules.model import Rule
from send_integration.when.periods import after_months

AFTER_PLAN_MONTHS = 12
"""For how long an obligation goes on after a plan has ceased."""


@dataclass(frozen=True, slots=True)
class EndByAge:
    """Whether the obligation begins at all, the day on which age has ended it, the events on which that rests, and the
    days on which it may come to its end with no new event."""

    begins: bool = True
    on: date | None = None
    rests_on: Sequence[str] = ()
    may_change_on: Sequence[date] = ()


def end_by_age(rule: Rule, facts: Facts, begins_on: date, last_day: date) -> EndByAge:
    """The end of an obligation that begins on `begins_on`, so far as it has come by `last_day`."""
    if not rule.text("until_age"):
        return EndByAge()
    grown = rule.period("until_age").after(facts.born_on)
    plans = facts.found(("ehcp.finalised", "ehcp.ceased")) if rule.is_set("longer_with_plan") else []

    def end_with(known: Sequence[Event]) -> date | None:
        """The day itself where it has come, the first day where it came too early to begin, None where it is to come."""
        end = max([grown, *_last_days(known)])
        return begins_on if end <= begins_on else end if end <= last_day else None

    end = end_with(plans)
    return EndByAge(
        begins=end != begins_on,
        on=end,
        rests_on=decisive(plans, end_with),
        may_change_on=[grown, *(after_months(event.on, AFTER_PLAN_MONTHS) for event in plans)],
    )


def _last_days(plan_events: Sequence[Event]) -> list[date]:
    """For each plan the last day to which it carries an obligation; the end of time where it is in force."""
    ceased = {event.text("plan_id"): event.on for event in reversed(plan_events) if event.what == "ehcp.ceased"}
    plans = {event.text("plan_id") for event in plan_events if event.what == "ehcp.finalised"}
    return [after_months(ceased[plan], AFTER_PLAN_MONTHS) if plan in ceased else date.max for plan in plans]
