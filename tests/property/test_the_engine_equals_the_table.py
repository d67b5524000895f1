"""The engine against the naive catalogue, which counts days one by one: on thousands of random stories both say the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.engine import assess
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing, timeline_of
from tests.property.naive import risks, risks_of_school
from tests.property.naive.care import care
from tests.property.naive.days import turns
from tests.property.naive.ehcp import ehcp
from tests.property.naive.growing_up import growing_up
from tests.property.naive.health import health
from tests.property.naive.stories import story
from tests.property.naive.told import Row, Story

RULES = load_rules()
PATTERNS = {
    name.replace("_", "-"): pattern
    for module in (risks, risks_of_school)
    for name, pattern in vars(module).items()
    if name.replace("_", "-") in RULES.rules
}
STORIES = 2_000
LAST_DAY = date(2030, 1, 1)
PARTS = 10


def said_by_the_engine(events: list[Event], day: date) -> tuple[set[Row], Counter[tuple[str, str]], date | None]:
    found = assess(RULES, timeline_of(standing([event for event in events if event.on <= day])), day)
    rows = {Row(m.milestone, m.subject, m.triggered_on, m.due_on, m.status, m.days_late) for m in found.milestones}
    return rows, Counter((r.risk, str(r.level)) for r in found.risks), found.next_change_on


def said_by_the_table(born_on: date, events: list[Event], day: date) -> tuple[set[Row], Counter[tuple[str, str]]]:
    told = Story.of(born_on, standing(events), day)
    rows = {row for part in (ehcp, health, care, growing_up) for row in part(told)}
    grown = day >= turns(born_on, 25)
    return rows, Counter((risk, level) for risk, pattern in PATTERNS.items() if not grown for level in pattern(told))


def days_to_ask(events: list[Event], days: list[date]) -> Iterator[date]:
    """The story's own, and those about which the engine says that its answer turns: the day itself and the one before."""
    for day in days:
        if any(event.on <= day for event in events):
            yield day
            turn = said_by_the_engine(events, day)[2]
            if turn is not None and turn < LAST_DAY:
                yield turn - timedelta(1)
                yield turn


def differences(seed: int) -> Iterator[str]:
    born_on, events, days = story(seed)
    for day in days_to_ask(events, days):
        rows, risks_found, _ = said_by_the_engine(events, day)
        rows_of_table, risks_of_table = said_by_the_table(born_on, events, day)
        for said, only in (("engine", rows - rows_of_table), ("table", rows_of_table - rows)):
            yield from (f"seed {seed}, {day}, born {born_on}: only the {said} says {each}" for each in sorted(only))
        if risks_found != risks_of_table:
            yield f"seed {seed}, {day}, born {born_on}: engine {dict(risks_found)}, table {dict(risks_of_table)}"


def test_every_rule_is_in_the_table() -> None:
    told = {row.milestone for seed in range(STORIES // 2) for row in rows_of(seed)} | set(PATTERNS)

    assert told == set(RULES.rules)


def rows_of(seed: int) -> set[Row]:
    born_on, events, days = story(seed)
    return {row for day in days if day >= events[0].on for row in said_by_the_table(born_on, events, day)[0]}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_says_what_the_table_says(part: int) -> None:
    each = STORIES // PARTS
    for seed in range(part * each, (part + 1) * each):
        assert not list(differences(seed))
