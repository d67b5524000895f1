"""An obligation that ends at an age, for some only later where a plan is in force; in `until_age`, `longer_with_plan`."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from send_integration.contracts.event import EventKey
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule


@dataclass(frozen=True, slots=True)
class EndByAge:
    """Whether the obligation begins at all, the day on which age has ended it, the events on which that rests, and the
    days on which it may come to its end with no new event."""

    begins: bool = True
    on: date | None = None
    rests_on: Sequence[EventKey] = ()
    may_change_on: Sequence[date] = ()


def end_by_age(rule: Rule, facts: Facts, begins_on: date, last_day: date) -> EndByAge:
    """The end of an obligation that begins on `begins_on`, so far as it has come by `last_day`.

    Of several plans that carry it on, the one made last is named; it rests also on the end of each that was made after it.
    """
    if not rule.text("until_age"):
        return EndByAge()
    grown = rule.period("until_age").after(facts.born_on)
    if not rule.is_set("longer_with_plan"):
        return EndByAge(grown > begins_on, max(grown, begins_on) if grown <= last_day else None, (), [grown])
    plans = facts.carried_by_plans
    end = max(grown, plans.latest[-1]) if plans.latest else grown
    place = bisect_right(plans.sorted, facts.as_of)
    changes = [grown, *plans.sorted[place : place + 1]]
    if grown > last_day:
        return EndByAge(end > begins_on, None, (), changes)
    if end > last_day:
        place = bisect_right(plans.latest, last_day)
        return EndByAge(end > begins_on, None, plans.keys[: 2 * place + 1], changes)
    return EndByAge(end > begins_on, max(end, begins_on), plans.keys, changes)
